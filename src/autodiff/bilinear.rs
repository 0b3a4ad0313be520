//! Bilinear nodes: a product and its two partial transposes, each bilinear again.

use crate::numeric::{MatMut, MatRef, Scalar, matmul_add};

/// A bilinear map `y = B(l, r)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bilinear {
    /// The matrix product of a per-example node and a parameter.
    MatMul,
    /// The elementwise product of two per-example nodes.
    Multiply,
}

/// The widths of the operands of a bilinear map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Widths {
    pub left: usize,
    pub right: usize,
}

impl Bilinear {
    /// `out += B(l, r)`; `l` and `out` may be stacks of equal height if `r` is a parameter.
    pub fn forward<T: Scalar>(self, widths: Widths, l: &[T], r: &[T], out: &mut [T]) {
        match self {
            Bilinear::MatMul => {
                let rows = l.len() / widths.left;
                matmul_add(
                    MatMut::row_major(out, rows, widths.right),
                    MatRef::row_major(l, rows, widths.left),
                    MatRef::row_major(r, widths.left, widths.right),
                );
            }
            Bilinear::Multiply => multiply_cyclic(l, r, out),
        }
    }

    /// The adjoint of the left operand: `out += B(., r)' y`; `y` and `out` may be stacks.
    pub fn to_left<T: Scalar>(self, widths: Widths, y: &[T], r: &[T], out: &mut [T]) {
        match self {
            Bilinear::MatMul => {
                let rows = y.len() / widths.right;
                matmul_add(
                    MatMut::row_major(out, rows, widths.left),
                    MatRef::row_major(y, rows, widths.right),
                    MatRef::row_major(r, widths.left, widths.right).t(),
                );
            }
            Bilinear::Multiply => multiply_cyclic(y, r, out),
        }
    }
}

/// Rows `rows` of the adjoint of a parameter `w` in `y = x w`: `out += x' y` restricted to these rows.
pub(super) fn weight_adjoint<T: Scalar>(
    widths: Widths,
    rows: std::ops::Range<usize>,
    x: &[T],
    y: &[T],
    out: &mut [T],
) {
    let examples = x.len() / widths.left;
    let x = MatRef::strided(&x[rows.start..], examples, rows.len(), widths.left, 1);
    matmul_add(
        MatMut::row_major(out, rows.len(), widths.right),
        x.t(),
        MatRef::row_major(y, examples, widths.right),
    );
}

/// `out += l r` entry by entry, `r` repeated along the stack `l`.
fn multiply_cyclic<T: Scalar>(l: &[T], r: &[T], out: &mut [T]) {
    for (l, out) in l.chunks_exact(r.len()).zip(out.chunks_exact_mut(r.len())) {
        for ((out, &l), &r) in out.iter_mut().zip(l).zip(r) {
            *out += l * r;
        }
    }
}
