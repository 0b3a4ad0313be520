//! Cholesky factors and triangular solves of matrices of some hundred rows.

use super::Matrix;
use super::vector::dot;

/// Replaces the lower triangle of A by its Cholesky factor L, `A = L L'`, and the rest by zero; false, with A
/// destroyed, if a pivot is not positive and finite.
pub fn cholesky(a: &mut Matrix) -> bool {
    let n = a.rows();
    for j in 0..n {
        let pivot = a[(j, j)].sqrt();
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        let column = a.col_mut(j);
        column[..j].fill(0.0);
        column[j] = pivot;
        column[j + 1..].iter_mut().for_each(|entry| *entry /= pivot);
        let column = column.to_vec();
        for l in j + 1..n {
            let factor = column[l];
            for (entry, x) in a.col_mut(l)[l..].iter_mut().zip(&column[l..]) {
                *entry -= factor * x;
            }
        }
    }
    true
}

/// `x = L^-1 x`.
pub fn solve_lower(l: &Matrix, x: &mut [f64]) {
    solve_lower_from(0, l, x);
}

/// The same, where x is zero before an index.
pub fn solve_lower_from(from: usize, l: &Matrix, x: &mut [f64]) {
    for j in from..x.len() {
        x[j] /= l[(j, j)];
        let factor = x[j];
        for (entry, c) in x[j + 1..].iter_mut().zip(&l.col(j)[j + 1..]) {
            *entry -= factor * c;
        }
    }
}

/// `x = L'^-1 x`.
pub fn solve_lower_transposed(l: &Matrix, x: &mut [f64]) {
    for j in (0..x.len()).rev() {
        let sum = dot(&l.col(j)[j + 1..], &x[j + 1..]);
        x[j] = (x[j] - sum) / l[(j, j)];
    }
}
