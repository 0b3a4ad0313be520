//! One term of a sum of products.

use super::kernel::{Kernels, kernels};
use super::packed::Packed;
use super::view::MatRef;
use crate::numeric::Scalar;

/// A product `A B`, B as it lies in memory or packed beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Term<'a, T> {
    pub(super) a: MatRef<'a, T>,
    pub(super) b: Right<'a, T>,
}

/// A right factor.
#[derive(Debug, Clone, Copy)]
pub(super) enum Right<'a, T> {
    Plain(MatRef<'a, T>),
    Packed(&'a Packed<T>),
}

impl<'a, T: Scalar> Term<'a, T> {
    /// `A B`.
    ///
    /// # Panics
    /// If the inner dimensions do not match: a bug of the caller.
    pub fn new(a: MatRef<'a, T>, b: MatRef<'a, T>) -> Self {
        assert_eq!(a.cols(), b.rows(), "the inner dimensions agree");
        Self { a, b: Right::Plain(b) }
    }

    /// `A B` with B packed: for factors that are used more than once.
    ///
    /// # Panics
    /// If the inner dimensions do not match: a bug of the caller.
    pub fn packed(a: MatRef<'a, T>, b: &'a Packed<T>) -> Self {
        assert_eq!(a.cols(), b.rows(), "the inner dimensions agree");
        Self { a, b: Right::Packed(b) }
    }

    /// The number of products in each sum.
    pub(super) fn depth(&self) -> usize {
        self.a.cols()
    }

    /// The shape of the product.
    pub(super) fn shape(&self) -> (usize, usize) {
        let cols = match &self.b {
            Right::Plain(b) => b.cols(),
            Right::Packed(b) => b.cols(),
        };
        (self.a.rows(), cols)
    }

    /// The functions that can multiply it: those B was packed for, or those of the level in use.
    pub(super) fn kernels(&self) -> Kernels<T> {
        match &self.b {
            Right::Plain(_) => kernels(),
            Right::Packed(b) => *b.kernels(),
        }
    }

    /// Whether these functions can multiply it.
    pub(super) fn suits(&self, kernels: &Kernels<T>) -> bool {
        match &self.b {
            Right::Plain(_) => true,
            Right::Packed(b) => b.kernels().lanes == kernels.lanes,
        }
    }
}
