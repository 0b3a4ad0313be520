//! The central flow is the better model of gradient descent's path: nearer than gradient flow (G10).

use super::window::{Average, Moment, at_the_edge, errors_allowed};
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;

/// In the second half of the window gradient descent is nearer to the central flow than to gradient flow.
pub struct NearerThanGradientFlow;

impl Prediction for NearerThanGradientFlow {
    fn name(&self) -> &'static str {
        "nearer_than_gradient_flow"
    }

    fn statement(&self) -> &'static str {
        "gradient descent is nearer to the central flow than to gradient flow"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: gradient descent is nearer to gradient flow than to the central flow";
        Finding { claim: judge(self.statement(), record, false), control: judge(control, record, true) }
    }
}

/// The ratio of mean distances to the one flow and to the other; below 1 for the nearer flow.
fn judge(statement: &str, record: &Record, swapped: bool) -> Judgement {
    let moments = match at_the_edge(record) {
        Ok(moments) => moments,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let half = &moments[moments.len() / 2..];
    let distances = |m: &Moment<'_>| Some((m.midpoint.to_central_flow?, m.midpoint.to_gradient_flow?));
    let Some(pairs) = half.iter().map(distances).collect::<Option<Vec<_>>>() else {
        return Judgement::not_reached(statement, "gradient flow stopped before the end of the run");
    };
    let (central, gradient): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let ratio =
        if swapped { Average::ratio(&gradient, &central) } else { Average::ratio(&central, &gradient) };
    let last = half.last().expect("the window is not empty");
    let error = last.companion.distance / last.midpoint.to_gradient_flow.unwrap_or(f64::NAN);
    let values = Values {
        predicted: 0.0,
        measured: ratio.mean,
        discrepancy: ratio.mean + errors_allowed(1) * ratio.standard_error,
        tolerance: 1.0,
        numerical_error: error,
    };
    let reason = "ratio of mean distances over the second half of the window, plus its 99 % interval; nearer means below 1. The \
                  numerical error is the distance to the companion flow, over the distance to gradient flow";
    Judgement::new(statement, values, reason)
}
