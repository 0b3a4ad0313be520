//! Sigma is positive semidefinite and complementary to the slack of the critical eigenvalues (talk, conditions 1 to 3; G8).

use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::{CentralSample, Record};

/// `0 <= X  _|_  2 I - U' eta H U >= 0` at the end of each substep, to first order.
pub struct SigmaComplementary;

/// What the solver of the complementarity problem promises.
const SOLVER: f64 = 1e-12;

impl Prediction for SigmaComplementary {
    fn name(&self) -> &'static str {
        "sigma_complementary"
    }

    fn statement(&self) -> &'static str {
        "Sigma is positive semidefinite, no critical eigenvalue passes 2/eta, and Sigma acts only where one is at 2/eta"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: Sigma is half as large";
        Finding {
            claim: judge(self.statement(), record, |c| c.complementarity),
            control: judge(control, record, |c| c.half_complementarity),
        }
    }
}

fn judge(statement: &str, record: &Record, violation: impl Fn(&CentralSample) -> f64) -> Judgement {
    let samples = record.samples.iter().filter_map(|s| s.central_flow.as_ref()).filter(|c| c.trace() > 0.0);
    let Some(worst) = samples.map(violation).max_by(f64::total_cmp) else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let values = Values {
        predicted: 0.0,
        measured: worst,
        discrepancy: worst,
        tolerance: SOLVER,
        numerical_error: 0.0,
    };
    let reason = "the largest relative violation of X >= 0, of A + B[X] >= 0 and of <X, A + B[X]> = 0 over the run, found by a \
                  certificate that shares no code with the solver; allowed is what the solver promises";
    Judgement::new(statement, values, reason)
}
