//! The oscillation covariance at a point and the force it exerts.
//!
//! All is in natural coordinates, in which the edge step h of a rule is a number. With the critical eigenvectors U of `h H`,
//! orthonormal, and `D_ij = grad(u_i' H u_j)`, a move of the weights at the rate `d - rho (g + 1/2 grad <H, Sigma>)` over a time dt changes
//! `2 P - H`, P the preconditioner in units in which the edge is 2 (`1/h`), by what D makes of the move, and by `2 dP`, P hardening with its
//! state, which follows the mean squares of the gradient, `g^2 + diag(H Sigma H)`, and with time. With `Sigma = U X U'`, X solves
//!
//! ```text
//! 0 <= X  _|_  A + B[X] >= 0,
//! A_ij = 2 - Lambda + dt h (rho <D_ij, g> - <D_ij, d>) + 2 <u_i, (d ln P) u_j>,     d ln P of g^2 and of time,
//! B_ij,kl = dt h rho / 2 <D_ij, D_kl> + 2 <u_i, (d ln P)_kl u_j>,                   that of the squares (H u_k) (H u_l).
//! ```
//!
//! For `H u` stands what it is at the edge, `2 P u`, so that B is symmetric also a little below it (as in Cohen et al. 2025, where the
//! asymmetry is averaged away instead). In the ablated flow the weights do not feel Sigma: the force is none, and of B there is the second term only.

use super::flow_error::FlowError;
use super::motion::Motion;
use super::single_eigenvalue::SingleEigenvalue;
use crate::numeric::pairs;
use crate::numeric::vector::{axpy, dot, scale};
use crate::numeric::{Matrix, symmetric_eigen};
use crate::objective::Linearization;
use crate::optimizer::EDGE;
use crate::sdcp;

/// Sigma, its force, and how well both solve the complementarity problem.
pub(super) struct Forces {
    /// The critical eigenvectors U, in natural coordinates.
    pub u: Matrix,
    /// X: `Sigma = U X U'`.
    pub x: Matrix,
    /// `1/2 grad <H, Sigma>`.
    pub force: Vec<f64>,
    /// The most by which a critical direction's effective eigenvalue would rise in time dt without Sigma.
    pub rise: f64,
    /// Violation of the complementarity conditions.
    pub complementarity: f64,
    /// The same for half the solution.
    pub half_complementarity: f64,
    /// The closed form for one critical eigenvalue.
    pub single: Option<SingleEigenvalue>,
}

impl Forces {
    /// Of the critical eigenpairs, values and vectors, at a point where the process has this motion.
    pub fn new(
        at: &dyn Linearization,
        motion: &Motion<'_>,
        values: &[f64],
        u: Matrix,
    ) -> Result<Self, FlowError> {
        let (k, h, g) = (values.len(), motion.edge_step(), at.gradient());
        let mut force = vec![0.0; g.len()];
        if k == 0 {
            let (x, rise, complementarity, half_complementarity) = (Matrix::zeros(0, 0), 0.0, 0.0, 0.0);
            return Ok(Self { u, x, force, rise, complementarity, half_complementarity, single: None });
        }
        let d = at.third_order(&u);
        let (rate, dt) = (motion.rate, motion.dt);
        let hardening = motion.hardening();
        let sharpening = |pair: usize| {
            let by_gradient = rate * h * dot(d.col(pair), g);
            motion.carried.as_ref().map_or(by_gradient, |carried| by_gradient - h * dot(d.col(pair), carried))
        };
        let harder = |i: usize, j: usize| 2.0 * hardening.weigh(u.col(i), u.col(j), f64::from(i == j));
        let (mut a, mut rises) = (Matrix::zeros(k, k), Matrix::zeros(k, k));
        for (pair, (i, j)) in pairs(k).enumerate() {
            let boundary = if i == j { EDGE - values[i] } else { 0.0 };
            let (sharpening, harder) = (sharpening(pair), harder(i, j));
            for (i, j) in [(i, j), (j, i)] {
                a[(i, j)] = boundary + dt * sharpening + harder;
                rises[(i, j)] = -dt * sharpening - harder;
            }
        }
        let rise = symmetric_eigen(&rises).0[0].max(0.0);
        let half_response = 0.5 * dt * rate * h;
        let gram = gram(&d, motion, &u, half_response);
        let problem = sdcp::Problem::from_gram(a, &gram, half_response)?;
        let solution = sdcp::solve(&problem)?;
        for (pair, (i, j)) in pairs(k).enumerate().filter(|_| !motion.is_ablated()) {
            let weight = if i == j { 0.5 } else { 1.0 };
            axpy(weight * solution.x[(i, j)], d.col(pair), &mut force);
        }
        let complementarity = sdcp::certify(&problem, &solution.x).worst();
        let mut half = solution.x.clone();
        scale(0.5, half.data_mut());
        let half_complementarity = sdcp::certify(&problem, &half).worst();
        let single = if k == 1 && !motion.is_ablated() {
            let on_the_edge = (sharpening(0) + harder(0, 0) / dt, gram[(0, 0)]);
            SingleEigenvalue::new(g, d.col(0), motion, on_the_edge)?
        } else {
            None
        };
        Ok(Self { u, x: solution.x, force, rise, complementarity, half_complementarity, single })
    }

    /// `tr(H Sigma H)` in the coordinates of the weights.
    pub fn gradient_variance(&self, motion: &Motion<'_>, values: &[f64]) -> f64 {
        let h = motion.edge_step();
        let k = self.x.rows();
        if !motion.is_stretched() {
            return (0..k).fold(0.0, |sum, i| sum + (values[i] / h).powi(2) * self.x[(i, i)]);
        }
        let products = in_weights(&self.u, motion, |i| values[i] / h);
        let term = |i: usize, j: usize| self.x[(i, j)] * dot(&products[i], &products[j]);
        (0..k).flat_map(|i| (0..k).map(move |j| (i, j))).fold(0.0, |sum, (i, j)| sum + term(i, j))
    }

    /// `diag(H Sigma H)` in the coordinates of the weights, where `H U` is what it is at the edge.
    pub fn variances(&self, motion: &Motion<'_>) -> Vec<f64> {
        let k = self.x.rows();
        let products = in_weights(&self.u, motion, |_| EDGE / motion.edge_step());
        let mut variances = vec![0.0; self.u.rows()];
        for (i, j) in pairs(k) {
            let weight = if i == j { self.x[(i, j)] } else { 2.0 * self.x[(i, j)] };
            for (a, variance) in variances.iter_mut().enumerate() {
                *variance += weight * products[i][a] * products[j][a];
            }
        }
        variances
    }
}

/// `lambda_i u_i` in the coordinates of the weights: `H u_i` for eigenvalues of H.
fn in_weights(u: &Matrix, motion: &Motion<'_>, eigenvalue: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
    let product = |i: usize| {
        let mut product = motion.coordinates.shrunk(u.col(i).to_vec());
        scale(eigenvalue(i), &mut product);
        product
    };
    (0..u.cols()).map(product).collect()
}

/// B over `half_response`: `<D_ij, D_kl>` and what the state makes of the squares of `H u`.
fn gram(d: &Matrix, motion: &Motion<'_>, u: &Matrix, half_response: f64) -> Matrix {
    let of_weights = |a: usize, b: usize| dot(d.col(a.max(b)), d.col(a.min(b)));
    let mut gram =
        Matrix::from_fn(d.cols(), d.cols(), |a, b| if motion.is_ablated() { 0.0 } else { of_weights(a, b) });
    if motion.has_state() {
        let at_the_edge = EDGE / motion.edge_step();
        let products = in_weights(u, motion, |_| 1.0);
        let order: Vec<(usize, usize)> = pairs(u.cols()).collect();
        let hardenings: Vec<_> = order
            .iter()
            .map(|&(k, l)| {
                let squares =
                    products[k].iter().zip(&products[l]).map(|(x, y)| at_the_edge * x * at_the_edge * y);
                motion.hardening_by(&squares.collect::<Vec<f64>>())
            })
            .collect();
        let harder = |a: usize, b: usize| {
            let (i, j) = order[a];
            2.0 * hardenings[b].weigh(u.col(i), u.col(j), f64::from(i == j))
        };
        let own = Matrix::from_fn(order.len(), order.len(), |a, b| 0.5 * (harder(a, b) + harder(b, a)));
        axpy(1.0 / half_response, own.data(), gram.data_mut());
    }
    gram
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dynamics::{CentralFlow, Numerics};
    use crate::objective::{Landscape, Objective};
    use crate::optimizer::{GradientDescent, Rule};

    /// The largest eigenvalue of the Hessian, by all of it.
    fn sharpness(objective: &dyn Objective, w: &[f64]) -> f64 {
        let identity = Matrix::from_fn(w.len(), w.len(), |i, j| f64::from(i == j));
        symmetric_eigen(&objective.linearize(w).hvp(&identity)).0[0]
    }

    /// Without Sigma the sharpness of the valley rises by the rise in a substep of gradient flow.
    #[test]
    fn the_rise_is_that_of_gradient_flow() {
        let (valley, eta) = (Landscape::valley(3.95, 0.02, 1, 0), 0.5);
        let rule: Rule = Arc::new(GradientDescent::new(eta));
        for substeps in [2, 4] {
            let start = rule.begin(valley.start());
            let mut flow = CentralFlow::new(rule.clone(), start, substeps, &Numerics::default(), 0);
            let here = flow.evaluate(&valley).expect("finite").clone();
            let mut moved = flow.weights().to_vec();
            axpy(-eta * flow.substep_length(), &here.gradient, &mut moved);
            let rise = eta * (sharpness(&valley, &moved) - sharpness(&valley, flow.weights()));
            // The sharpness is linear along the valley, whose floor the start is near.
            assert!(rise > 1e-4 && (here.rise / rise - 1.0).abs() < 0.02, "{:e} for {rise:e}", here.rise);
        }
    }
}
