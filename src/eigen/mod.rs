//! Largest eigenpairs of a symmetric operator, cold and along a trajectory.
//!
//! "Largest" is largest *algebraic*: sharpness is `lambda_1`, whatever negative eigenvalues there are. The cost is the
//! number of products with the operator. Solvers know an operator and nothing of networks.

mod basis;
mod certify;
mod dense;
mod lanczos;
#[cfg(test)]
mod laws;
mod lobpcg;
pub mod spectra;
mod tracker;

pub use certify::{EigenCertificate, certify};
pub use dense::dense;
pub use lanczos::lanczos;
pub use lobpcg::lobpcg;
pub use tracker::{Tracker, TrackerSettings};

use crate::numeric::Matrix;

/// A symmetric linear map of R^n.
pub trait SymmetricOperator {
    /// The dimension n.
    fn dim(&self) -> usize;

    /// The image of each column: `n x m -> n x m`.
    fn apply(&self, v: &Matrix) -> Matrix;
}

/// Approximate eigenpairs.
#[derive(Debug, Clone, PartialEq)]
pub struct EigenPairs {
    /// Eigenvalues, descending.
    pub values: Vec<f64>,
    /// Orthonormal eigenvectors as columns, in the same order.
    pub vectors: Matrix,
    /// `|H u - lambda u| / |lambda_1|`, computed, not estimated.
    pub residuals: Vec<f64>,
    /// Products with the operator used.
    pub products: usize,
    /// True if all residuals reached the tolerance, those that [`Request::settled_below`] excuses apart.
    pub converged: bool,
}

impl EigenPairs {
    /// The largest residual of the first pair and of those with values above `threshold`.
    pub fn residual_above(&self, threshold: f64) -> f64 {
        let wanted = self.values.iter().enumerate().filter(|&(i, &value)| i == 0 || value > threshold);
        wanted.map(|(i, _)| self.residuals[i]).fold(0.0, f64::max)
    }
}

/// What a solver is to find.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The number of eigenpairs.
    pub count: usize,
    /// The relative residual to reach.
    pub tolerance: f64,
    /// Pairs other than the first need not converge once value plus residual lies below this: enough for a sentinel
    /// that only has to show that nothing more lies above. Minus infinity asks for all to converge.
    pub settled_below: f64,
    /// The most products to use; the best pairs so far are returned then, marked as not converged.
    pub max_products: usize,
    /// The seed of random directions.
    pub seed: u64,
}

/// Why there are no eigenpairs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EigenError {
    /// The operator gave an infinite value or NaN.
    #[error("a product with the operator is infinite or NaN")]
    NonFinite,
    /// More eigenpairs than dimensions, or none.
    #[error("{count} eigenpairs of an operator of dimension {dim} were asked for: accepted are 1 to {dim}")]
    Count {
        /// The number asked for.
        count: usize,
        /// The dimension.
        dim: usize,
    },
    /// The dense decomposition failed.
    #[error("the dense eigendecomposition did not converge")]
    Dense,
}

impl Request {
    /// True if pair `i` needs no more work: `residual` is relative to `size`.
    fn accepts(&self, i: usize, value: f64, residual: f64, size: f64) -> bool {
        residual <= self.tolerance || (i > 0 && value + residual * size < self.settled_below)
    }

    fn check(&self, dim: usize) -> Result<(), EigenError> {
        if self.count == 0 || self.count > dim {
            return Err(EigenError::Count { count: self.count, dim });
        }
        Ok(())
    }
}
