//! Processes: what runs beside an optimizer, step by step. One file each, behind one trait and one registry.
//!
//! The optimizer itself ([`Discrete`]) is always there. A process starts at `w_0` or where it says, moves by the time of a step at
//! a time, and writes a [`Part`] of each [`Sample`]: numbers that are series, with unit and meaning. It may look at the optimizer, and at the
//! others where they have come to. It knows nothing of suites and verdicts; what ends it, a failure or that nobody needs it any more,
//! and what it has cost is no concern of its own (`experiment::run`).

pub mod ablated_flow;
pub mod central_flow;
pub mod central_map;
pub mod descent;
pub mod gradient_flow;
#[cfg(test)]
mod laws;
pub mod midpoints;
pub mod outputs;
mod running;
mod sample;
pub mod segments;
pub mod series;
pub mod stationary_flow;
pub mod stationary_preconditioner;

use std::any::Any;
use std::sync::LazyLock;

pub use ablated_flow::AblatedSample;
pub use central_flow::CentralSample;
pub use central_map::MapSample;
pub use descent::DiscreteSample;
pub use gradient_flow::FlowSample;
pub use midpoints::MidpointSample;
pub use outputs::OutputsSample;
pub use running::{Account, Others, Running, bits};
pub use sample::{Part, PartKind, Sample};
pub use segments::{ByCoordinate, ExpansionRest, RESTART, SegmentSample, StateSample};
pub use stationary_flow::StationaryFlowSample;
pub use stationary_preconditioner::{ByWeight, StationarySample};

use crate::dynamics::{CentralFlow, Coordinates, Discrete, FlowError, Numerics};
use crate::eigen::Tracker;
use crate::objective::Objective;
use crate::optimizer::{Iterate, Rule};

/// All processes; a new file gets its line here. They observe a step in this order.
pub fn kinds() -> &'static [&'static Kind] {
    const KINDS: &[&Kind] = &[
        &midpoints::KIND,
        &gradient_flow::KIND,
        &central_flow::KIND,
        &central_map::KIND,
        &segments::KIND,
        &ablated_flow::KIND,
        &stationary_preconditioner::KIND,
        &stationary_flow::KIND,
        &outputs::KIND,
    ];
    KINDS
}

/// Those that certificates look at.
pub fn certified() -> &'static [&'static Kind] {
    static CERTIFIED: LazyLock<Vec<&Kind>> =
        LazyLock::new(|| kinds().iter().copied().filter(|kind| kind.has_eigenpairs).collect());
    &CERTIFIED
}

/// The process of that name.
pub fn find(name: &str) -> Option<&'static Kind> {
    kinds().iter().copied().find(|kind| kind.name == name)
}

/// A kind of process.
#[derive(Debug)]
pub struct Kind {
    /// Its name, which is its file's and the first half of the keys of its series.
    pub name: &'static str,
    /// Its name in a sentence.
    pub title: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Processes that it looks at.
    pub needs: &'static [&'static Kind],
    /// Whether it ends once the theory has been started anew a second time: the flows from `w_0` are judged by the first segment.
    pub ends_with_first_segment: bool,
    /// Whether it goes by eigenpairs, or others measure their distance to it: what certificates look at.
    pub has_eigenpairs: bool,
    /// Whether there is such a process with that rule.
    pub runs_with: fn(&Rule) -> bool,
    /// Makes it.
    pub start: fn(&Setting<'_>) -> Box<dyn Process>,
    /// Its part of a sample.
    pub part: PartKind,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// What a process starts from.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The update rule.
    pub rule: &'a Rule,
    /// The iterate at which all start.
    pub start: &'a Iterate,
    /// The number of steps after which the theory is started anew.
    pub segment: usize,
    /// Numerical settings.
    pub numerics: &'a Numerics,
    /// The seed of all that is random in solvers.
    pub seed: u64,
}

/// A process.
pub trait Process: Any + Send + Sync {
    /// Moves to the step at which the optimizer is, which at first is the start, and computes what it has there. All processes do
    /// this at the same time.
    ///
    /// # Errors
    /// If it cannot go on; it is then gone, with the step and the reason in the record.
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError>;

    /// Writes down what it has at this step, once all have come to it, and what relates it to the others.
    ///
    /// # Errors
    /// As of [`Process::advance`].
    fn observe(&mut self, now: &Now<'_>, others: Others<'_>, sample: &mut Sample) -> Result<(), FlowError>;

    /// The point it is at, if it moves: its last one's bits are in the record.
    fn weights(&self) -> Option<&[f64]> {
        None
    }

    /// HVPs used for eigenpairs so far.
    fn products(&self) -> usize;

    /// The eigenpairs that it goes by at this step, for certificates.
    fn tracking(&self, now: &Now<'_>) -> Option<Tracking<'_>>;

    /// Parts of it that have ended by themselves since it was last asked.
    fn mishaps(&mut self) -> Vec<Mishap> {
        vec![]
    }
}

/// The optimizer at a step.
#[derive(Clone, Copy)]
pub struct Now<'a> {
    /// The objective.
    pub objective: &'a dyn Objective,
    /// The update rule.
    pub rule: &'a Rule,
    /// The step.
    pub step: usize,
    /// The optimizer.
    pub discrete: &'a Discrete,
    /// The gradient that its step goes by.
    pub gradient: &'a [f64],
    /// Its midpoint, from the second step on.
    pub midpoint: Option<&'a Iterate>,
}

/// Eigenpairs of a process, at the point of their last update.
pub struct Tracking<'a> {
    /// What they are along.
    pub process: &'static str,
    /// The point.
    pub weights: Vec<f64>,
    /// The natural coordinates there.
    pub coordinates: Coordinates,
    /// The tracker.
    pub tracker: &'a Tracker,
}

impl<'a> Tracking<'a> {
    /// Those of the central flow or map, where it was evaluated.
    fn along(process: &'static str, flow: &'a CentralFlow) -> Option<Self> {
        let coordinates = flow.evaluation()?.coordinates.clone();
        Some(Self { process, weights: flow.query(), coordinates, tracker: flow.tracker() })
    }
}

/// Something that has ended by itself within a process.
#[derive(Debug)]
pub struct Mishap {
    /// What.
    pub what: String,
    /// Why.
    pub error: FlowError,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What processes share.
    const SHARED: [&str; 6] = ["mod", "descent", "laws", "running", "sample", "series"];

    #[test]
    fn every_file_is_a_process_that_is_registered_under_its_name() {
        crate::source::assert_modules("process", &SHARED, kinds().iter().map(|kind| kind.name));
        for kind in kinds() {
            assert_eq!(find(kind.name), Some(*kind));
            assert!(!kind.title.is_empty() && !kind.meaning.is_empty());
        }
    }

    #[test]
    fn a_process_needs_only_those_before_it() {
        for (i, kind) in kinds().iter().enumerate() {
            assert!(kind.needs.iter().all(|needed| kinds()[..i].contains(needed)), "{}", kind.name);
        }
    }
}
