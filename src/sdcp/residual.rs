//! `R = A + B[X]`, with the sums of [`crate::numeric::vector::dot`] at every order.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::dense;
use super::packing::{pack, unpack};
use crate::numeric::Matrix;
use crate::numeric::dispatch::dispatched;

/// The number of partial sums of a dot product.
const LANES: usize = 16;

/// `A + B[X]` of symmetric matrices, B in the isometric packing.
///
/// # Panics
/// If X is smaller than A: a bug of the caller.
pub fn residual(a: &Matrix, b: &Matrix, x: &Matrix) -> Matrix {
    match a.rows() {
        2 => small::<2, 3>(a, b, x),
        3 => small::<3, 6>(a, b, x),
        4 => small::<4, 10>(a, b, x),
        5 => small::<5, 15>(a, b, x),
        6 => small::<6, 21>(a, b, x),
        7 => small::<7, 28>(a, b, x),
        8 => small::<8, 36>(a, b, x),
        k => {
            let mut r = unpack(k, &dense::apply(b, &pack(x)));
            dense::add(a, &mut r);
            r
        }
    }
}

dispatched! {
    /// K is the order of A, M that of B.
    fn small<const K: usize, const M: usize>(a: &Matrix, b: &Matrix, x: &Matrix) -> Matrix {
        let mut packed = [0.0; M];
        let mut p = 0;
        for j in 0..K {
            for i in 0..=j {
                packed[p] = x[(i, j)] * if i < j { SQRT_2 } else { 1.0 };
                p += 1;
            }
        }
        let bx = products(b.data().as_chunks::<M>().0, &packed);
        let mut r = a.clone();
        p = 0;
        for j in 0..K {
            for i in 0..j {
                let entry = bx[p] * FRAC_1_SQRT_2;
                r[(i, j)] += entry;
                r[(j, i)] += entry;
                p += 1;
            }
            r[(j, j)] += bx[p];
            p += 1;
        }
        r
    }
}

/// `B x` from the columns of B, which are its rows too.
#[inline(always)]
fn products<const M: usize>(b: &[[f64; M]], x: &[f64; M]) -> [f64; M] {
    let whole = M - M % LANES;
    let (mut lanes, mut tail) = ([[0.0; M]; LANES], [0.0; M]);
    for q in 0..whole {
        accumulate(x[q], &b[q], &mut lanes[q % LANES]);
    }
    for q in whole..M {
        accumulate(x[q], &b[q], &mut tail);
    }
    let mut width = if whole > 0 { LANES / 2 } else { 0 };
    while width > 0 {
        for l in 0..width {
            let (low, high) = lanes.split_at_mut(width);
            accumulate(1.0, &high[l], &mut low[l]);
        }
        width /= 2;
    }
    accumulate(1.0, &tail, &mut lanes[0]);
    lanes[0]
}

/// `y += factor x`.
#[inline(always)]
fn accumulate<const M: usize>(factor: f64, x: &[f64; M], y: &mut [f64; M]) {
    for p in 0..M {
        y[p] += factor * x[p];
    }
}
