//! After the edge gradient descent splits from gradient flow (talk; G3).

use super::window::edge;
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::{Record, Sample};

/// After the edge the distance to gradient flow grows faster than the path; before it, slower.
pub struct SplitsFromGradientFlow;

impl Prediction for SplitsFromGradientFlow {
    fn name(&self) -> &'static str {
        "splits_from_gradient_flow"
    }

    fn statement(&self) -> &'static str {
        "after the edge gradient descent splits from gradient flow: their distance grows faster than the path length"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: it splits from gradient flow before the edge already";
        let edge = edge(record);
        let last = record.samples.iter().rposition(|s| s.gradient_flow.is_some());
        Finding {
            claim: judge(self.statement(), record, edge, last),
            control: judge(control, record, edge.map(|edge| edge / 2), edge),
        }
    }
}

/// The exponent `log(d_2 / d_1) / log(l_2 / l_1)` of distance against path length between two steps, which must exceed 1.
fn judge(statement: &str, record: &Record, from: Option<usize>, to: Option<usize>) -> Judgement {
    let (Some(from), Some(to)) = (from, to) else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let (Some(first), Some(second)) = (measured(&record.samples[from]), measured(&record.samples[to])) else {
        return Judgement::not_reached(
            statement,
            "gradient flow stopped before the edge, or the edge is at the start",
        );
    };
    let lengths = libm::log(second.path / first.path);
    let exponent = libm::log(second.distance / first.distance) / lengths;
    let error = (first.error / first.distance + second.error / second.distance) / lengths;
    let values = Values {
        predicted: 1.0,
        measured: exponent,
        discrepancy: (1.0 - exponent).max(0.0),
        tolerance: 0.0,
        numerical_error: if exponent > 1.0 + error { 0.0 } else { error },
    };
    let reason = "exponent of the distance as a power of gradient flow's path length from the edge to the end (for the control: \
                  from half-way to the edge to the edge), which must exceed 1, so the shortfall allowed is 0; the numerical \
                  error is that of the flow";
    Judgement::new(statement, values, reason)
}

struct Measured {
    distance: f64,
    path: f64,
    error: f64,
}

fn measured(sample: &Sample) -> Option<Measured> {
    let flow = sample.gradient_flow.as_ref()?;
    let distance = sample.midpoint.as_ref()?.to_gradient_flow?;
    (distance > 0.0 && flow.path > 0.0).then_some(Measured { distance, path: flow.path, error: flow.error })
}
