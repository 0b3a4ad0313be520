//! The effective Hessian `eta H` of gradient descent as an operator for eigen-solvers.

use crate::eigen::SymmetricOperator;
use crate::numeric::Matrix;
use crate::numeric::vector::scale;
use crate::objective::Linearization;
use crate::optimizer::GradientDescent;

/// `v -> eta H(w) v` at the point of a linearisation.
pub struct EffectiveHessian<'a> {
    /// The objective around w.
    pub at: &'a dyn Linearization,
    /// The optimizer that defines what is effective.
    pub rule: GradientDescent,
}

impl SymmetricOperator for EffectiveHessian<'_> {
    fn dim(&self) -> usize {
        self.at.gradient().len()
    }

    fn apply(&self, v: &Matrix) -> Matrix {
        let mut product = self.at.hvp(v);
        scale(self.rule.learning_rate, product.data_mut());
        product
    }
}
