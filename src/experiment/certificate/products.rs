//! The effective Hessian with its products counted.

use std::cell::Cell;

use crate::dynamics::EffectiveHessian;
use crate::eigen::SymmetricOperator;
use crate::numeric::Matrix;

/// Counts the products of certificates, which are none of the processes'.
#[derive(Debug, Default)]
pub struct Products(Cell<usize>);

impl Products {
    /// How many there were so far.
    pub fn total(&self) -> usize {
        self.0.get()
    }

    /// Adds products that were counted elsewhere.
    pub fn add(&self, products: usize) {
        self.0.set(self.0.get() + products);
    }

    /// The operator, with its products counted here.
    pub fn of<'a>(&'a self, operator: EffectiveHessian<'a>) -> impl SymmetricOperator + 'a {
        Counting { operator, products: self }
    }
}

struct Counting<'a> {
    operator: EffectiveHessian<'a>,
    products: &'a Products,
}

impl SymmetricOperator for Counting<'_> {
    fn dim(&self) -> usize {
        self.operator.dim()
    }

    fn apply(&self, v: &Matrix) -> Matrix {
        self.products.add(v.cols());
        self.operator.apply(v)
    }
}
