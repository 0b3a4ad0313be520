//! Sigma is supported in the 2/eta eigenspace of the Hessian (talk, condition 2; G8).

use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::prediction::excess::{Excess, MARGIN};
use crate::prediction::worst::worst;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{CentralSample, Kind, MapSample, central_flow, central_map};

/// The eigenvalue of eta H under Sigma, `eta sqrt(tr(H Sigma H) / tr Sigma)`, is 2.
pub struct SigmaInCriticalEigenspace;

impl Prediction for SigmaInCriticalEigenspace {
    fn name(&self) -> &'static str {
        "sigma_in_critical_eigenspace"
    }

    fn statement(&self) -> &'static str {
        "Sigma lives in the 2/eta eigenspace of the Hessian: eta sqrt(tr(H Sigma H) / tr Sigma) is 2 all along"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&central_flow::KIND, &central_map::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: Sigma lives in the 1/eta eigenspace";
        Finding { claim: judge(self.statement(), record, EDGE), control: judge(control, record, EDGE / 2.0) }
    }
}

fn judge(statement: &str, record: &Record, predicted: f64) -> Judgement {
    let excess = match Excess::of(record) {
        Ok(excess) => excess,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let points =
        record.samples.iter().filter_map(|s| Some((s.get::<CentralSample>()?, s.get::<MapSample>())));
    // A trace that is NaN is not overlooked.
    let acting = points.filter(|(flow, _)| flow.trace() != 0.0);
    let at = |(flow, map): (&CentralSample, Option<&MapSample>)| {
        let measured = under(flow.effective_variance, flow.trace());
        let discrepancy = (measured - predicted).abs();
        let apart = match map {
            Some(c) if c.trace == 0.0 => (measured - EDGE).abs(),
            Some(c) => (measured - under(c.effective_variance, c.trace)).abs(),
            None => f64::NAN,
        };
        let integrator = if discrepancy <= MARGIN { apart } else { flow.rise.max(apart) };
        let numerical_error = integrator + excess.error();
        Values { predicted, measured, discrepancy, tolerance: MARGIN, numerical_error }
    };
    let Some(values) = worst(acting.map(at)) else {
        return Judgement::not_reached(statement, "Sigma is zero all along");
    };
    let reason = "the worst value over the run, which may be off by 1 %, the resolution of the claim. A substep imposes the \
                  condition at its end, to first order, so its length matters: numerical are the difference from the central map \
                  with n times the substep (its whole distance from 2 where Sigma is still zero in the map), the \
                  eigenpairs' residual and the excess over 2. Beyond 1 %, an eigenvalue may be off by as much as it would rise \
                  in that substep without Sigma. An excess that does not fall with the order of the method resolves nothing";
    Judgement::new(statement, values, reason)
}

/// `sqrt(tr(eta H Sigma eta H) / tr Sigma)`.
fn under(variance: f64, trace: f64) -> f64 {
    (variance / trace).sqrt()
}
