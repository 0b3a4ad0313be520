//! Sigma is positive semidefinite and complementary to the slack of the critical eigenvalues (talk, conditions 1 to 3; G8).

use crate::experiment::Record;
use crate::prediction::worst::worst;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{CentralSample, Kind, central_flow};

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

    fn processes(&self) -> &'static [&'static Kind] {
        &[&central_flow::KIND]
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
    // A trace that is NaN is not overlooked.
    let acting = record.samples.iter().filter_map(|s| s.get::<CentralSample>()).filter(|c| c.trace() != 0.0);
    let at = |c: &CentralSample| Values {
        predicted: 0.0,
        measured: violation(c),
        discrepancy: violation(c),
        tolerance: SOLVER,
        numerical_error: rounding(c.sigma.len()) + if c.trace().is_nan() { f64::NAN } else { 0.0 },
    };
    let Some(values) = worst(acting.map(at)) else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let reason = "the largest relative violation of X >= 0, of A + B[X] >= 0 and of <X, A + B[X]> = 0 over the run, found by a \
                  certificate that shares no code with the solver; allowed is what the solver promises, numerical is the \
                  rounding of the certificate's sums";
    Judgement::new(statement, values, reason)
}

/// Rounding of the certificate of order k: an entry of `A + B[X]` is a sum of `k (k + 1) / 2 + 1` terms, the pairing one of
/// `k^2`, an eigenvalue is known to `k eps` of the norm.
fn rounding(k: usize) -> f64 {
    f64::EPSILON * (k * (k + 1) / 2 + 1 + k * k + k) as f64
}
