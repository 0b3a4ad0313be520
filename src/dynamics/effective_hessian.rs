//! The effective Hessian `P^-1 H = eta H` of an update rule as an operator for eigen-solvers.

use crate::eigen::SymmetricOperator;
use crate::numeric::Matrix;
use crate::objective::Linearization;
use crate::optimizer::UpdateRule;

/// `v -> eta H(w) v` at the point of a linearisation.
pub struct EffectiveHessian<'a> {
    /// The objective around w.
    pub at: &'a dyn Linearization,
    /// The optimizer that defines what is effective.
    pub rule: &'a dyn UpdateRule,
}

impl SymmetricOperator for EffectiveHessian<'_> {
    fn dim(&self) -> usize {
        self.at.gradient().len()
    }

    fn apply(&self, v: &Matrix) -> Matrix {
        let mut product = self.at.hvp(v);
        self.rule.precondition(product.data_mut());
        product
    }
}
