//! The products of two per-example matrices, block of rows by block of rows: attention is two of them, heads are blocks.

use super::bilinear::Factors;
use super::rows::stride;
use super::write::Write;
use crate::numeric::{MatMut, MatRef, Scalar, Term, matmul_sum};

/// Which of the factors L and R of a product is transposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// `L R`.
    Plain,
    /// `L R'`.
    RightTransposed,
    /// `L' R`.
    LeftTransposed,
}

/// The product of each block of rows of one matrix with the same block of another.
///
/// Blocks lie one after the other as examples do, so it matters to no result how many of them an example has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockProduct {
    form: Product,
    /// The shapes of a block of L and of R.
    left: (usize, usize),
    right: (usize, usize),
}

/// Where an adjoint stands in a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    First,
    Last,
}

impl BlockProduct {
    /// The product of blocks of these shapes.
    ///
    /// # Panics
    /// If the inner dimensions differ: a bug in the architecture.
    pub fn new(form: Product, left: (usize, usize), right: (usize, usize)) -> Self {
        let (inner, other) = match form {
            Product::Plain => (left.1, right.0),
            Product::RightTransposed => (left.1, right.1),
            Product::LeftTransposed => (left.0, right.0),
        };
        assert_eq!(
            inner, other,
            "the inner dimensions of a product {form:?} of {left:?} and {right:?} agree"
        );
        Self { form, left, right }
    }

    /// The shape of a block of the product.
    pub fn shape(&self) -> (usize, usize) {
        match self.form {
            Product::Plain => (self.left.0, self.right.1),
            Product::RightTransposed => (self.left.0, self.right.0),
            Product::LeftTransposed => (self.left.1, self.right.1),
        }
    }

    /// The terms of an entry's sum.
    pub fn inner(&self) -> usize {
        match self.form {
            Product::Plain | Product::RightTransposed => self.left.1,
            Product::LeftTransposed => self.left.0,
        }
    }

    /// The product of the adjoint Y and the other factor that is the adjoint of factor `operand`, and where Y stands:
    /// of `L R` they are `Y R'` and `L' Y`, of `L R'` `Y R` and `Y' L`, of `L' R` `R Y'` and `L Y`.
    pub fn adjoint(self, operand: usize) -> (Self, Place) {
        use Product::{LeftTransposed, Plain, RightTransposed};
        let (y, Self { left, right, .. }) = (self.shape(), self);
        let first = |form, other| (Self::new(form, y, other), Place::First);
        let last = |form, other| (Self::new(form, other, y), Place::Last);
        match (self.form, operand) {
            (Plain, 0) => first(RightTransposed, right),
            (Plain, _) => last(LeftTransposed, left),
            (RightTransposed, 0) => first(Plain, right),
            (RightTransposed, _) => first(LeftTransposed, left),
            (LeftTransposed, 0) => last(RightTransposed, right),
            (LeftTransposed, _) => last(Plain, left),
        }
    }

    /// `out = sum l r` over the terms whose factors exist, for all blocks in `out`.
    pub fn sum<T: Scalar, const N: usize>(self, terms: [Factors<'_, T>; N], out: &mut [T], write: Write) {
        let (rows, cols) = self.shape();
        let block = |(rows, cols): (usize, usize)| rows * stride::<T>(cols);
        for (index, out) in out.chunks_exact_mut(block((rows, cols)).max(1)).enumerate() {
            let terms = terms.iter().filter_map(|&(l, r)| {
                let (l, r) = (&l?[index * block(self.left)..], &r?[index * block(self.right)..]);
                Some(self.term(matrix(l, self.left), matrix(r, self.right)))
            });
            matmul_sum(MatMut::strided(out, rows, cols, stride::<T>(cols)), write.start(), terms);
        }
    }

    fn term<'a, T: Scalar>(self, l: MatRef<'a, T>, r: MatRef<'a, T>) -> Term<'a, T> {
        match self.form {
            Product::Plain => Term::new(l, r),
            Product::RightTransposed => Term::new(l, r.t()),
            Product::LeftTransposed => Term::new(l.t(), r),
        }
    }
}

/// The block at the beginning of these numbers.
fn matrix<T: Scalar>(x: &[T], (rows, cols): (usize, usize)) -> MatRef<'_, T> {
    MatRef::strided(x, rows, cols, stride::<T>(cols), 1)
}

#[cfg(test)]
mod tests;
