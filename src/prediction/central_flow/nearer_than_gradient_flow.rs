//! The central flow is the better model of gradient descent's path: nearer than gradient flow (G10).

use crate::experiment::Record;
use crate::prediction::average::{Average, FREEDOM, errors_allowed};
use crate::prediction::window::{Moment, in_segments, sustained};
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{Kind, segments};

/// In the second half of segments gradient descent is nearer to the central flow than to gradient flow.
pub struct NearerThanGradientFlow;

impl Prediction for NearerThanGradientFlow {
    fn name(&self) -> &'static str {
        "nearer_than_gradient_flow"
    }

    fn statement(&self) -> &'static str {
        "started anew at a midpoint, gradient descent is nearer to the central flow than to gradient flow"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&segments::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: gradient descent is nearer to gradient flow than to the central flow";
        Finding { claim: judge(self.statement(), record, false), control: judge(control, record, true) }
    }
}

/// The ratio of mean distances to the one flow and to the other; below 1 for the nearer flow.
fn judge(statement: &str, record: &Record, swapped: bool) -> Judgement {
    let moments = in_segments(record);
    let late = |m: &&Moment<'_>| 2 * (m.sample.step - m.segment.start) >= record.segment;
    let distances = |m: &Moment<'_>| Some((m.segment.to_map, m.segment.to_gradient_flow?));
    let pairs: Vec<(f64, f64)> = moments.iter().filter(late).filter_map(distances).collect();
    if pairs.is_empty() || moments.iter().all(|m| m.map.trace() == 0.0) {
        return Judgement::not_reached(statement, "no segment had half its time at the edge of stability");
    }
    let at_the_edge: Vec<Moment<'_>> = moments.iter().filter(|m| m.map.trace() > 0.0).copied().collect();
    if let Err(reason) = sustained(&at_the_edge) {
        return Judgement::not_reached(statement, reason);
    }
    let (central, gradient): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let ratio =
        if swapped { Average::ratio(&gradient, &central) } else { Average::ratio(&central, &gradient) };
    let interval = errors_allowed(1, FREEDOM) * ratio.standard_error;
    let values = Values {
        predicted: 0.0,
        measured: ratio.mean,
        discrepancy: ratio.mean + interval,
        tolerance: 1.0,
        numerical_error: 0.0,
    };
    let reason = "ratio of mean distances over the second halves of segments, plus its 99 % interval; nearer means below 1. The map \
                  has no error of integration; gradient flow's local errors are a thousandth of its path";
    Judgement::new(statement, values, reason).with_parts(interval, 0.0)
}
