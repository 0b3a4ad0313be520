//! An independent check of a proposed solution; shares no code with the solver.

use super::least::negative_part;
use super::packing::pairs;
use super::problem::Problem;
use crate::numeric::Matrix;
use crate::numeric::dispatch::dispatched;

/// How far a point is from solving a [`Problem`], each relative to the scale its rounding has.
///
/// With `x = svec(X)` the scale of R is `s = max(|A|, | |B| |x| |)`, the size of the terms summed in
/// `R = A + B[X]`. Norms are Frobenius norms. Every field is NaN if an entry of X is not finite or its shape is
/// wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certificate {
    /// `max(0, -lambda_min(X)) / |X|`, or the asymmetry of X over `|X|` if larger.
    pub primal: f64,
    /// `max(0, -lambda_min(R)) / s`.
    pub dual: f64,
    /// `|<X, R>| / (|X| s)`.
    pub complementarity: f64,
    /// `s / max(|A|, |B[X]|)`: how much larger than R's own scale the cancelling terms of `B[X]` are. About 1, up to
    /// the condition number of B if X is large along its small eigenvalues, where no X in f64 does better than
    /// `2^-53` of s. Not a violation, but a huge value means that s, and with it the certificate, says little.
    pub cancellation: f64,
}

impl Certificate {
    /// The largest of the three violations; NaN if one is NaN.
    pub fn worst(&self) -> f64 {
        let parts = [self.primal, self.dual, self.complementarity];
        parts.into_iter().fold(0.0, |worst, part| if part > worst || part.is_nan() { part } else { worst })
    }
}

/// Measures how far X is from solving the problem.
pub fn certify(problem: &Problem, x: &Matrix) -> Certificate {
    let (k, a, b) = (problem.order(), problem.a(), problem.b());
    if (x.rows(), x.cols()) != (k, k) || x.data().iter().any(|entry| !entry.is_finite()) {
        return Certificate {
            primal: f64::NAN,
            dual: f64::NAN,
            complementarity: f64::NAN,
            cancellation: f64::NAN,
        };
    }
    let order: Vec<(usize, usize)> = pairs(k).collect();
    let root = 2.0_f64.sqrt();
    // Norms of entries divided by their largest magnitude neither overflow nor vanish.
    let (size_x, size_a, size_b) = (size(x), size(a), power_of_two(size(b)));
    let mut r = Matrix::zeros(k, k);
    let mut terms = Matrix::zeros(k, k);
    let mut bx = Matrix::zeros(k, k);
    // Units: X in size_x, R in unit = max(size_a, size_b size_x).
    let unit = size_a.max(size_b * size_x);
    let (share_a, share_b) = if unit > 0.0 { (size_a / unit, size_b * size_x / unit) } else { (0.0, 0.0) };
    let weight = |(i, j)| if i == j { 1.0 } else { root };
    let entry = |(i, j)| ratio(0.5 * x[(i, j)] + 0.5 * x[(j, i)], size_x);
    let packed: Vec<f64> = order.iter().map(|&pair| weight(pair) * entry(pair)).collect();
    let (mut signed, mut magnitudes) = (vec![0.0; order.len()], vec![0.0; order.len()]);
    sums(b, size_b, &packed, &mut signed, &mut magnitudes);
    for (p, &(i, j)) in order.iter().enumerate() {
        let weight = weight((i, j));
        bx[(i, j)] = signed[p] / weight * share_b;
        bx[(j, i)] = bx[(i, j)];
        r[(i, j)] = ratio(a[(i, j)], size_a) * share_a + bx[(i, j)];
        r[(j, i)] = r[(i, j)];
        terms[(i, j)] = magnitudes[p] / weight * share_b;
        terms[(j, i)] = terms[(i, j)];
    }
    let scaled_x = Matrix::from_fn(k, k, |i, j| ratio(x[(i, j)], size_x));
    let norm_a = frobenius(a, size_a) * share_a;
    let scale = norm_a.max(frobenius(&terms, 1.0));
    let strict = norm_a.max(frobenius(&bx, 1.0));
    let norm_x = frobenius(x, size_x);
    let skew = Matrix::from_fn(k, k, |i, j| 0.5 * scaled_x[(i, j)] - 0.5 * scaled_x[(j, i)]);
    let mut pairing = 0.0;
    for j in 0..k {
        for i in 0..k {
            pairing += scaled_x[(i, j)] * r[(i, j)];
        }
    }
    Certificate {
        primal: ratio(negative_part(&scaled_x).max(frobenius(&skew, 1.0)), norm_x),
        dual: ratio(negative_part(&r), scale),
        complementarity: ratio(pairing.abs(), norm_x * scale),
        cancellation: if scale > 0.0 { scale / strict } else { 1.0 },
    }
}

fn size(a: &Matrix) -> f64 {
    a.data().iter().fold(0.0, |best: f64, entry| best.max(entry.abs()))
}

/// `x / scale`, and zero over zero is zero.
fn ratio(x: f64, scale: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x / scale }
}

/// The Frobenius norm of `a / size`.
fn frobenius(a: &Matrix, size: f64) -> f64 {
    a.data().iter().map(|&entry| ratio(entry, size)).map(|entry| entry * entry).sum::<f64>().sqrt()
}

/// The largest power of two that is at most `size` (and normal); zero for zero.
fn power_of_two(size: f64) -> f64 {
    if size == 0.0 { 0.0 } else { libm::scalbn(1.0, libm::ilogb(size).max(-1022)) }
}

dispatched! {
    /// The sums over q of `b_pq x_q / unit`, and of their magnitudes; the unit is a power of two, or B is zero.
    fn sums(b: &Matrix, unit: f64, x: &[f64], sums: &mut [f64], magnitudes: &mut [f64]) {
        let inverse = if unit > 0.0 { 1.0 / unit } else { 0.0 };
        for (q, &factor) in x.iter().enumerate() {
            for ((sum, magnitude), entry) in sums.iter_mut().zip(magnitudes.iter_mut()).zip(b.col(q)) {
                let term = entry * inverse * factor;
                *sum += term;
                *magnitude += term.abs();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagonal(entries: &[f64]) -> Matrix {
        let k = entries.len();
        Matrix::from_fn(k, k, |i, j| if i == j { entries[i] } else { 0.0 })
    }

    #[test]
    fn a_solution_passes_and_wrong_answers_do_not() {
        // B = identity: the solution is the projection of -A.
        let problem = Problem::new(diagonal(&[-2.0, 3.0, 0.0]), Matrix::identity(6)).unwrap();
        assert_eq!(certify(&problem, &diagonal(&[2.0, 0.0, 0.0])).worst(), 0.0);
        let zero = certify(&problem, &Matrix::zeros(3, 3));
        assert!(zero.dual > 0.1 && zero.primal == 0.0 && zero.complementarity == 0.0);
        let large = certify(&problem, &diagonal(&[2.001, 0.0, 0.0]));
        assert!(large.complementarity > 1e-5 && large.dual == 0.0);
        assert!(certify(&problem, &diagonal(&[2.0, -1e-6, 0.0])).primal > 1e-7);
        let mut skew = diagonal(&[2.0, 0.0, 0.0]);
        skew[(0, 1)] = 1e-6;
        assert!(certify(&problem, &skew).primal > 1e-7);
        assert!(certify(&problem, &diagonal(&[f64::NAN, 0.0, 0.0])).worst().is_nan());
        assert!(certify(&problem, &Matrix::zeros(2, 2)).worst().is_nan());
    }

    #[test]
    fn the_measure_does_not_depend_on_units() {
        for (unit_a, unit_b) in [(1.0, 1.0), (1e-200, 1e100), (1e150, 1e-100), (1e-12, 1e12)] {
            let a = diagonal(&[-2.0 * unit_a, 3.0 * unit_a]);
            let b = Matrix::from_fn(3, 3, |p, q| if p == q { unit_b } else { 0.0 });
            let problem = Problem::new(a, b).unwrap();
            let x = diagonal(&[2.5 * unit_a / unit_b, 0.0]);
            let found = certify(&problem, &x);
            let expected = 0.5 / 13.0_f64.sqrt();
            assert!((found.complementarity - expected).abs() < 1e-12, "{found:?}");
        }
    }
}
