//! Square matrices whose order is known to the compiler: on the stack, in unrolled loops.
//!
//! Loops, not closures: a closure of the standard library's helpers may be compiled apart, without the vector
//! instructions of its caller.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use crate::numeric::Matrix;

/// A K x K matrix as an array of its columns.
pub type Square<const K: usize> = [[f64; K]; K];

/// The matrix with the same entries, times a factor.
#[inline(always)]
pub fn from_matrix<const K: usize>(m: &Matrix, factor: f64) -> Square<K> {
    let mut out = [[0.0; K]; K];
    for j in 0..K {
        for i in 0..K {
            out[j][i] = factor * m[(i, j)];
        }
    }
    out
}

/// The matrix with the same entries.
#[inline(always)]
pub fn to_matrix<const K: usize>(m: &Square<K>) -> Matrix {
    Matrix::from_columns(K, K, m.as_flattened().to_vec())
}

/// `diag(d)`.
#[inline(always)]
pub fn diagonal<const K: usize>(d: &[f64; K]) -> Square<K> {
    let mut out = [[0.0; K]; K];
    for i in 0..K {
        out[i][i] = d[i];
    }
    out
}

/// The transpose of A.
#[inline(always)]
pub fn transpose<const K: usize>(a: &Square<K>) -> Square<K> {
    let mut out = [[0.0; K]; K];
    for j in 0..K {
        for i in 0..K {
            out[j][i] = a[i][j];
        }
    }
    out
}

/// `A B`.
#[inline(always)]
pub fn product<const K: usize>(a: &Square<K>, b: &Square<K>) -> Square<K> {
    let mut out = [[0.0; K]; K];
    for j in 0..K {
        for l in 0..K {
            for i in 0..K {
                out[j][i] += a[l][i] * b[j][l];
            }
        }
    }
    out
}

/// `V' M V`.
#[inline(always)]
pub fn congruence<const K: usize>(v: &Square<K>, m: &Square<K>) -> Square<K> {
    product(&transpose(v), &product(m, v))
}

/// `V diag(d) V'`, exactly symmetric.
#[inline(always)]
pub fn spectral<const K: usize>(v: &Square<K>, d: &[f64; K]) -> Square<K> {
    let mut out = [[0.0; K]; K];
    for l in 0..K {
        for j in 0..K {
            let factor = d[l] * v[l][j];
            for i in 0..K {
                out[j][i] += factor * v[l][i];
            }
        }
    }
    for j in 0..K {
        for i in 0..j {
            out[i][j] = out[j][i];
        }
    }
    out
}

/// `<X, Y>`, the sum of products of entries.
#[inline(always)]
pub fn inner<const K: usize>(x: &Square<K>, y: &Square<K>) -> f64 {
    let mut rows = [0.0; K];
    for (x, y) in x.iter().zip(y) {
        for i in 0..K {
            rows[i] += x[i] * y[i];
        }
    }
    rows.iter().sum()
}

/// The largest magnitude of an entry; a NaN does not count.
#[inline(always)]
pub fn largest<const K: usize>(m: &Square<K>) -> f64 {
    let larger = |best: f64, x: f64| if x > best { x } else { best };
    let mut rows = [0.0; K];
    for column in m {
        for i in 0..K {
            rows[i] = larger(rows[i], column[i].abs());
        }
    }
    rows.into_iter().fold(0.0, larger)
}

/// `|M|`, the Frobenius norm.
#[inline(always)]
pub fn norm<const K: usize>(m: &Square<K>) -> f64 {
    inner(m, m).sqrt()
}

/// Writes `svec(M)`, from the upper triangle.
#[inline(always)]
pub fn pack_into<const K: usize>(m: &Square<K>, packed: &mut [f64]) {
    let mut start = 0;
    for j in 0..K {
        for i in 0..j {
            packed[start + i] = SQRT_2 * m[j][i];
        }
        packed[start + j] = m[j][j];
        start += j + 1;
    }
}

/// The symmetric matrix packed in `packed`.
#[inline(always)]
pub fn unpack<const K: usize>(packed: &[f64]) -> Square<K> {
    let mut m = [[0.0; K]; K];
    let mut start = 0;
    for j in 0..K {
        for i in 0..j {
            let entry = FRAC_1_SQRT_2 * packed[start + i];
            m[j][i] = entry;
            m[i][j] = entry;
        }
        m[j][j] = packed[start + j];
        start += j + 1;
    }
    m
}
