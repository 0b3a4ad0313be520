//! Largest algebraic eigenpairs of a symmetric operator known through its products with blocks of vectors.
//!
//! Six solvers ([`dense`], [`lanczos`], [`lobpcg`], [`davidson`], [`chebyshev`], [`Tracker`]) and one judge ([`certify`])
//! that shares no code with them. An operator-vector product is the unit of cost; everything else is cheap against it.

mod block;
mod certify;
mod chebyshev;
mod counted;
mod davidson;
mod dense;
mod krylov;
mod lanczos;
mod lobpcg;
mod predictor;
mod progress;
mod ritz_pairs;
mod search;
pub mod spectra;
mod sums;
mod tracker;

#[cfg(test)]
mod tests;

pub use certify::{EigenCertificate, certify, certify_above};
pub use chebyshev::chebyshev;
pub use davidson::davidson;
pub use dense::{DENSE_LIMIT, dense};
pub use lanczos::lanczos;
pub use lobpcg::lobpcg;
pub use tracker::{Tracker, TrackerSettings};

use counted::{Counted, at_any_scale};

use crate::numeric::Matrix;

/// A symmetric operator on R^p that is known through its products only.
pub trait SymmetricOperator {
    /// The dimension p.
    fn dim(&self) -> usize;
    /// The product `H v` with a `p x m` block of vectors.
    fn apply(&self, v: &Matrix) -> Matrix;
}

/// Eigenpairs of the largest algebraic eigenvalues, and how well they were computed.
#[derive(Debug, Clone, PartialEq)]
pub struct EigenPairs {
    /// The eigenvalues `lambda_1 >= lambda_2 >= ...`.
    pub values: Vec<f64>,
    /// The orthonormal eigenvectors as columns, in the order of the values.
    pub vectors: Matrix,
    /// `|H u - lambda u| / max(|lambda_1|, eps |H|)`, with |H| the largest Ritz value in magnitude that the
    /// solver met: relative to the wanted end of the spectrum, however large the other end is. The second term only
    /// matters if the top of the spectrum is zero to rounding; no such pair is converged, unless its residual vanishes.
    pub residuals: Vec<f64>,
    /// The operator-vector products used.
    pub products: usize,
    /// Whether every pair that was asked for met the tolerance. It cannot where the rounding of a product, about
    /// `1e-14 |H|`, exceeds it: the top of the spectrum is then too small beside the rest.
    pub converged: bool,
}

impl EigenPairs {
    /// The largest residual of the first pair and of those with values above `threshold`.
    pub fn residual_above(&self, threshold: f64) -> f64 {
        let wanted = self.values.iter().enumerate().filter(|&(i, &value)| i == 0 || value > threshold);
        wanted.map(|(i, _)| self.residuals[i]).fold(0.0, f64::max)
    }
}

/// What to compute, how well, and for how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// The number of eigenpairs.
    pub count: usize,
    /// The largest relative residual (see [`EigenPairs::residuals`]) of a converged pair. A solver stops at the rounding
    /// of a product, about `1e-14 |H|`, if that is larger, and says that it has not converged.
    pub tolerance: f64,
    /// The largest number of operator-vector products; the minimum to answer at all (about `2 count`) is
    /// always spent.
    pub max_products: usize,
    /// The seed of the random directions.
    pub seed: u64,
}

/// Why no eigenpairs were computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EigenError {
    /// The operator, or a start block, has a NaN or an infinity.
    #[error("the operator or its start block contains a NaN or an infinity")]
    NonFinite,
    /// More pairs than the space has dimensions, or none.
    #[error("asked for {count} eigenpairs of an operator of dimension {dim}")]
    Count {
        /// The number of pairs asked for.
        count: usize,
        /// The dimension of the operator.
        dim: usize,
    },
    /// A block of the wrong shape.
    #[error("expected a block of {rows} x {cols}, got {got_rows} x {got_cols}")]
    Shape {
        /// The rows expected.
        rows: usize,
        /// The columns expected.
        cols: usize,
        /// The rows found.
        got_rows: usize,
        /// The columns found.
        got_cols: usize,
    },
    /// A parameter outside its range.
    #[error("invalid setting: {0}")]
    Setting(&'static str),
    /// Too large to be formed as a dense matrix.
    #[error("dimension {0} is too large for a dense eigendecomposition")]
    TooLarge(usize),
    /// The eigenvalues, or all products on the way to them, are too large for f64.
    #[error("the operator is so large that its eigenvalues are outside the range of f64")]
    Range,
    /// The dense eigendecomposition did not converge.
    #[error("the dense eigendecomposition did not converge")]
    Dense,
}

fn check(dim: usize, request: &Request) -> Result<(), EigenError> {
    if request.count == 0 || request.count > dim {
        return Err(EigenError::Count { count: request.count, dim });
    }
    if !(request.tolerance > 0.0 && request.tolerance.is_finite()) {
        return Err(EigenError::Setting("the tolerance must be positive and finite"));
    }
    Ok(())
}

/// The vectors that an iteration from this start block works on: guards included, and none missing.
fn check_start(dim: usize, start: &Matrix, request: &Request) -> Result<usize, EigenError> {
    check(dim, request)?;
    if start.rows() != dim {
        let (got_rows, got_cols) = (start.rows(), start.cols());
        return Err(EigenError::Shape { rows: dim, cols: got_cols, got_rows, got_cols });
    }
    Ok(start.cols().max(request.count).min(dim))
}

impl Request {
    /// Whether the pair `j` needs work, given the absolute residual of a converged pair and its own; guard vectors need
    /// it only down to a relative residual of 1e-2.
    fn active(&self, limit: f64, j: usize, r: f64) -> bool {
        const GUARD: f64 = 1e-2;
        r > if j < self.count { limit } else { limit * (GUARD / self.tolerance).max(1.0) }
    }
}
