//! The stable flow of an update rule, `dw/dt = -R grad L(w) - a w`: gradient flow `dw/dt = -eta grad L(w)` for gradient descent. The state of a
//! preconditioner goes along, driven by the squares of the gradient.

use super::flow_error::FlowError;
use super::natural::Coordinates;
use crate::numeric::vector::{axpy, distance, norm};
use crate::objective::Objective;
use crate::optimizer::{Iterate, Rule, State};

/// The stable flow, integrated by the Bogacki-Shampine pair of orders 3 and 2 with step-size control.
///
/// One unit of time is one step of the optimizer. The estimated local error of each substep is kept below
/// `RELATIVE_ERROR` times the length of the substep, so that the sum of all local errors stays below that share
/// of the path length; the substeps thereby adapt to the sharpness (the pair is stable up to `R S dt = 2.5`). Where the
/// flow comes to rest that share falls below the rounding of w, which no substep undercuts and which is allowed instead. The same is asked
/// of the state by itself.
#[derive(Debug, Clone)]
pub struct GradientFlow {
    rule: Rule,
    /// The weights, and after them the state.
    z: Vec<f64>,
    dim: usize,
    time: f64,
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

/// Substeps a unit of time, at most.
const MOST_SUBSTEPS: usize = 10_000;

/// The same for a rule whose state does not see an oscillation along this flow, so that its effective sharpness goes beyond all bounds: enough
/// for 250.
const MOST_ADAPTIVE_SUBSTEPS: usize = 100;

impl GradientFlow {
    /// The flow from an iterate.
    pub fn new(rule: Rule, start: Iterate) -> Self {
        let dim = start.weights.len();
        Self {
            rule,
            z: [start.weights, start.state.squares].concat(),
            dim,
            time: start.state.time,
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
        &self.z[..self.dim]
    }

    /// The natural coordinates there.
    pub fn coordinates(&self) -> Coordinates {
        let state = State { squares: self.z[self.dim..].to_vec(), time: self.time };
        Coordinates::new(&self.rule.edge_steps(&state))
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
        let (rule, dim, start) = (self.rule.clone(), self.dim, self.time);
        let velocity = |z: &[f64], time: f64| velocity(&rule, dim, z, start + time, objective);
        let mut k1 = self.velocity.take().unwrap_or_else(|| velocity(&self.z, 0.0));
        self.largest_speed = self.largest_speed.max(norm(&k1[..dim]));
        let mut time = 0.0;
        let most = if rule.is_adaptive() { MOST_ADAPTIVE_SUBSTEPS } else { MOST_SUBSTEPS };
        let last_substep = self.substeps + most;
        while time < 1.0 {
            // A last substep that ends at time 1 exactly; the controller's own substep is kept for the next unit.
            let last = time + self.substep >= 1.0;
            let h = if last { 1.0 - time } else { self.substep };
            let trial = Trial::new(&self.z, h, &k1, |z, share| velocity(z, time + share * h));
            let length = distance(&trial.z[..dim], self.weights());
            let blocks = [0..dim, dim..self.z.len()];
            let errors = blocks.clone().map(|block| distance(&trial.z[block.clone()], &trial.second[block]));
            if !errors.iter().all(|error| error.is_finite()) {
                return Err(FlowError::NonFinite);
            }
            let allowed = blocks.map(|block| {
                (RELATIVE_ERROR * h * norm(&k1[block.clone()])).max(ROUNDING * norm(&self.z[block]))
            });
            let refused = errors.iter().zip(&allowed).any(|(error, allowed)| error > allowed);
            if !refused {
                self.z = trial.z;
                k1 = trial.k4;
                self.error += errors[0];
                self.path += length;
                time = if last { 1.0 } else { time + h };
            }
            // Error per unit time goes with h^2; 0.8 is a safety factor. Without any error, as at rest at 0, nothing limits h.
            let wanted = |(error, allowed): (&f64, &f64)| {
                if *error == 0.0 { f64::INFINITY } else { 0.8 * (allowed / error).sqrt() }
            };
            let factor =
                errors.iter().zip(&allowed).map(wanted).fold(f64::INFINITY, f64::min).clamp(0.2, 2.0);
            if refused || !last || factor < 1.0 {
                self.substep = (h * factor).min(1.0);
            }
            self.substeps += 1;
            if self.substeps > last_substep {
                return Err(FlowError::TooStiff { substeps: most });
            }
        }
        self.time += 1.0;
        self.velocity = Some(k1);
        Ok(())
    }
}

/// The velocity of weights and state.
fn velocity(rule: &Rule, dim: usize, z: &[f64], time: f64, objective: &dyn Objective) -> Vec<f64> {
    let gradient = objective.linearize(&z[..dim]).gradient().to_vec();
    let state = State { squares: z[dim..].to_vec(), time };
    let squares = state.squares_of(&gradient);
    let mut v = rule.drift(&z[..dim], &state, gradient);
    v.extend(rule.preconditioner().velocity(&state, &squares));
    v
}

/// One substep of the Bogacki-Shampine pair.
struct Trial {
    z: Vec<f64>,
    second: Vec<f64>,
    k4: Vec<f64>,
}

impl Trial {
    /// From z with the velocity k1, a velocity being that at a point and after a share of h.
    fn new(z: &[f64], h: f64, k1: &[f64], velocity: impl Fn(&[f64], f64) -> Vec<f64>) -> Self {
        let combine = |terms: &[(f64, &[f64])]| {
            let mut sum = z.to_vec();
            for &(a, k) in terms {
                axpy(h * a, k, &mut sum);
            }
            sum
        };
        let k2 = velocity(&combine(&[(0.5, k1)]), 0.5);
        let k3 = velocity(&combine(&[(0.75, &k2)]), 0.75);
        let next = combine(&[(2.0 / 9.0, k1), (1.0 / 3.0, &k2), (4.0 / 9.0, &k3)]);
        let k4 = velocity(&next, 1.0);
        let second = combine(&[(7.0 / 24.0, k1), (0.25, &k2), (1.0 / 3.0, &k3), (0.125, &k4)]);
        Self { z: next, second, k4 }
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
        Arc::new(GradientDescent::new(learning_rate))
    }

    #[test]
    fn matches_the_exponential_on_a_quadratic() {
        let (spectrum, eta) = (vec![8.0, 2.0, 0.5], 0.5);
        let objective = Landscape::quadratic(&spectrum, 1);
        let Landscape::Quadratic { basis, start, .. } = &objective else { unreachable!() };
        let mut flow = GradientFlow::new(descent(eta), descent(eta).begin(start.clone()));
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
            let mut flow = GradientFlow::new(descent(0.5), descent(0.5).begin(start));
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
