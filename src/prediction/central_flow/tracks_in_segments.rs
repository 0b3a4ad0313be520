//! Started anew at a midpoint, the central flow is tracked to within the size of the oscillation (Cohen et al. 2025; G10).

use crate::experiment::Record;
use crate::prediction::largest::largest;
use crate::prediction::window::{Moment, averaging, in_segments};
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{Kind, SegmentSample, segments};

/// The distance of midpoints to the central map stays within the oscillation and what midpoints average over.
pub struct TracksInSegments;

impl Prediction for TracksInSegments {
    fn name(&self) -> &'static str {
        "tracks_in_segments"
    }

    fn statement(&self) -> &'static str {
        "started anew at a midpoint, the central flow is tracked within the size of the oscillation and of what is averaged"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&segments::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: started anew at a midpoint, gradient flow is tracked as well";
        Finding {
            claim: judge(self.statement(), record, |m| Some(m.segment.to_map)),
            control: judge(control, record, |m| m.segment.to_gradient_flow),
        }
    }
}

/// What is known of one segment.
struct Tracked {
    farthest: f64,
    allowed: f64,
    path: f64,
}

/// The segment whose distance is the largest compared with what is allowed.
fn judge(statement: &str, record: &Record, distance: impl Fn(&Moment<'_>) -> Option<f64>) -> Judgement {
    let moments = in_segments(record);
    let segments = moments.chunk_by(|a, b| a.segment.start == b.segment.start);
    let at_the_edge = segments.filter(|segment| segment.iter().any(|m| m.map.trace() > 0.0));
    let tracked = at_the_edge.filter_map(|segment| Tracked::new(record, segment, &distance));
    let Some(worst) = tracked.max_by(|a, b| (a.farthest / a.allowed).total_cmp(&(b.farthest / b.allowed)))
    else {
        return Judgement::not_reached(statement, "no segment at the edge of stability started");
    };
    let values = Values {
        predicted: 0.0,
        measured: worst.farthest / worst.path,
        discrepancy: worst.farthest / worst.path,
        tolerance: worst.allowed / worst.path,
        numerical_error: 0.0,
    };
    let reason = "largest distance in the segment that fits worst, over its path length. Allowed is the size of the oscillation, the \
                  largest sqrt(tr Sigma), and, as much at the start as later, how far midpoints are from the path that the theory \
                  averages them to, the largest |y| / (eta |grad S|) with y = eta S - 2. The map is a recursion: it has no error of \
                  integration";
    Judgement::new(statement, values, reason).resolving(1.0)
}

impl Tracked {
    fn new(
        record: &Record,
        segment: &[Moment<'_>],
        distance: impl Fn(&Moment<'_>) -> Option<f64>,
    ) -> Option<Self> {
        // A control may have become too stiff to go on: what it was until then counts.
        let distances: Vec<f64> = segment.iter().map_while(distance).collect();
        let start = segment.first()?.segment.start;
        let samples =
            record.samples.iter().filter(|s| s.get::<SegmentSample>().is_some_and(|s| s.start == start));
        let oscillation = largest(segment.iter().map(|m| m.map.trace())).sqrt();
        Some(Self {
            farthest: largest(distances.into_iter()),
            allowed: oscillation + 2.0 * averaging(samples),
            path: segment.last()?.map.path,
        })
    }
}
