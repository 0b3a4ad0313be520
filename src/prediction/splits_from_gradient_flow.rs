//! After the edge gradient descent splits from gradient flow (talk; G3).

use super::window::edge;
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::{Record, Sample};

/// The distance to gradient flow grows faster with the path length after the edge than before it.
pub struct SplitsFromGradientFlow;

impl Prediction for SplitsFromGradientFlow {
    fn name(&self) -> &'static str {
        "splits_from_gradient_flow"
    }

    fn statement(&self) -> &'static str {
        "after the edge gradient descent leaves gradient flow: their distance grows beyond Euler's error along the whole path"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: gradient descent leaves gradient flow before the edge already";
        let last = record.samples.iter().rposition(|s| s.gradient_flow.is_some());
        Finding { claim: judge(self.statement(), record, last), control: judge(control, record, edge(record)) }
    }
}

/// By how much the distance at step `at` falls short of twice the rate (distance a path length) that Euler's
/// error explains before the edge.
fn judge(statement: &str, record: &Record, at: Option<usize>) -> Judgement {
    let (Some(edge), Some(at)) = (edge(record), at) else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let at_edge = record.samples[edge].gradient_flow.as_ref();
    let (Some(before), Some((distance, path, error))) = (at_edge, measured(&record.samples[at])) else {
        return Judgement::not_reached(statement, "gradient flow stopped before the edge");
    };
    let explained = before.euler_error / before.path;
    let rate = distance / path;
    let values = Values {
        predicted: explained,
        measured: rate,
        discrepancy: (explained - rate).max(0.0),
        tolerance: 0.0,
        numerical_error: if rate > explained { 0.0 } else { error / path },
    };
    let reason = "distance over path length of gradient flow; predicted is the bound that Euler's local errors give before \
                  the edge, which the distance must exceed, so the shortfall allowed is 0";
    Judgement::new(statement, values, reason)
}

fn measured(sample: &Sample) -> Option<(f64, f64, f64)> {
    let flow = sample.gradient_flow.as_ref()?;
    Some((sample.midpoint.as_ref()?.to_gradient_flow?, flow.path, flow.error))
}
