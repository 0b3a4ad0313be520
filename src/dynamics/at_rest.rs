//! The preconditioner of a rule where its state has come to rest at a point, with the oscillation that keeps it there.

use super::FlowError;
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, scale};
use crate::objective::{Linearization, Objective};
use crate::optimizer::{EDGE, UpdateRule};
use crate::stationary::{Problem, Solution, solve};

/// The largest number of weights: a solution takes some ten factorisations of matrices of that order, and all of the Hessian.
pub const MOST_WEIGHTS: usize = 400;

/// Columns of the Hessian that are computed at a time.
const BLOCK: usize = 32;

/// Finds where the state of a rule would come to rest at points that follow each other.
///
/// Of rules with P = sqrt(nu) / eta, one a weight, and stable up to `H <= kappa P`. With `P' = kappa P / 2`, in units in which the edge
/// is 2, `nu = eta'^2 P'^2` for `eta' = 2 eta / kappa`, and the convex program is that of RMSProp with eta'. The small number that keeps
/// divisors from zero is left out: P is off by its share in `sqrt(nu)`.
#[derive(Debug, Clone)]
pub struct AtRest {
    eta: f64,
    last: Option<Solution>,
    products: usize,
}

/// The stationary preconditioner at a point.
#[derive(Debug, Clone)]
pub struct Rest {
    /// The convex program.
    pub problem: Problem,
    /// Its solution: P and the factor of its multiplier Y.
    pub solution: Solution,
    /// The gradient.
    pub gradient: Vec<f64>,
    /// The loss.
    pub loss: f64,
    eta: f64,
}

impl AtRest {
    /// For a rule; none if its preconditioner is no root of squares, one a weight, or decay moves its edge.
    pub fn new(rule: &dyn UpdateRule) -> Option<Self> {
        let roots = rule.roots()?;
        let eta = EDGE / rule.momentum().edge(0.0) * roots.learning_rate;
        Some(Self { eta, last: None, products: 0 })
    }

    /// Whether the program can be solved for so many weights.
    ///
    /// # Errors
    /// If there are too many.
    pub fn fits(dim: usize) -> Result<(), FlowError> {
        if dim > MOST_WEIGHTS { Err(FlowError::TooLarge { dim, most: MOST_WEIGHTS }) } else { Ok(()) }
    }

    /// The rest at a point.
    ///
    /// # Errors
    /// If there are too many weights, a value is not finite, or the solver gives up.
    pub fn at(&mut self, objective: &dyn Objective, w: &[f64]) -> Result<Rest, FlowError> {
        Self::fits(w.len())?;
        let at = objective.linearize(w);
        if !at.loss().is_finite() || at.gradient().iter().any(|g| !g.is_finite()) {
            return Err(FlowError::NonFinite);
        }
        let problem = Problem::new(&hessian(&*at), at.gradient(), self.eta)?;
        self.products += w.len();
        let solution = solve(&problem, self.last.as_ref())?;
        self.last = Some(solution.clone());
        Ok(Rest { problem, solution, gradient: at.gradient().to_vec(), loss: at.loss(), eta: self.eta })
    }

    /// HVPs used so far.
    pub fn products(&self) -> usize {
        self.products
    }
}

/// All of the Hessian.
fn hessian(at: &dyn Linearization) -> Matrix {
    let dim = at.gradient().len();
    let mut hessian = Matrix::zeros(dim, 0);
    for from in (0..dim).step_by(BLOCK) {
        let block = Matrix::from_fn(dim, BLOCK.min(dim - from), |i, j| f64::from(i == from + j));
        let product = at.hvp(&block);
        (0..product.cols()).for_each(|j| hessian.push_col(product.col(j)));
    }
    hessian
}

impl Rest {
    /// `nu_i = eta'^2 P_i^2`.
    pub fn state(&self) -> Vec<f64> {
        self.solution.diagonal.iter().map(|p| (self.eta * p) * (self.eta * p)).collect()
    }

    /// `Sigma_ii = eta'^2 Y_ii / 2`, of the weights.
    pub fn variances(&self) -> Vec<f64> {
        let mut variances = self.solution.multipliers();
        scale(0.5 * self.eta * self.eta, &mut variances);
        variances
    }

    /// `1/2 grad <H, Sigma>`: for `Sigma = sum_k v_k v_k'` half the sum of `grad(v_k' H v_k)`.
    pub fn force(&self, at: &dyn Linearization) -> Vec<f64> {
        let mut force = vec![0.0; self.gradient.len()];
        for k in 0..self.solution.factor.cols() {
            let third = at.third_order(&self.solution.factor.cols_range(k, k + 1));
            axpy(0.25 * self.eta * self.eta, third.col(0), &mut force);
        }
        force
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::vector::dot;
    use crate::objective::Landscape;
    use crate::optimizer::{GradientDescent, Rmsprop, Roots};

    const ROOTS: Roots = Roots { learning_rate: 0.3, beta2: 0.9, epsilon: 1e-7 };

    /// The gradient of `<H, Sigma>` at fixed Sigma, by differences; and P at the optimum is as flat as that says.
    #[test]
    fn the_force_is_half_the_gradient_of_the_mean_curvature() {
        let valley = Landscape::valley(3.0, 0.1, 2, 1);
        let w: Vec<f64> = valley.start().iter().map(|w| w + 0.1).collect();
        let rest = AtRest::new(&Rmsprop(ROOTS)).expect("roots").at(&valley, &w).expect("solved");
        let force = rest.force(&*valley.linearize(&w));
        let factor = &rest.solution.factor;
        let curvature = |w: &[f64]| {
            let product = valley.linearize(w).hvp(factor);
            (0..factor.cols()).fold(0.0, |sum, k| sum + dot(product.col(k), factor.col(k)))
        };
        assert!(factor.cols() > 0 && dot(&force, &force) > 1e-12);
        for (i, force) in force.iter().enumerate() {
            let moved = |by: f64| {
                let mut w = w.clone();
                w[i] += by;
                curvature(&w)
            };
            let slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
            let expected = 0.25 * ROOTS.learning_rate * ROOTS.learning_rate * slope;
            assert!((force - expected).abs() < 1e-7 * (1.0 + expected.abs()), "{force} for {expected}");
        }
    }

    /// At rest the state is the mean square of the gradient: `g^2 + diag(H Sigma H)`, with all of Sigma and H.
    #[test]
    fn the_state_at_rest_is_the_mean_square_of_the_gradient() {
        let valley = Landscape::valley(3.0, 0.1, 2, 1);
        let w: Vec<f64> = valley.start().iter().map(|w| w + 0.1).collect();
        let mut at_rest = AtRest::new(&Rmsprop(ROOTS)).expect("roots");
        let rest = at_rest.at(&valley, &w).expect("solved");
        assert_eq!(at_rest.products(), w.len());
        let product = valley.linearize(&w).hvp(&rest.solution.factor);
        let variance = 0.5 * ROOTS.learning_rate * ROOTS.learning_rate;
        for (i, nu) in rest.state().into_iter().enumerate() {
            let square = |k: usize| variance * product[(i, k)] * product[(i, k)];
            let mean = (0..product.cols()).fold(rest.gradient[i].powi(2), |sum, k| sum + square(k));
            assert!((nu - mean).abs() < 1e-4 * mean.max(1e-6), "{i}: {nu} for {mean}");
        }
    }

    #[test]
    fn only_roots_of_squares_come_to_rest_and_only_so_many() {
        assert!(AtRest::new(&GradientDescent::new(0.1)).is_none());
        let large = crate::objective::Quadratic { spectrum: vec![1.0; MOST_WEIGHTS + 1] };
        let large = crate::objective::Entry::build(&large, 0).expect("valid");
        let found = AtRest::new(&Rmsprop(ROOTS)).expect("roots").at(&*large, &large.start());
        assert_eq!(found.err(), Some(FlowError::TooLarge { dim: 401, most: 400 }));
    }
}
