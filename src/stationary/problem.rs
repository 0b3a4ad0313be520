//! The data of the convex program, checked once.

use crate::eigen::EigenError;
use crate::numeric::Matrix;

/// Why a problem is refused or not solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StationaryError {
    /// The Hessian is not square, or has another order than the gradient.
    #[error("the Hessian is {rows} x {cols}, expected {expected} x {expected}")]
    Shape {
        /// Its number of rows.
        rows: usize,
        /// Its number of columns.
        cols: usize,
        /// The order it should have.
        expected: usize,
    },
    /// A number is NaN or infinite.
    #[error("the Hessian, the gradient or the learning rate is not finite")]
    NotFinite,
    /// No point met the tolerance.
    #[error(
        "not solved in {iterations} iterations: the relative gap is {gap:.1e}, the residual {residual:.1e}"
    )]
    NotConverged {
        /// Iterations made.
        iterations: usize,
        /// Complementarity over the optimum.
        gap: f64,
        /// The largest residual of stationarity.
        residual: f64,
    },
    /// The eigenvalue that the certificate takes.
    #[error("eigenvalues of a certificate: {0}")]
    Eigen(#[from] EigenError),
}

/// `minimise sum_i P_i + c_i / P_i over P >= 0 with 2 P - H >= 0`.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    hessian: Matrix,
    costs: Vec<f64>,
}

impl Problem {
    /// The problem of a Hessian, which is symmetrised, a gradient and the learning rate eta in units in which the edge is 2.
    ///
    /// # Errors
    /// If shapes do not fit or a number is not finite.
    pub fn new(hessian: &Matrix, gradient: &[f64], eta: f64) -> Result<Self, StationaryError> {
        let (rows, cols, expected) = (hessian.rows(), hessian.cols(), gradient.len());
        if (rows, cols) != (expected, expected) {
            return Err(StationaryError::Shape { rows, cols, expected });
        }
        let costs: Vec<f64> = gradient.iter().map(|g| (g / eta) * (g / eta)).collect();
        if !hessian.data().iter().chain(&costs).all(|x| x.is_finite()) {
            return Err(StationaryError::NotFinite);
        }
        let half = |i: usize, j: usize| 0.5 * hessian[(i, j)];
        Ok(Self { hessian: Matrix::from_fn(rows, rows, |i, j| half(i, j) + half(j, i)), costs })
    }

    /// The same without the gradient: that of least trace.
    #[must_use]
    pub fn without_gradient(&self) -> Self {
        Self { hessian: self.hessian.clone(), costs: vec![0.0; self.order()] }
    }

    /// The number of weights p.
    pub fn order(&self) -> usize {
        self.costs.len()
    }

    /// H.
    pub fn hessian(&self) -> &Matrix {
        &self.hessian
    }

    /// `c_i = g_i^2 / eta^2`.
    pub fn costs(&self) -> &[f64] {
        &self.costs
    }

    /// The same in other units: H over `2^exponent`, P with it.
    pub(super) fn scaled(&self, exponent: i32) -> Self {
        let by = |x: &f64, exponent: i32| libm::scalbn(*x, -exponent);
        let data = self.hessian.data().iter().map(|x| by(x, exponent)).collect();
        Self {
            hessian: Matrix::from_columns(self.order(), self.order(), data),
            costs: self.costs.iter().map(|c| by(c, 2 * exponent)).collect(),
        }
    }

    /// The exponent of the largest entry of H, or of the root of c if that is larger; none if all are zero.
    pub(super) fn exponent(&self) -> Option<i32> {
        let most = |values: &[f64]| values.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let size = most(self.hessian.data()).max(most(&self.costs).sqrt());
        (size > 0.0).then(|| libm::ilogb(size))
    }
}

/// `1 - c / P^2 - 2 Y_ii`: what is left of stationarity at a coordinate; where there is no gradient, P may be at zero, so that only what is
/// below zero counts.
pub(super) fn stationarity(cost: f64, p: f64, y: f64) -> f64 {
    let rest = 1.0 - 2.0 * y;
    if cost > 0.0 { rest - cost / p / p } else { rest.min(0.0) }
}
