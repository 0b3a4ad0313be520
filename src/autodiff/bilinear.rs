//! Bilinear nodes: a product and its partial transposes, each bilinear again.

use super::rows::stride;
use super::write::Write;
use crate::numeric::dispatch::dispatched;
use crate::numeric::{MatMut, MatRef, Packed, Scalar, Start, Term, matmul_sum};

/// A bilinear map `y = B(l, r)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bilinear {
    /// The matrix product of a per-example node and a parameter.
    MatMul,
    /// The elementwise product of two per-example nodes.
    Multiply,
}

/// A product `x W` of a sum; absent if it is zero.
pub(super) type Product<'a, T> = Option<(&'a [T], &'a Packed<T>)>;

/// `out = start + sum x W` for rows of `x`, all of them of width `cols` in `out`.
pub(super) fn products<T: Scalar, const N: usize>(
    terms: [Product<'_, T>; N],
    cols: usize,
    out: &mut [T],
    start: Start<'_, T>,
) {
    let rows = out.len() / stride::<T>(cols);
    let terms = terms.into_iter().flatten().map(|(x, w)| Term::packed(matrix(x, rows, w.rows()), w));
    matmul_sum(MatMut::strided(out, rows, cols, stride::<T>(cols)), start, terms);
}

/// Rows of `cols` numbers as a matrix.
pub(super) fn matrix<T: Scalar>(x: &[T], rows: usize, cols: usize) -> MatRef<'_, T> {
    MatRef::strided(x, rows, cols, stride::<T>(cols), 1)
}

dispatched! {
    /// `out = l r` entry by entry, or added to `out`.
    pub(super) fn multiply<T: Scalar>(l: &[T], r: &[T], out: &mut [T], write: Write) {
        let n = out.len();
        let (l, r) = (&l[..n], &r[..n]);
        match write {
            Write::Replace => {
                for e in 0..n {
                    out[e] = l[e] * r[e];
                }
            }
            Write::Add => {
                for e in 0..n {
                    out[e] += l[e] * r[e];
                }
            }
        }
    }
}
