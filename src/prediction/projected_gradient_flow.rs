//! With one critical eigenvalue the central flow is projected gradient flow (talk, "interpretation as projection"; G7).

use super::single_critical_eigenvalue::{points, rounding};
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::{Record, SingleEigenvalue};

/// `dw/dt = -eta (I - n n') grad L` with `n = grad S / |grad S|`.
pub struct ProjectedGradientFlow;

impl Prediction for ProjectedGradientFlow {
    fn name(&self) -> &'static str {
        "projected_gradient_flow"
    }

    fn statement(&self) -> &'static str {
        "with one critical eigenvalue the central flow is gradient flow with grad S projected out"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the central flow is gradient flow, nothing projected out";
        // Unprojected and projected velocity differ by |<grad L, n>| against |grad L| sqrt(1 - cosine^2).
        let unprojected = |s: &SingleEigenvalue| s.cosine / (1.0 - s.cosine * s.cosine).sqrt();
        Finding {
            claim: judge(self.statement(), record, |s| s.projection_mismatch),
            control: judge(control, record, unprojected),
        }
    }
}

fn judge(statement: &str, record: &Record, mismatch: impl Fn(&SingleEigenvalue) -> f64) -> Judgement {
    let excess = |s: &SingleEigenvalue| mismatch(s) / rounding(record, s);
    let Some(worst) = points(record).max_by(|a, b| excess(a).total_cmp(&excess(b))) else {
        return Judgement::not_reached(
            statement,
            "the central flow never had exactly one critical eigenvalue",
        );
    };
    let values = Values {
        predicted: 0.0,
        measured: mismatch(&worst),
        discrepancy: mismatch(&worst),
        tolerance: rounding(record, &worst),
        numerical_error: 0.0,
    };
    let reason = "an identity: the difference of the two velocities relative to their size, within the rounding of \
                  <grad L, grad S>; shown for the worst point of the flow with one critical eigenvalue";
    Judgement::new(statement, values, reason)
}
