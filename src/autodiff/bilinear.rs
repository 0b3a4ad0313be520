//! Bilinear nodes: a product and its partial transposes, each bilinear again.

use super::block_product::{BlockProduct, Place};
use super::rows::stride;
use super::write::Write;
use crate::numeric::dispatch::dispatched;
use crate::numeric::{MatMut, MatRef, Packed, Scalar, Start, Term, matmul_sum};

/// A bilinear map `y = B(l, r)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bilinear {
    /// The matrix product of a per-example node and a parameter.
    MatMul,
    /// A product of two per-example nodes.
    Pair(Pair),
}

/// A product of two per-example nodes; its partial transposes are such products again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    /// Entry by entry.
    Multiply,
    /// Block by block.
    Product(BlockProduct),
}

/// Two factors of a product, each absent if it is zero.
pub(super) type Factors<'a, T> = (Option<&'a [T]>, Option<&'a [T]>);

impl Pair {
    /// `out = sum l r` over the terms whose factors exist.
    pub fn sum<T: Scalar, const N: usize>(self, terms: [Factors<'_, T>; N], out: &mut [T], write: Write) {
        match self {
            Pair::Multiply => multiply_sum(terms, out, write),
            Pair::Product(product) => product.sum(terms, out, write),
        }
    }

    /// The adjoint of the factor `operand` in `y = l r`: of terms of y and the other factor, their sum.
    pub fn adjoint_sum<T: Scalar, const N: usize>(
        self,
        operand: usize,
        terms: [Factors<'_, T>; N],
        out: &mut [T],
        write: Write,
    ) {
        match self {
            Pair::Multiply => multiply_sum(terms, out, write),
            Pair::Product(product) => match product.adjoint(operand) {
                (product, Place::First) => product.sum(terms, out, write),
                (product, Place::Last) => product.sum(terms.map(|(y, other)| (other, y)), out, write),
            },
        }
    }
}

fn multiply_sum<T: Scalar, const N: usize>(terms: [Factors<'_, T>; N], out: &mut [T], write: Write) {
    let mut present = terms.into_iter().filter_map(|(l, r)| Some((l?, r?)));
    match [present.next(), present.next(), present.next()] {
        [Some((l, r)), None, _] => multiply(l, r, out, write),
        [Some(a), Some(b), None] => multiply_two([a, b], out, write),
        [Some(a), Some(b), Some(c)] => multiply_three([a, b, c], out, write),
        [None, ..] => {}
    }
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

/// The factors of a product that is there.
type Present<'a, T> = (&'a [T], &'a [T]);

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

dispatched! {
    /// `out = l r + l' r'` entry by entry, or added to `out` one after the other.
    fn multiply_two<T: Scalar>(terms: [Present<'_, T>; 2], out: &mut [T], write: Write) {
        let n = out.len();
        let [(a, b), (c, d)] = terms.map(|(l, r)| (&l[..n], &r[..n]));
        match write {
            Write::Replace => {
                for e in 0..n {
                    out[e] = a[e] * b[e] + c[e] * d[e];
                }
            }
            Write::Add => {
                for e in 0..n {
                    out[e] = (out[e] + a[e] * b[e]) + c[e] * d[e];
                }
            }
        }
    }
}

dispatched! {
    /// The same of three products.
    fn multiply_three<T: Scalar>(terms: [Present<'_, T>; 3], out: &mut [T], write: Write) {
        let n = out.len();
        let [(a, b), (c, d), (f, g)] = terms.map(|(l, r)| (&l[..n], &r[..n]));
        match write {
            Write::Replace => {
                for e in 0..n {
                    out[e] = (a[e] * b[e] + c[e] * d[e]) + f[e] * g[e];
                }
            }
            Write::Add => {
                for e in 0..n {
                    out[e] = ((out[e] + a[e] * b[e]) + c[e] * d[e]) + f[e] * g[e];
                }
            }
        }
    }
}
