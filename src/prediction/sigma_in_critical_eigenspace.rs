//! Sigma is supported in the 2/eta eigenspace of the Hessian (talk, condition 2; G8).

use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;
use crate::optimizer::EDGE;

/// The eigenvalue of eta H under Sigma, `eta sqrt(tr(H Sigma H) / tr Sigma)`, is 2.
pub struct SigmaInCriticalEigenspace;

impl Prediction for SigmaInCriticalEigenspace {
    fn name(&self) -> &'static str {
        "sigma_in_critical_eigenspace"
    }

    fn statement(&self) -> &'static str {
        "Sigma lives in the 2/eta eigenspace of the Hessian: eta sqrt(tr(H Sigma H) / tr Sigma) is 2 all along"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: Sigma lives in the 1/eta eigenspace";
        Finding { claim: judge(self.statement(), record, EDGE), control: judge(control, record, EDGE / 2.0) }
    }
}

fn judge(statement: &str, record: &Record, predicted: f64) -> Judgement {
    let eta = record.learning_rate;
    let under = |variance: f64, trace: f64| (trace > 0.0).then(|| eta * (variance / trace).sqrt());
    let central = || record.samples.iter().filter_map(|s| s.central_flow.as_ref());
    let farthest = central()
        .filter_map(|c| under(c.gradient_variance, c.trace()))
        .max_by(|a, b| (a - predicted).abs().total_cmp(&(b - predicted).abs()));
    let Some(measured) = farthest else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let rise = central().filter(|c| c.trace() > 0.0).map(|c| c.rise).fold(0.0, f64::max);
    let companion = record.samples.iter().filter_map(|s| s.companion.as_ref());
    let curvature = companion.map(|c| c.sharpness - EDGE).fold(0.0, f64::max);
    let values = Values {
        predicted,
        measured,
        discrepancy: (measured - predicted).abs(),
        tolerance: rise + curvature + 2.0 * EDGE * record.eigen_tolerance,
        numerical_error: EDGE * record.eigen_tolerance,
    };
    let reason = "the farthest value over the run. A substep imposes the condition at its end, to first order: below 2 an \
                  eigenvalue under Sigma may be by as much as it would rise in one substep without Sigma, the largest such rise \
                  of the run; above 2 by the O(dt^2) of a substep, for which stands the excess in the companion with twice the \
                  substep; and the eigenpairs' tolerance";
    Judgement::new(statement, values, reason)
}
