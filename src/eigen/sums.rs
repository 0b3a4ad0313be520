//! Sums of predicted eigenvectors as the start of a Krylov space, where that needs fewer products than to start from
//! each of them.
//!
//! Let k predicted eigenvectors `x_i` be off by `e_i`. From the block of all, one block of products more reduces every
//! error by some factor, for k products. From the single vector `sum x_i`, the Ritz vectors are `p(H) sum x_i` with
//! polynomials p that are 1 at `lambda_i`, 0 at the other eigenvalues and small on the rest of the spectrum: one product
//! more reduces all errors by that factor. But the zeros amplify the errors first, by about
//! `prod_(j != i) reach / |lambda_i - lambda_j|`, with the distance `reach` of the eigenvalues from the middle of the rest.
//! Between the two are b sums of about `k / b` vectors each, with neighbours in different ones.

use super::block::combine;
use crate::numeric::Matrix;

/// The number b of sums, from 1 to k, with which errors shrink by `decades` powers of ten for the fewest products:
/// that with the smallest `b (decades + those of the amplification)`.
pub(super) fn fewest_products(values: &[f64], reach: f64, decades: f64) -> usize {
    let cost = |b: usize| b as f64 * (decades.max(0.0) + amplification(values, b, reach));
    (1..values.len()).rev().fold(values.len(), |best, b| if cost(b) < cost(best) { b } else { best })
}

/// The sums of every `count`-th column, from the first on, from the second on, ...
pub(super) fn sums(block: &Matrix, count: usize) -> Matrix {
    combine(block, &Matrix::from_fn(block.cols(), count, |i, j| f64::from(u8::from(i % count == j))))
}

/// The largest amplification of an error within `count` sums, in powers of ten.
fn amplification(values: &[f64], count: usize, reach: f64) -> f64 {
    let of = |i: usize| -> f64 {
        let same_sum = (0..values.len()).filter(|&j| j != i && j % count == i % count);
        same_sum.map(|j| libm::log10(reach / (values[i] - values[j]).abs()).max(0.0)).sum()
    };
    (0..values.len()).map(of).fold(0.0, f64::max)
}
