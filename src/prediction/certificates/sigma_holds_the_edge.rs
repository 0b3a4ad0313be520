//! Along the central flow no critical eigenvalue passes 2/eta, and Sigma acts only where one is there (talk, conditions 1
//! to 3; G8), asked of Hessian-vector products along the flow's own velocity.

use crate::experiment::certificate::EdgeCertificate;
use crate::experiment::{Probe, Record};
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::Kind;

/// `0 <= X  _|_  2 I - Q' eta H Q - dt d/dt (Q' eta H Q) >= 0`, the derivative taken along the flow.
pub struct SigmaHoldsTheEdge;

/// The share of its terms to which the condition must hold. It is exact but for the solver of the complementarity problem, which
/// promises 1e-12 of terms that may cancel to some extent, and for differences and rounding, which are the numerical error. A slip
/// in the theory, such as another sign or factor, is of order one.
const RESOLUTION: f64 = 1e-6;

impl Prediction for SigmaHoldsTheEdge {
    fn name(&self) -> &'static str {
        "sigma_holds_the_edge"
    }

    fn statement(&self) -> &'static str {
        "the reported Sigma keeps every critical eigenvalue from passing 2/eta along the flow, and acts only where one is there"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[]
    }

    fn probes(&self) -> Vec<Probe> {
        vec![Probe::Sigma]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: half of Sigma's force does so";
        Finding {
            claim: judge(self.statement(), &record.probes.edges, |edge| edge.violation),
            control: judge(control, &record.probes.edges, |edge| edge.half_violation),
        }
    }
}

fn judge(
    statement: &str,
    edges: &[EdgeCertificate],
    violation: impl Fn(&EdgeCertificate) -> f64,
) -> Judgement {
    // Without Sigma and without need of it the condition says nothing.
    let edges = || edges.iter().filter(|edge| edge.trace > 0.0 || edge.need > edge.numerical_error);
    // Where next to nothing has to be balanced the numerical error says so.
    let judged = edges().filter(|edge| {
        2.0 * edge.numerical_error <= RESOLUTION || violation(edge) - edge.numerical_error > RESOLUTION
    });
    let beyond = |edge: &EdgeCertificate| violation(edge) + edge.numerical_error;
    let order = |a: &&EdgeCertificate, b: &&EdgeCertificate| beyond(a).total_cmp(&beyond(b));
    let Some(worst) = judged.max_by(order).or_else(|| edges().max_by(order)) else {
        return Judgement::not_reached(
            statement,
            "no eigenvalue was on its way past 2/eta where it was asked",
        );
    };
    let values = Values {
        predicted: 0.0,
        measured: violation(worst),
        discrepancy: violation(worst),
        tolerance: RESOLUTION,
        numerical_error: worst.numerical_error,
    };
    let reason = format!(
        "the largest relative violation at some substeps of the run (step {}, substep {}), by central differences of HVPs along \
         the flow's velocity; an exact condition: the tolerance is a resolution, and the numerical error is how far the differences of \
         two displacements are apart, and rounding",
        worst.step, worst.substep
    );
    Judgement::new(statement, values, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::Outcome;

    fn edge(violation: f64, numerical_error: f64) -> EdgeCertificate {
        let (trace, need, half_violation) = (1.0, 0.5, 0.25);
        EdgeCertificate { step: 3, substep: 1, trace, need, violation, half_violation, numerical_error }
    }

    fn verdict(edges: &[EdgeCertificate]) -> Outcome {
        judge("claim", edges, |edge| edge.violation).verdict
    }

    #[test]
    fn five_percent_decide_and_the_numerical_error_counts() {
        assert_eq!(verdict(&[edge(0.0, 1e-9), edge(0.95 * RESOLUTION, 0.01 * RESOLUTION)]), Outcome::Holds);
        assert_eq!(
            verdict(&[edge(0.0, 1e-9), edge(1.05 * RESOLUTION, 0.01 * RESOLUTION)]),
            Outcome::Violated
        );
        assert_eq!(verdict(&[edge(0.95 * RESOLUTION, 0.1 * RESOLUTION)]), Outcome::Unresolved);
        assert_eq!(verdict(&[edge(f64::NAN, 1e-9)]), Outcome::Unresolved);
    }

    #[test]
    fn a_point_without_anything_to_balance_is_no_judge() {
        assert_eq!(verdict(&[]), Outcome::NotReached);
        assert_eq!(
            verdict(&[EdgeCertificate { trace: 0.0, need: 0.0, ..edge(0.0, 1e-9) }]),
            Outcome::NotReached
        );
        assert_eq!(verdict(&[edge(0.0, 1.0)]), Outcome::Unresolved);
        assert_eq!(verdict(&[edge(0.0, 1.0), edge(0.0, 1e-9)]), Outcome::Holds);
        // Sigma is zero where it is needed.
        assert_eq!(verdict(&[EdgeCertificate { trace: 0.0, ..edge(0.5, 1e-9) }]), Outcome::Violated);
    }
}
