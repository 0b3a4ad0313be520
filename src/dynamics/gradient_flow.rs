//! Gradient flow `dw/dt = -eta grad L(w)`, the stable flow of gradient descent.

use super::FlowError;
use crate::numeric::vector::{axpy, distance, norm};
use crate::objective::Objective;
use crate::optimizer::Rule;

/// Gradient flow, integrated by the Bogacki-Shampine pair of orders 3 and 2 with step-size control.
///
/// One unit of time is one step of gradient descent. The estimated local error of each substep is kept below
/// `RELATIVE_ERROR` times the length of the substep, so that the sum of all local errors stays below that share
/// of the path length; the substeps thereby adapt to the sharpness (the pair is stable up to `eta S dt = 2.5`). Where the
/// flow comes to rest that share falls below the rounding of w, which no substep undercuts and which is allowed instead.
#[derive(Debug, Clone)]
pub struct GradientFlow {
    rule: Rule,
    w: Vec<f64>,
    velocity: Option<Vec<f64>>,
    substep: f64,
    error: f64,
    path: f64,
    largest_speed: f64,
    substeps: usize,
}

/// Local error allowed, as a share of the length of a substep.
pub const RELATIVE_ERROR: f64 = 1e-3;

/// Rounding of a substep's error, relative to `|w|`: the two points that are compared are sums of w and three or four
/// terms, each addition rounded by at most `eps / 2` of w.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

const MOST_SUBSTEPS: usize = 10_000;

impl GradientFlow {
    /// The flow at `w(0)`.
    pub fn new(rule: Rule, start: Vec<f64>) -> Self {
        Self {
            rule,
            w: start,
            velocity: None,
            substep: 0.25,
            error: 0.0,
            path: 0.0,
            largest_speed: 0.0,
            substeps: 0,
        }
    }

    /// The present point.
    pub fn weights(&self) -> &[f64] {
        &self.w
    }

    /// The sum of the estimated local errors so far: a bound of the global error while the flow is contracting.
    pub fn error(&self) -> f64 {
        self.error
    }

    /// The length of the path so far.
    pub fn path(&self) -> f64 {
        self.path
    }

    /// What the error of Euler's method with unit steps, which gradient descent is, amounts to along this path: half the
    /// largest speed so far. Its local errors `(dv/dt) / 2` telescope to `(v(t) - v(0)) / 2` where nothing is damped, and
    /// each component is smaller where the flow contracts: `t lambda e^{-lambda t} / 2 <= 1 / (2 e)` of its first value.
    pub fn euler_error(&self) -> f64 {
        0.5 * self.largest_speed
    }

    /// Integrates over one unit of time.
    pub fn advance(&mut self, objective: &dyn Objective) -> Result<(), FlowError> {
        let velocity = |w: &[f64]| {
            let mut v = objective.linearize(w).gradient().to_vec();
            self.rule.drift(&mut v);
            v
        };
        let mut k1 = self.velocity.take().unwrap_or_else(|| velocity(&self.w));
        self.largest_speed = self.largest_speed.max(norm(&k1));
        let mut time = 0.0;
        let most = self.substeps + MOST_SUBSTEPS;
        while time < 1.0 {
            // A last substep that ends at time 1 exactly; the controller's own substep is kept for the next unit.
            let last = time + self.substep >= 1.0;
            let h = if last { 1.0 - time } else { self.substep };
            let trial = Trial::new(&self.w, h, &k1, &velocity);
            let (error, length) = (trial.error, distance(&trial.w, &self.w));
            if !error.is_finite() {
                return Err(FlowError::NonFinite);
            }
            let allowed = (RELATIVE_ERROR * h * norm(&k1)).max(ROUNDING * norm(&self.w));
            if error <= allowed {
                self.w = trial.w;
                k1 = trial.k4;
                self.error += error;
                self.path += length;
                time = if last { 1.0 } else { time + h };
            }
            // Error per unit time goes with h^2; 0.8 is a safety factor. Without any error, as at rest at 0, nothing limits h.
            let wanted = if error == 0.0 { f64::INFINITY } else { 0.8 * (allowed / error).sqrt() };
            let factor = wanted.clamp(0.2, 2.0);
            if error > allowed || !last || factor < 1.0 {
                self.substep = (h * factor).min(1.0);
            }
            self.substeps += 1;
            if self.substeps > most {
                return Err(FlowError::TooStiff { substeps: MOST_SUBSTEPS });
            }
        }
        self.velocity = Some(k1);
        Ok(())
    }
}

/// One substep of the Bogacki-Shampine pair.
struct Trial {
    w: Vec<f64>,
    k4: Vec<f64>,
    error: f64,
}

impl Trial {
    fn new(w: &[f64], h: f64, k1: &[f64], velocity: &impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let combine = |terms: &[(f64, &[f64])]| {
            let mut sum = w.to_vec();
            for &(a, k) in terms {
                axpy(h * a, k, &mut sum);
            }
            sum
        };
        let k2 = velocity(&combine(&[(0.5, k1)]));
        let k3 = velocity(&combine(&[(0.75, &k2)]));
        let next = combine(&[(2.0 / 9.0, k1), (1.0 / 3.0, &k2), (4.0 / 9.0, &k3)]);
        let k4 = velocity(&next);
        let second = combine(&[(7.0 / 24.0, k1), (0.25, &k2), (1.0 / 3.0, &k3), (0.125, &k4)]);
        let error = distance(&next, &second);
        Self { w: next, k4, error }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::numeric::Matrix;
    use crate::objective::{Landscape, Linearization};
    use crate::optimizer::GradientDescent;

    fn descent(learning_rate: f64) -> Rule {
        Arc::new(GradientDescent { learning_rate })
    }

    #[test]
    fn matches_the_exponential_on_a_quadratic() {
        let (spectrum, eta) = (vec![8.0, 2.0, 0.5], 0.5);
        let objective = Landscape::quadratic(&spectrum, 1);
        let Landscape::Quadratic { basis, start, .. } = &objective else { unreachable!() };
        let mut flow = GradientFlow::new(descent(eta), start.clone());
        for _ in 0..5 {
            flow.advance(&objective).expect("finite");
        }
        let mut exact = vec![0.0; 3];
        for (i, lambda) in spectrum.iter().enumerate() {
            let x = crate::numeric::vector::dot(basis.col(i), start) * libm::exp(-eta * lambda * 5.0);
            axpy(x, basis.col(i), &mut exact);
        }
        // The flow contracts, so the sum of local errors bounds the global one up to the estimate's own accuracy.
        assert!(distance(flow.weights(), &exact) <= 2.0 * flow.error());
        assert!(flow.error() <= RELATIVE_ERROR * flow.path() * 1.5);
    }

    /// At rest the share of a velocity that is zero, or rounding, is no error that a substep could keep.
    #[test]
    fn steps_on_to_the_end_at_a_minimum() {
        let starts =
            [("zero", vec![0.0, 0.0], 3.0), ("flat", vec![0.0, 0.0], 0.0), ("stiff", vec![8.0, 1.0], 9.0)];
        for (name, rest, eigenvalue) in starts {
            let objective = Bowl { rest: rest.clone(), eigenvalue };
            let start = if name == "stiff" { vec![8.5, 0.25] } else { rest.clone() };
            let mut flow = GradientFlow::new(descent(0.5), start);
            for step in 0..200 {
                flow.advance(&objective).unwrap_or_else(|error| panic!("{name}, step {step}: {error}"));
            }
            let away = distance(flow.weights(), &rest);
            assert!(away <= 1e-12, "{name}: {away:e} from the minimum");
        }
    }

    /// `eigenvalue / 2 |w - rest|^2`, whose gradient at a minimum away from 0 is rounding of w.
    struct Bowl {
        rest: Vec<f64>,
        eigenvalue: f64,
    }

    impl Objective for Bowl {
        fn dim(&self) -> usize {
            self.rest.len()
        }

        fn start(&self) -> Vec<f64> {
            self.rest.clone()
        }

        fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
            let away = w.iter().zip(&self.rest).map(|(w, rest)| self.eigenvalue * (w - rest));
            Box::new(BowlAt { gradient: away.collect() })
        }
    }

    /// Its gradient, which is all that the flow asks for.
    struct BowlAt {
        gradient: Vec<f64>,
    }

    impl Linearization for BowlAt {
        fn loss(&self) -> f64 {
            unreachable!("gradient flow needs no loss")
        }

        fn gradient(&self) -> &[f64] {
            &self.gradient
        }

        fn hvp(&self, _: &Matrix) -> Matrix {
            unreachable!("gradient flow needs no products")
        }

        fn third_order(&self, _: &Matrix) -> Matrix {
            unreachable!("gradient flow needs no third order")
        }
    }
}
