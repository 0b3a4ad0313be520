//! How gradient descent departs from gradient flow before the edge: the Euler term, and what is beyond it.

use serde::{Deserialize, Serialize};

use super::Discrete;
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, distance, norm};
use crate::objective::Objective;
use crate::optimizer::{Rule, UpdateRule};

/// Gradient descent with `eta/4`, `eta/8`, `eta/16` over the same time, against gradient flow.
///
/// Gradient descent is Euler's method for gradient flow `dw/dt = -eta g`. To first order in eta it is off by the *Euler
/// term* e with `de/dt = -eta H (e + eta/2 g)`, `e(0) = 0`: each step leaves out `1/2 d^2w/dt^2 = eta^2/2 H g`, and what has
/// been left out is carried along by the flow (Hairer, Norsett, Wanner, *Solving ODEs I*, II.8). For `eta / 2^k`, with
/// 2^k times the steps, it is `e / 2^k`, and the rest is of second order: it falls by 4 from one to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EulerDrift {
    /// The time T, in steps with `eta`.
    pub steps: usize,
    /// `|w - w_flow(T)|` for each rate.
    pub distance: Vec<f64>,
    /// `|w - w_flow(T) - e / 2^k|` for each rate.
    pub rest: Vec<f64>,
    /// What the integration of flow and Euler term and rounding may contribute to each of them.
    pub error: f64,
}

/// The rates are `eta / 2^k` for k = 2, 3, 4: at eta itself, near the edge, higher orders are as large as the first.
const HALVINGS: std::ops::RangeInclusive<usize> = 2..=4;
/// The most steps with `eta`: the claim is about an order, not about the whole way to the edge.
const LONGEST: usize = 8;
/// The fewest: below, the first step weighs too much.
const SHORTEST: usize = 4;
/// Substeps a unit of time of the classical Runge-Kutta method; half as many tell its error.
const SUBSTEPS: usize = 16;

impl EulerDrift {
    /// From `w_0` over half the `steps` to the edge, where all is smooth; none if that is too short.
    pub fn measure(objective: &dyn Objective, rule: &dyn UpdateRule, steps: usize) -> Option<Self> {
        let (steps, start) = ((steps / 2).min(LONGEST), objective.start());
        if steps < SHORTEST {
            return None;
        }
        let [fine, coarse] =
            [SUBSTEPS, SUBSTEPS / 2].map(|substeps| flow(objective, rule, &start, steps, substeps));
        // Fourth order: the finer one is off by a fifteenth of their difference.
        let integration = (distance(&fine.w, &coarse.w) + distance(&fine.drift, &coarse.drift)) / 15.0;
        let rounding = f64::EPSILON * norm(&fine.w) * (steps << HALVINGS.end()) as f64;
        let mut drift = Self { steps, distance: vec![], rest: vec![], error: integration + rounding };
        for halvings in HALVINGS {
            let share = 1.0 / (1u64 << halvings) as f64;
            let rate = rule.with_learning_rate(share * rule.learning_rate());
            let mut departed = descend(objective, rate, start.clone(), steps << halvings);
            axpy(-1.0, &fine.w, &mut departed);
            drift.distance.push(norm(&departed));
            axpy(-share, &fine.drift, &mut departed);
            drift.rest.push(norm(&departed));
        }
        Some(drift)
    }
}

/// Gradient descent after some steps.
fn descend(objective: &dyn Objective, rule: Rule, start: Vec<f64>, steps: usize) -> Vec<f64> {
    let start = rule.begin(start);
    let mut descent = Discrete::new(rule, start);
    for _ in 0..=steps {
        descent.advance(objective);
    }
    descent.weights().to_vec()
}

/// Gradient flow and the Euler term along it.
#[derive(Clone)]
struct Flow {
    w: Vec<f64>,
    drift: Vec<f64>,
}

fn flow(
    objective: &dyn Objective,
    rule: &dyn UpdateRule,
    start: &[f64],
    time: usize,
    substeps: usize,
) -> Flow {
    let mut at = Flow { w: start.to_vec(), drift: vec![0.0; start.len()] };
    let h = 1.0 / substeps as f64;
    for _ in 0..time * substeps {
        let k1 = at.velocity(objective, rule);
        let k2 = at.moved(0.5 * h, &k1).velocity(objective, rule);
        let k3 = at.moved(0.5 * h, &k2).velocity(objective, rule);
        let k4 = at.moved(h, &k3).velocity(objective, rule);
        for (share, k) in [(1.0, &k1), (2.0, &k2), (2.0, &k3), (1.0, &k4)] {
            at = at.moved(share * h / 6.0, k);
        }
    }
    at
}

impl Flow {
    /// `(-eta g, -eta H (e + eta/2 g))`.
    fn velocity(&self, objective: &dyn Objective, rule: &dyn UpdateRule) -> Flow {
        let (at, eta) = (objective.linearize(&self.w), rule.learning_rate());
        let mut direction = self.drift.clone();
        axpy(0.5 * eta, at.gradient(), &mut direction);
        let product = at.hvp(&Matrix::from_columns(direction.len(), 1, direction));
        let scaled = |v: &[f64]| v.iter().map(|x| -eta * x).collect();
        Flow { w: scaled(at.gradient()), drift: scaled(product.col(0)) }
    }

    fn moved(&self, h: f64, k: &Flow) -> Flow {
        let mut to = self.clone();
        axpy(h, &k.w, &mut to.w);
        axpy(h, &k.drift, &mut to.drift);
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::vector::dot;
    use crate::objective::Landscape;
    use crate::optimizer::GradientDescent;

    /// On a quadratic everything is known: `(1 - eta lambda / 2^k)^{2^k T}`, `exp(-eta lambda T)` and the Euler term
    /// `-T (eta lambda)^2 / 2 exp(-eta lambda T)` times the start.
    #[test]
    fn is_exact_on_a_quadratic() {
        let (spectrum, eta, steps) = ([1.2, 0.5, 0.1], 0.5, 8);
        let objective = Landscape::quadratic(&spectrum, 3);
        let Landscape::Quadratic { basis, start, .. } = &objective else { unreachable!() };
        let drift =
            EulerDrift::measure(&objective, &GradientDescent::new(eta), 2 * steps).expect("long enough");
        assert_eq!(drift.steps, steps);
        let time = steps as f64;
        for (i, k) in HALVINGS.enumerate() {
            let share = 1.0 / (1u64 << k) as f64;
            let (mut distance, mut rest) = (0.0, 0.0);
            for (j, lambda) in spectrum.iter().enumerate() {
                let (x, z) = (dot(basis.col(j), start), eta * lambda);
                let flow = libm::exp(-z * time);
                let departed = libm::pow(1.0 - share * z, time / share) - flow;
                distance += (x * departed).powi(2);
                rest += (x * (departed + share * 0.5 * time * z * z * flow)).powi(2);
            }
            assert!((drift.distance[i] - distance.sqrt()).abs() <= drift.error, "{k}: {drift:?}");
            assert!((drift.rest[i] - rest.sqrt()).abs() <= drift.error, "{k}: {drift:?}");
        }
        assert!(drift.error < 1e-2 * drift.rest[2], "{drift:?}");
    }
}
