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
    /// True if all residuals reached the tolerance.
    pub converged: bool,
}

/// What a solver is to find.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The number of eigenpairs.
    pub count: usize,
    /// The relative residual to reach.
    pub tolerance: f64,
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
    fn check(&self, dim: usize) -> Result<(), EigenError> {
        if self.count == 0 || self.count > dim {
            return Err(EigenError::Count { count: self.count, dim });
        }
        Ok(())
    }
}
