//! The effective Hessian `h H` of an update rule as an operator for eigen-solvers.

use crate::eigen::SymmetricOperator;
use crate::numeric::Matrix;
use crate::numeric::vector::scale;
use crate::objective::Linearization;

/// `v -> h H v` at the point of a linearisation in natural coordinates, in which the edge step h is a number.
pub struct EffectiveHessian<'a> {
    /// The objective around a point.
    pub at: &'a dyn Linearization,
    /// h.
    pub step: f64,
}

impl SymmetricOperator for EffectiveHessian<'_> {
    fn dim(&self) -> usize {
        self.at.gradient().len()
    }

    fn apply(&self, v: &Matrix) -> Matrix {
        let mut product = self.at.hvp(v);
        scale(self.step, product.data_mut());
        product
    }
}
