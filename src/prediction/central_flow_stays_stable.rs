//! Along the central flow no eigenvalue of the Hessian exceeds 2/eta (talk, condition 1; G9).

use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;
use crate::optimizer::EDGE;

/// `eta lambda_1 <= 2` along the central flow.
pub struct CentralFlowStaysStable;

impl Prediction for CentralFlowStaysStable {
    fn name(&self) -> &'static str {
        "central_flow_stays_stable"
    }

    fn statement(&self) -> &'static str {
        "along the central flow no eigenvalue of the Hessian exceeds 2/eta"
    }

    fn judge(&self, record: &Record) -> Finding {
        let central =
            || record.samples.iter().filter_map(|s| s.central_flow.as_ref()).map(|c| c.eigenvalues[0]);
        let gradient_flow =
            || record.samples.iter().filter_map(|s| s.gradient_flow.as_ref()).map(|f| f.sharpness);
        let control = "WRONG: along gradient flow no eigenvalue of the Hessian exceeds 2/eta";
        Finding {
            claim: judge(self.statement(), record, largest(central())),
            control: judge(control, record, largest(gradient_flow())),
        }
    }
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::NEG_INFINITY, f64::max)
}

fn judge(statement: &str, record: &Record, sharpness: f64) -> Judgement {
    if super::window::edge(record).is_none() {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    }
    let companion = largest(record.samples.iter().filter_map(|s| s.companion.as_ref()).map(|c| c.sharpness));
    let residual = largest(record.samples.iter().filter_map(|s| s.central_flow.as_ref()).map(|c| c.residual));
    let values = Values {
        predicted: EDGE,
        measured: sharpness,
        discrepancy: (sharpness - EDGE).max(0.0),
        tolerance: (companion - EDGE).max(0.0) + 2.0 * EDGE * record.eigen_tolerance,
        numerical_error: EDGE * residual.min(record.eigen_tolerance),
    };
    let reason = "the largest eta lambda over the run; the integrator imposes the bound on the linearised eigenvalues, so it \
                  may exceed 2 by O(dt^2) a substep: by less than the companion with twice the substep does, and by the \
                  eigenpairs' tolerance in both";
    Judgement::new(statement, values, reason)
}
