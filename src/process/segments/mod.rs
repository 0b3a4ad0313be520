//! Segments: the theory started anew at midpoints of the optimizer, past the transient of the first blow-up.

mod expansion;
mod sample;
mod schedule;
mod segment;
mod square_sums;

pub use sample::{ByCoordinate, ExpansionRest, SegmentSample, StateSample};
pub use segment::RESTART;

use schedule::Schedule;
use segment::Segment;

use super::{
    Kind, Mishap, Now, Others, PartKind, Process, Sample, Setting, Tracking, central_map, midpoints,
};
use crate::dynamics::{CentralFlow, FlowError, Numerics};
use crate::optimizer::Iterate;

/// The kind.
pub const KIND: Kind = Kind {
    name: "segments",
    title: "segments",
    meaning: "the central map started anew at midpoints, past the transient of the first blow-up",
    needs: &[&midpoints::KIND, &central_map::KIND],
    ends_with_first_segment: false,
    has_eigenpairs: true,
    runs_with: |_| true,
    start: |setting| Box::new(Segments::new(setting)),
    part: PartKind::of::<SegmentSample>(),
};

/// The present segment, and when the next one starts.
pub struct Segments {
    length: usize,
    numerics: Numerics,
    seed: u64,
    schedule: Schedule,
    present: Option<Segment>,
    past_products: usize,
    mishaps: Vec<Mishap>,
}

impl Segments {
    fn new(setting: &Setting<'_>) -> Self {
        Self {
            length: setting.segment,
            numerics: setting.numerics.clone(),
            seed: setting.seed,
            schedule: Schedule::new(setting.rule.amplification(&setting.start.state)),
            present: None,
            past_products: 0,
            mishaps: vec![],
        }
    }

    /// The central map of the present segment.
    pub fn map(&self) -> Option<&CentralFlow> {
        self.present.as_ref()?.map()
    }

    /// Whether the second segment has begun.
    pub fn past_the_first(&self) -> bool {
        self.present.as_ref().is_some_and(|segment| Some(segment.start()) > self.schedule.settled())
    }

    /// Starts the segment that is due at this midpoint, and ends what has had its time.
    fn begin(&mut self, now: &Now<'_>, midpoint: &Iterate) {
        let due = |first: usize| now.step >= first && (now.step - first).is_multiple_of(self.length);
        if self.schedule.settled().is_some_and(due) {
            self.past_products = self.products();
            let is_first = self.schedule.settled() == Some(now.step);
            let here = (now.step, midpoint);
            self.present = Some(Segment::new(now.rule, here, is_first, &self.numerics, self.seed));
        }
    }
}

impl Process for Segments {
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError> {
        if let Some(segment) = &mut self.present {
            self.mishaps.extend(segment.advance(now.objective));
        }
        Ok(())
    }

    fn observe(&mut self, now: &Now<'_>, _: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        self.schedule.observe(sample);
        let Some(midpoint) = now.midpoint else { return Ok(()) };
        self.begin(now, midpoint);
        let Some(segment) = &mut self.present else { return Ok(()) };
        match segment.sample(now, &midpoint.weights, self.length) {
            Ok(part) => part.into_iter().for_each(|part| sample.set(part)),
            Err(error) => self.mishaps.push(segment.give_up(error)),
        }
        Ok(())
    }

    fn products(&self) -> usize {
        self.past_products + self.present.as_ref().map_or(0, Segment::products)
    }

    fn tracking(&self, _: &Now<'_>) -> Option<Tracking<'_>> {
        Tracking::along(KIND.name, self.map()?)
    }

    fn mishaps(&mut self) -> Vec<Mishap> {
        std::mem::take(&mut self.mishaps)
    }
}
