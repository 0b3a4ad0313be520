//! A primal-dual interior-point method on the diagonal.
//!
//! With `S = 2 P - H`, its inverse M, and multipliers `Y > 0` of S and `z > 0` of P, Newton's step towards
//! `S Y = t I`, `P z = t` and `1 - c/P^2 - 2 diag Y - z = 0` is, the middle one symmetrised as `Y + dY = t M - sym(Y dS M)` (Helmberg, Rendl,
//! Vanderbei, Wolkowicz 1996; Kojima, Shindoh, Hara 1997; Monteiro 1997),
//!
//! ```text
//! [4 Y o M + diag(2 c / P^3 + z / P)] dP = -1 + c / P^2 + 2 t diag M + t / P,     o the product of entries,
//! ```
//!
//! a p x p system that is positive definite by Schur's product theorem. P is always feasible.

use super::cholesky::Cholesky;
use super::low_rank::columns;
use super::problem::{Problem, StationaryError};
use crate::numeric::vector::{axpy, dot, scale};
use crate::numeric::{MatMut, MatRef, Matrix, Start, matmul};

/// P and its multiplier.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// `P_i`.
    pub diagonal: Vec<f64>,
    /// V, with the multiplier `Y = V V'`: as many columns as Y has directions, which are those at the edge.
    pub factor: Matrix,
    /// Newton steps made.
    pub iterations: usize,
}

/// The complementarity at which a point is accepted, over its value, which is then off by as much.
const GAP: f64 = 1e-10;
/// The residual of stationarity, of which each term is at most 1.
const RESIDUAL: f64 = 1e-9;
/// Newton steps made at most.
const ITERATIONS: usize = 100;
/// The share of Y's trace that its columns may leave out: what complementarity leaves along directions that are not at the edge.
const LEFT_OUT: f64 = 1e-8;
/// A step goes this share of the way to the boundary at most.
const SHARE: f64 = 0.9;
/// By how much, relatively, a former solution is moved inside at first.
const INSIDE: f64 = 1e-3;

impl Solution {
    /// `Y_ii`.
    pub fn multipliers(&self) -> Vec<f64> {
        let square = |i: usize| (0..self.factor.cols()).fold(0.0, |sum, k| sum + self.factor[(i, k)].powi(2));
        (0..self.diagonal.len()).map(square).collect()
    }
}

/// Solves the problem, from a solution nearby if there is one.
///
/// # Errors
/// If the iteration does not come to the tolerance.
pub fn solve(problem: &Problem, near: Option<&Solution>) -> Result<Solution, StationaryError> {
    let Some(exponent) = problem.exponent() else {
        let order = problem.order();
        return Ok(Solution { diagonal: vec![0.0; order], factor: Matrix::zeros(order, 0), iterations: 0 });
    };
    let scaled = problem.scaled(exponent);
    let near = near.filter(|near| near.diagonal.len() == problem.order());
    let warm = near.and_then(|near| Point::inside(&scaled, near, exponent));
    let mut solution = match warm.map(|point| point.descend(&scaled)) {
        Some(Ok(solution)) => solution,
        // What a former solution is of no use for, the start that is far inside is.
        _ => Point::far_inside(&scaled).descend(&scaled)?,
    };
    solution.diagonal.iter_mut().for_each(|p| *p = libm::scalbn(*p, exponent));
    Ok(solution)
}

/// Strictly feasible P, with strictly positive multipliers.
struct Point {
    p: Vec<f64>,
    z: Vec<f64>,
    y: Matrix,
    slack: Cholesky,
}

/// `2 P - H`.
fn slack(problem: &Problem, p: &[f64]) -> Matrix {
    let mut slack = problem.hessian().clone();
    scale(-1.0, slack.data_mut());
    (0..p.len()).for_each(|i| slack[(i, i)] += 2.0 * p[i]);
    slack
}

impl Point {
    /// Twice what makes S diagonally dominant, and no less than the root of c.
    fn far_inside(problem: &Problem) -> Self {
        let sum = |i: usize| problem.hessian().col(i).iter().fold(0.0, |sum, entry| sum + entry.abs());
        let p: Vec<f64> =
            (0..problem.order()).map(|i| sum(i).max(problem.costs()[i].sqrt()) + 0.01).collect();
        let y = Matrix::from_fn(p.len(), p.len(), |i, j| if i == j { 0.25 } else { 0.0 });
        let slack = Cholesky::new(slack(problem, &p)).expect("it is diagonally dominant");
        Self { z: vec![0.25; p.len()], p, y, slack }
    }

    /// A little inside from a solution of a problem nearby, or none.
    fn inside(problem: &Problem, near: &Solution, exponent: i32) -> Option<Self> {
        let former: Vec<f64> = near.diagonal.iter().map(|p| libm::scalbn(*p, -exponent)).collect();
        let mean = former.iter().sum::<f64>() / former.len() as f64;
        let mut by = INSIDE;
        while by < 1.0 {
            let p: Vec<f64> = former.iter().map(|p| p + by * (p + mean)).collect();
            if let Some(slack) = Cholesky::new(slack(problem, &p)) {
                let mut y = Matrix::from_fn(p.len(), p.len(), |i, j| if i == j { by } else { 0.0 });
                for k in 0..near.factor.cols() {
                    let column = near.factor.col(k);
                    (0..p.len()).for_each(|j| axpy(column[j], column, y.col_mut(j)));
                }
                return Some(Self { z: vec![by; p.len()], p, y, slack });
            }
            by *= 4.0;
        }
        None
    }

    /// To the solution.
    fn descend(mut self, problem: &Problem) -> Result<Solution, StationaryError> {
        let mut centring = 0.2;
        for iterations in 0..ITERATIONS {
            let complementarity = self.complementarity(problem);
            let gap = complementarity / self.value(problem);
            let residual = self.residual(problem);
            if gap <= GAP && residual <= RESIDUAL {
                return Ok(Solution { diagonal: self.p, factor: columns(self.y, LEFT_OUT), iterations });
            }
            // No farther than is asked: at the boundary itself rounding would stop what is left of stationarity.
            let enough = complementarity.min(0.1 * GAP * self.value(problem));
            let target = enough.max(centring * complementarity) / (2 * self.p.len()) as f64;
            let Some(step) = self.newton(problem, target) else { break };
            let Some(length) = self.go(problem, &step) else { break };
            centring = if length > 0.9 {
                0.03
            } else if length > 0.5 {
                0.15
            } else {
                0.5
            };
        }
        Err(StationaryError::NotConverged {
            iterations: ITERATIONS,
            gap: self.complementarity(problem) / self.value(problem),
            residual: self.residual(problem),
        })
    }

    /// `<S, Y> + <P, z>`.
    fn complementarity(&self, problem: &Problem) -> f64 {
        dot(slack(problem, &self.p).data(), self.y.data()) + dot(&self.p, &self.z)
    }

    /// What is minimised.
    fn value(&self, problem: &Problem) -> f64 {
        self.p.iter().zip(problem.costs()).fold(0.0, |sum, (p, c)| sum + p + c / p)
    }

    /// The largest `|1 - c / P^2 - 2 Y_ii - z_i|`.
    fn residual(&self, problem: &Problem) -> f64 {
        let rest =
            |i: usize| 1.0 - problem.costs()[i] / self.p[i] / self.p[i] - 2.0 * self.y[(i, i)] - self.z[i];
        (0..self.p.len()).fold(0.0, |most: f64, i| most.max(rest(i).abs()))
    }

    /// Newton's step with the target t, none if rounding has the upper hand.
    fn newton(&self, problem: &Problem, target: f64) -> Option<Step> {
        let (n, c) = (self.p.len(), problem.costs());
        let inverse = self.slack.inverse();
        let mut system = Matrix::from_fn(n, n, |i, j| 4.0 * self.y[(i, j)] * inverse[(i, j)]);
        let mut right = vec![0.0; n];
        for i in 0..n {
            let p = self.p[i];
            system[(i, i)] += 2.0 * c[i] / p / p / p + self.z[i] / p;
            right[i] = c[i] / p / p - 1.0 + 2.0 * target * inverse[(i, i)] + target / p;
        }
        let p = Cholesky::new(system)?.solve(&right);
        let z = (0..n).map(|i| (target - self.z[i] * p[i]) / self.p[i] - self.z[i]).collect();
        let y = self.change_of_multiplier(&inverse, target, &p);
        Some(Step { p, z, y })
    }

    /// `t M - Y - sym(Y dS M)`.
    fn change_of_multiplier(&self, inverse: &Matrix, target: f64, p: &[f64]) -> Matrix {
        let n = p.len();
        let turned = Matrix::from_fn(n, n, |i, j| 2.0 * p[i] * inverse[(i, j)]);
        let mut product = vec![0.0; n * n];
        // By columns is by rows of the transposed one; Y is symmetric.
        let turned = MatRef::row_major(turned.data(), n, n).t();
        matmul(
            MatMut::row_major(&mut product, n, n),
            Start::Zero,
            MatRef::row_major(self.y.data(), n, n),
            turned,
        );
        Matrix::from_fn(n, n, |i, j| {
            let symmetric = 0.5 * (product[i * n + j] + product[j * n + i]);
            target * inverse[(i, j)] - self.y[(i, j)] - symmetric
        })
    }

    /// Goes along the step as far as all stays positive, and returns how far; none if that is nowhere.
    fn go(&mut self, problem: &Problem, step: &Step) -> Option<f64> {
        let mut length = 1.0;
        while length > 1e-6 {
            let beyond = Self::positive(&self.moved(step, length / SHARE), problem);
            if beyond.is_some() {
                let (p, z, y) = self.moved(step, length);
                if let Some(slack) = Self::positive(&(p.clone(), z.clone(), y.clone()), problem) {
                    *self = Self { p, z, y, slack };
                    return Some(length);
                }
            }
            length *= 0.8;
        }
        None
    }

    fn moved(&self, step: &Step, length: f64) -> (Vec<f64>, Vec<f64>, Matrix) {
        let mut moved = (self.p.clone(), self.z.clone(), self.y.clone());
        axpy(length, &step.p, &mut moved.0);
        axpy(length, &step.z, &mut moved.1);
        axpy(length, step.y.data(), moved.2.data_mut());
        moved
    }

    /// The factor of S, if that and all else is positive.
    fn positive((p, z, y): &(Vec<f64>, Vec<f64>, Matrix), problem: &Problem) -> Option<Cholesky> {
        if !p.iter().chain(z).all(|x| *x > 0.0) {
            return None;
        }
        let slack = Cholesky::new(slack(problem, p))?;
        Cholesky::new(y.clone()).map(|_| slack)
    }
}

/// A step of all.
struct Step {
    p: Vec<f64>,
    z: Vec<f64>,
    y: Matrix,
}
