//! With one critical eigenvalue the central flow is projected gradient flow (talk, "interpretation as projection"; G7).

use super::single_critical_eigenvalue::{ALLOWED, points, rounding};
use crate::dynamics::SingleEigenvalue;
use crate::experiment::Record;
use crate::prediction::worst::worst;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{Kind, central_flow};

/// `dw/dt = -eta (I - n n') grad L` with `n = grad S / |grad S|`.
pub struct ProjectedGradientFlow;

impl Prediction for ProjectedGradientFlow {
    fn name(&self) -> &'static str {
        "projected_gradient_flow"
    }

    fn statement(&self) -> &'static str {
        "with one critical eigenvalue the central flow is gradient flow with grad S projected out"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&central_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the central flow is gradient flow, nothing projected out";
        // Unprojected and projected velocity differ by eta |<grad L, n>|.
        Finding {
            claim: judge(self.statement(), record, |s| s.projection_mismatch),
            control: judge(control, record, |s| s.cosine),
        }
    }
}

fn judge(statement: &str, record: &Record, mismatch: impl Fn(&SingleEigenvalue) -> f64) -> Judgement {
    let at = |single: SingleEigenvalue| Values {
        predicted: 0.0,
        measured: mismatch(&single),
        discrepancy: mismatch(&single),
        tolerance: ALLOWED * rounding(record),
        numerical_error: rounding(record),
    };
    if record.adaptive {
        return Judgement::not_reached(
            statement,
            "the state of the preconditioner moves the edge: nothing is projected onto it",
        );
    }
    let Some(values) = worst(points(record).map(at)) else {
        return Judgement::not_reached(
            statement,
            "the central flow never had exactly one critical eigenvalue",
        );
    };
    let reason = "an identity: the difference of the two velocities relative to eta |grad L|, the length of the unprojected one; \
                  allowed are ten times, and numerical is once, the rounding of <grad L, grad S>, sqrt(p) eps of the two \
                  lengths; shown for the worst point of the flow with one critical eigenvalue";
    Judgement::new(statement, values, reason)
}
