//! Bilinear nodes: a product and its partial transposes, each bilinear again.

use super::write::Write;
use crate::numeric::dispatch::dispatched;
use crate::numeric::{MatMut, MatRef, Packed, Scalar, Start, matmul, matmul_packed};

/// A bilinear map `y = B(l, r)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bilinear {
    /// The matrix product of a per-example node and a parameter.
    MatMul,
    /// The elementwise product of two per-example nodes.
    Multiply,
}

/// `out = start + x W` for the rows of `x`.
pub(super) fn times<T: Scalar>(x: &[T], w: &Packed<T>, out: &mut [T], start: Start<'_, T>) {
    let rows = x.len() / w.rows();
    let x = MatRef::row_major(x, rows, w.rows());
    matmul_packed(MatMut::row_major(out, rows, w.cols()), start, x, w);
}

/// Rows `rows` of the adjoint of a parameter `w` in `y = x w`: `out += x' y` restricted to these rows.
pub(super) fn add_weight_adjoint<T: Scalar>(
    (left, right): (usize, usize),
    rows: std::ops::Range<usize>,
    x: &[T],
    y: &[T],
    out: &mut [T],
) {
    let examples = x.len() / left;
    let x = MatRef::strided(&x[rows.start..], examples, rows.len(), left, 1);
    let out = MatMut::row_major(out, rows.len(), right);
    matmul(out, Start::Present, x.t(), MatRef::row_major(y, examples, right));
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
