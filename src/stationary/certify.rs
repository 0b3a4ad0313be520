//! An independent check of a solution; shares no code with the solver.

use super::problem::{Problem, StationaryError, stationarity};
use super::solve::Solution;
use crate::eigen::{Request, SymmetricOperator, lanczos};
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, dot};

/// How far a point is from the optimum, by a bound from either side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certificate {
    /// `max(0, -lambda_min(2 P - H))` over the largest entry of P.
    pub infeasibility: f64,
    /// By how much `2 Y_ii` is above 1 at most.
    pub excess: f64,
    /// `(f(P) - d(Y)) / f(P)`, f what is minimised and d what the dual maximises, once both are made feasible: P by adding what it lacks,
    /// Y, which is positive semidefinite by its factor, by scaling it. The optimum is between the two.
    pub gap: f64,
    /// The largest `|1 - g_i^2 / nu_i - 2 Y_ii|`: how far nu is from `g^2 + 2 nu diag Y`, relative to nu.
    pub stationarity: f64,
    /// The same for half the multiplier, which is wrong.
    pub half_stationarity: f64,
}

/// Measures how far a solution is from solving the problem.
///
/// # Errors
/// If the least eigenvalue of `2 P - H` is not to be had.
pub fn certify(problem: &Problem, solution: &Solution) -> Result<Certificate, StationaryError> {
    let (p, c) = (&solution.diagonal, problem.costs());
    let multipliers = solution.multipliers();
    let missing = missing(problem.hessian(), p)?;
    let most = multipliers.iter().fold(0.0_f64, |most, y| most.max(2.0 * y));
    let (shrunk, largest) = (1.0 / most.max(1.0), p.iter().fold(0.0_f64, |most, p| most.max(*p)));
    let lifted = |i: usize| p[i] + 0.5 * missing;
    let over = |x: f64, y: f64| if x == 0.0 { 0.0 } else { x / y };
    let primal = (0..p.len()).fold(0.0, |sum, i| sum + lifted(i) + over(c[i], lifted(i)));
    let curvature = (0..solution.factor.cols())
        .fold(0.0, |sum, k| sum + curvature(problem.hessian(), solution.factor.col(k)));
    let root = |i: usize| 2.0 * (c[i] * (1.0 - 2.0 * shrunk * multipliers[i]).max(0.0)).sqrt();
    let dual = (0..p.len()).fold(shrunk * curvature, |sum, i| sum + root(i));
    let worst = |share: f64| {
        let rest = |i: usize| stationarity(c[i], p[i], share * multipliers[i]).abs();
        (0..p.len()).map(rest).fold(0.0, |most: f64, x| if x > most || x.is_nan() { x } else { most })
    };
    Ok(Certificate {
        infeasibility: over(missing, largest),
        excess: (most - 1.0).max(0.0),
        gap: over(primal - dual, primal),
        stationarity: worst(1.0),
        half_stationarity: worst(0.5),
    })
}

/// `v' H v`.
fn curvature(hessian: &Matrix, v: &[f64]) -> f64 {
    (0..v.len()).fold(0.0, |sum, j| sum + v[j] * dot(hessian.col(j), v))
}

/// `t I - (2 P - H)`.
struct Lack<'a> {
    hessian: &'a Matrix,
    p: &'a [f64],
    shift: f64,
}

impl SymmetricOperator for Lack<'_> {
    fn dim(&self) -> usize {
        self.p.len()
    }

    fn apply(&self, v: &Matrix) -> Matrix {
        let mut out = Matrix::zeros(v.rows(), v.cols());
        for k in 0..v.cols() {
            let (from, to) = (v.col(k), out.col_mut(k));
            (0..from.len()).for_each(|j| axpy(from[j], self.hessian.col(j), to));
            (0..from.len()).for_each(|i| to[i] += (self.shift - 2.0 * self.p[i]) * from[i]);
        }
        out
    }
}

/// `max(0, -lambda_min(2 P - H))`, by Lanczos' method; `t` is above all magnitudes of eigenvalues, so that the wanted one is not
/// lost in the rounding of a zero.
fn missing(hessian: &Matrix, p: &[f64]) -> Result<f64, StationaryError> {
    let row = |i: usize| hessian.col(i).iter().fold(2.0 * p[i].abs(), |sum, entry| sum + entry.abs());
    let shift = (0..p.len()).fold(0.0_f64, |most, i| most.max(row(i)));
    if shift == 0.0 {
        return Ok(0.0);
    }
    let request = Request { count: 1, tolerance: 1e-8, max_products: 5000, seed: 0 };
    let pairs = lanczos(&Lack { hessian, p, shift }, &request)?;
    Ok((pairs.values[0] - shift).max(0.0))
}
