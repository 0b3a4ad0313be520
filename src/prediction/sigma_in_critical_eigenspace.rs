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
    let farthest = |values: &mut dyn Iterator<Item = f64>| {
        values.max_by(|a, b| (a - predicted).abs().total_cmp(&(b - predicted).abs()))
    };
    let central = record.samples.iter().filter_map(|s| s.central_flow.as_ref());
    let companion = record.samples.iter().filter_map(|s| s.companion.as_ref());
    let measured = farthest(&mut central.filter_map(|c| under(c.gradient_variance, c.trace())));
    let coarse = companion.filter_map(|c| under(c.gradient_variance, c.trace));
    let coarse = coarse.map(|x| (x - EDGE).abs()).fold(0.0, f64::max);
    let Some(measured) = measured else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let values = Values {
        predicted,
        measured,
        discrepancy: (measured - predicted).abs(),
        tolerance: coarse + 2.0 * EDGE * record.eigen_tolerance,
        numerical_error: EDGE * record.eigen_tolerance,
    };
    let reason = "the farthest value over the run; a substep imposes the condition at its end, so it is off by the change of \
                  an eigenvalue in one substep: by less than in the companion, whose substeps are twice as long, and by the \
                  eigenpairs' tolerance in both";
    Judgement::new(statement, values, reason)
}
