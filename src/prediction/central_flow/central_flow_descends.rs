//! The loss never increases along the central flow (talk; G9).

use crate::dynamics::Ascent;
use crate::experiment::Record;
use crate::prediction::excess::premise;
use crate::prediction::worst::worst;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{CentralSample, Kind, central_flow};

/// `dL/dt <= 0` along the central flow, while the loss of gradient descent goes up and down.
pub struct CentralFlowDescends;

/// The ascent allowed, as a share of the descent of gradient flow, `eta |grad L|^2`: the resolution of the claim. With one
/// critical eigenvalue the theory has `dL/dt = -eta |grad L|^2 (1 - c^2)`, c the cosine of grad L and grad S; a force
/// that is too large by a factor f has `-(1 - f c^2)`.
const MARGIN: f64 = 0.01;

impl Prediction for CentralFlowDescends {
    fn name(&self) -> &'static str {
        "central_flow_descends"
    }

    fn statement(&self) -> &'static str {
        "the loss never increases along the central flow"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&central_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the loss never increases along gradient descent";
        if let Err(reason) = premise(record) {
            return Finding {
                claim: Judgement::not_reached(self.statement(), &reason),
                control: Judgement::not_reached(control, &reason),
            };
        }
        let flow = record.samples.iter().filter_map(|s| s.get::<CentralSample>()?.ascent);
        let descent = record.samples.windows(2).map(|s| Ascent {
            change: s[1].discrete.loss - s[0].discrete.loss,
            descent: record.pace * s[0].discrete.edge_step * s[0].discrete.gradient_square,
            loss: s[0].discrete.loss.abs(),
            restoring: 0.0,
            euler: 0.0,
        });
        Finding { claim: judge(self.statement(), flow), control: judge(control, descent) }
    }
}

fn judge(statement: &str, ascents: impl Iterator<Item = Ascent>) -> Judgement {
    let Some(values) = worst(ascents.map(|ascent| values(&ascent))) else {
        return Judgement::not_reached(statement, "no step was recorded");
    };
    let reason = "the largest increase of the loss in one (sub)step, as a multiple of the descent of gradient flow in it; 1 % is \
                  allowed, the resolution of the claim. Numerical are what Sigma spends on pushing eigenvalues that errors \
                  have let past 2/eta back to it, Euler's error of the substep, and the rounding of a mean";
    Judgement::new(statement, values, reason)
}

/// A descent is a discrepancy of 0, of which only that part of its error counts that could make it an ascent.
fn values(ascent: &Ascent) -> Values {
    let (measured, error) = (ascent.relative(), ascent.relative_error());
    let above_zero = |x: f64| if x <= 0.0 { 0.0 } else { x };
    let discrepancy = above_zero(measured);
    let most = above_zero(measured + error);
    let numerical_error = if measured <= 0.0 { most } else { error };
    Values { predicted: 0.0, measured, discrepancy, tolerance: MARGIN, numerical_error }
}
