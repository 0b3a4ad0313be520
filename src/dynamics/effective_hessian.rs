//! The effective Hessian `h H` of an update rule as an operator for eigen-solvers.

use crate::eigen::SymmetricOperator;
use crate::numeric::Matrix;
use crate::objective::Linearization;
use crate::optimizer::UpdateRule;

/// `v -> h H(w) v`, h the rule's edge step, at the point of a linearisation.
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
        self.rule.make_effective(product.data_mut());
        product
    }
}
