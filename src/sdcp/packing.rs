//! The isometric packing of symmetric matrices into vectors.

use crate::numeric::Matrix;
pub use crate::numeric::{pair_count as packed_len, pairs};

/// The packing weight of a pair: 1 on the diagonal, sqrt 2 off it.
pub fn weight((i, j): (usize, usize)) -> f64 {
    if i == j { 1.0 } else { std::f64::consts::SQRT_2 }
}

/// `svec(X)`: the upper triangle with off-diagonal entries times sqrt 2, so that `<X, Y> = svec(X) . svec(Y)`.
///
/// # Panics
/// If X has more columns than rows: a bug of the caller.
pub fn pack(x: &Matrix) -> Vec<f64> {
    let mut packed = Vec::with_capacity(packed_len(x.rows()));
    pack_onto(x, &mut packed);
    packed
}

/// Appends `svec(X)` to `packed`.
pub(super) fn pack_onto(x: &Matrix, packed: &mut Vec<f64>) {
    for j in 0..x.cols() {
        let column = x.col(j);
        packed.extend(column[..j].iter().map(|entry| entry * std::f64::consts::SQRT_2));
        packed.push(column[j]);
    }
}

/// The symmetric k x k matrix packed in `packed`; entries beyond k (k + 1) / 2 are not read.
pub fn unpack(k: usize, packed: &[f64]) -> Matrix {
    let mut x = Matrix::zeros(k, k);
    unpack_into(packed, &mut x);
    x
}

/// Overwrites `x` with the symmetric matrix packed in `packed`.
pub(super) fn unpack_into(packed: &[f64], x: &mut Matrix) {
    for (pair, &value) in pairs(x.rows()).zip(packed) {
        let entry = if pair.0 == pair.1 { value } else { value * std::f64::consts::FRAC_1_SQRT_2 };
        x[pair] = entry;
        x[(pair.1, pair.0)] = entry;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_column_after_column() {
        assert_eq!(pairs(3).collect::<Vec<_>>(), [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)]);
        assert!((0..9).all(|k| pairs(k).count() == packed_len(k)));
    }

    #[test]
    fn packing_is_an_isometry_and_invertible() {
        let x = Matrix::from_fn(4, 4, |i, j| (i + j) as f64 - 0.5 * (i * j) as f64);
        let y = Matrix::from_fn(4, 4, |i, j| 1.0 + (i * j) as f64 * 0.3);
        let full: f64 = x.data().iter().zip(y.data()).map(|(a, b)| a * b).sum();
        let packed: f64 = pack(&x).iter().zip(pack(&y)).map(|(a, b)| a * b).sum();
        assert!((full - packed).abs() <= 1e-13 * full.abs());
        let back = unpack(4, &pack(&x));
        assert!(back.data().iter().zip(x.data()).all(|(a, b)| (a - b).abs() <= 1e-15 * b.abs()));
    }
}
