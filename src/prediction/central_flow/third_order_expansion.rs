//! The gradient along the top eigenvector to third order in the loss (Damian, Nichani, Lee 2023; G5).

use crate::experiment::{Expansion, Probe, Record};
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::Kind;

/// `grad L(w* + x u) = grad L + x S u + x^2/2 grad S + O(x^3)`: the order of the error in x is 3.
pub struct ThirdOrderExpansion;

impl Prediction for ThirdOrderExpansion {
    fn name(&self) -> &'static str {
        "third_order_expansion"
    }

    fn statement(&self) -> &'static str {
        "the error of grad L + x S u + x^2/2 grad S as an approximation of grad L(w* + x u) is of order x^3"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[]
    }

    fn probes(&self) -> Vec<Probe> {
        vec![Probe::Expansion]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: without the term x^2/2 grad S the error is of order x^3 too";
        let expansions = &record.probes.expansions;
        Finding {
            claim: judge(self.statement(), expansions, |e| &e.error),
            control: judge(control, expansions, |e| &e.error_without_third),
        }
    }
}

const ORDER: f64 = 3.0;

/// The order at the smallest x whose error stands clear of rounding, at the worst of the points.
fn judge(statement: &str, expansions: &[Expansion], error: impl Fn(&Expansion) -> &Vec<f64>) -> Judgement {
    let orders = expansions.iter().filter_map(|e| Order::new(error(e), &e.floor));
    let worst = orders.max_by(|a, b| a.excess().total_cmp(&b.excess()));
    let Some(order) = worst else {
        return Judgement::not_reached(
            statement,
            "no point was measured at which the error stands clear of rounding",
        );
    };
    let values = Values {
        predicted: ORDER,
        measured: order.slope,
        discrepancy: (order.slope - ORDER).abs(),
        tolerance: order.allowed + 1e-3,
        numerical_error: order.rounding,
    };
    let reason = "the local order is 3 + c x + d x^2 + ...; the changes a and b of the last two halvings of x determine both \
                  terms, which are at most 5/3 |a| + 1/3 |b|: twice that is allowed (and 0.001 where it vanishes); the numerical \
                  error is rounding and residual in the slope";
    Judgement::new(statement, values, reason)
}

/// The slope of log error against log x between the two smallest usable x.
struct Order {
    slope: f64,
    allowed: f64,
    rounding: f64,
}

impl Order {
    fn new(error: &[f64], floor: &[f64]) -> Option<Self> {
        // Usable: rounding below a thousandth of the error.
        let usable = error.iter().zip(floor).take_while(|(error, floor)| **error > 1e3 * **floor).count();
        if usable < 4 {
            return None;
        }
        let slope = |i: usize| libm::log2(error[i - 1] / error[i]);
        let last = usable - 1;
        let rounding =
            (floor[last] / error[last] + floor[last - 1] / error[last - 1]) * std::f64::consts::LOG2_E;
        // With A = c x and B = d x^2 at the smallest x: a = -(A + 3 B), b = -(2 A + 12 B), so A + B = -(5 a - b) / 3.
        let (a, b) = (slope(last) - slope(last - 1), slope(last - 1) - slope(last - 2));
        let allowed = 2.0 * (5.0 * a.abs() + b.abs()) / 3.0;
        Some(Self { slope: slope(last), allowed, rounding })
    }

    fn excess(&self) -> f64 {
        (self.slope - ORDER).abs() - self.allowed
    }
}
