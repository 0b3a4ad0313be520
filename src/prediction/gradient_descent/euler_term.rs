//! Before the edge gradient descent departs from gradient flow by the Euler term (G3, to the next order).

use crate::experiment::{Probe, Record};
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::Kind;

/// `w_t = w_flow(t) + e(t) + O(eta^2)` with `de/dt = -eta H (e + eta/2 g)`: what is left is of second order in eta.
pub struct EulerTerm;

const ORDER: f64 = 2.0;

impl Prediction for EulerTerm {
    fn name(&self) -> &'static str {
        "euler_term"
    }

    fn statement(&self) -> &'static str {
        "before the edge gradient descent is gradient flow and the Euler term, to second order in eta at a fixed time"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[]
    }

    fn probes(&self) -> Vec<Probe> {
        vec![Probe::EulerDrift]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: before the edge gradient descent is gradient flow to second order, without the Euler term";
        let drift = record.probes.euler_drifts.first();
        let judge = |statement: &str, errors: Option<&Vec<f64>>| match (errors, drift) {
            (Some(errors), Some(drift)) if errors.len() >= 3 => order(statement, errors, drift.error),
            _ => {
                Judgement::not_reached(statement, "the edge was reached within too few steps, or not at all")
            }
        };
        Finding {
            claim: judge(self.statement(), drift.map(|drift| &drift.rest)),
            control: judge(control, drift.map(|drift| &drift.distance)),
        }
    }
}

/// The order in eta, `log2` of the ratio of the errors for the two smallest learning rates.
fn order(statement: &str, errors: &[f64], error: f64) -> Judgement {
    let slope = |i: usize| libm::log2(errors[i] / errors[i + 1]);
    let last = errors.len() - 2;
    let (measured, before) = (slope(last), slope(last - 1));
    let rounding = std::f64::consts::LOG2_E * error * (1.0 / errors[last] + 1.0 / errors[last + 1]);
    let values = Values {
        predicted: ORDER,
        measured,
        discrepancy: (measured - ORDER).abs(),
        tolerance: 2.0 * (measured - before).abs() + 1e-3,
        numerical_error: rounding,
    };
    let reason = "order of the error between eta/8 and eta/16; the local order is 2 + c eta + ..., so between eta/4 and eta/8 it is off by \
                  twice as much: their difference is what is off, twice that is allowed (and 0.001 where it vanishes); the \
                  numerical error is the integration of the flow and rounding, in the slope";
    Judgement::new(statement, values, reason).resolving(ORDER)
}
