//! An independent check of a proposed solution; shares no code with the solver.

use std::f64::consts::SQRT_2;

use super::least::{self, negative_part};
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
    // The order and its packed entries.
    match k {
        1 => small::<1, 1>(a, b, x),
        2 => small::<2, 3>(a, b, x),
        3 => small::<3, 6>(a, b, x),
        4 => small::<4, 10>(a, b, x),
        5 => small::<5, 15>(a, b, x),
        6 => small::<6, 21>(a, b, x),
        7 => small::<7, 28>(a, b, x),
        8 => small::<8, 36>(a, b, x),
        _ => large(a, b, x),
    }
}

dispatched! {
    /// With sizes that the compiler knows, and room on the stack.
    fn small<const K: usize, const M: usize>(a: &Matrix, b: &Matrix, x: &Matrix) -> Certificate {
        let (mut squares, mut packed, mut rows) = ([[[0.0; K]; K]; 5], [[0.0; M]; 3], [[0.0; K]; 4]);
        let room = Room {
            squares: squares.each_mut().map(|square| square.as_flattened_mut()),
            packed: packed.each_mut().map(|vector| &mut vector[..]),
            rows: rows.each_mut().map(|row| &mut row[..]),
        };
        measure(K, a.data(), b.data(), x.data(), room)
    }
}

dispatched! {
    /// Of any order.
    fn large(a: &Matrix, b: &Matrix, x: &Matrix) -> Certificate {
        let (k, m) = (a.rows(), b.rows());
        let mut data = vec![0.0; 5 * k * k + 3 * m + 4 * k];
        let mut rest = &mut data[..];
        let mut take = |length| rest.split_off_mut(..length).expect("as long as all parts");
        let room = Room {
            squares: std::array::from_fn(|_| take(k * k)),
            packed: std::array::from_fn(|_| take(m)),
            rows: std::array::from_fn(|_| take(k)),
        };
        measure(k, a.data(), b.data(), x.data(), room)
    }
}

/// Where a certificate of order k is computed: matrices, packed vectors and vectors.
struct Room<'a> {
    squares: [&'a mut [f64]; 5],
    packed: [&'a mut [f64]; 3],
    rows: least::Room<'a>,
}

/// The certificate of a finite X; all matrices are of order k, by columns, but B.
#[inline(always)]
fn measure(k: usize, a: &[f64], b: &[f64], x: &[f64], room: Room) -> Certificate {
    let Room { squares: [scaled_a, scaled_x, bx, terms, r], packed: [packed, signed, magnitudes], mut rows } =
        room;
    // Norms of entries divided by their largest magnitude neither overflow nor vanish.
    let (size_x, size_a, size_b) = (size(x), size(a), power_of_two(size(b)));
    divide(a, size_a, scaled_a);
    divide(x, size_x, scaled_x);
    // Units: X in size_x, R in unit = max(size_a, size_b size_x).
    let unit = size_a.max(size_b * size_x);
    let (share_a, share_b) = if unit > 0.0 { (size_a / unit, size_b * size_x / unit) } else { (0.0, 0.0) };
    pack(k, x, size_x, packed);
    sums(b, size_b, packed, signed, magnitudes);
    unpack(k, signed, share_b, bx);
    unpack(k, magnitudes, share_b, terms);
    for p in 0..k * k {
        r[p] = scaled_a[p] * share_a + bx[p];
    }
    let (mut skew, mut pairing) = (0.0, 0.0);
    for j in 0..k {
        for i in 0..k {
            let difference = 0.5 * scaled_x[j * k + i] - 0.5 * scaled_x[i * k + j];
            skew += difference * difference;
            pairing += scaled_x[j * k + i] * r[j * k + i];
        }
    }
    let norm_a = frobenius(scaled_a) * share_a;
    let scale = norm_a.max(frobenius(terms));
    let strict = norm_a.max(frobenius(bx));
    let norm_x = frobenius(scaled_x);
    let negative_x = negative_part(k, scaled_x, &mut rows);
    let negative_r = negative_part(k, r, &mut rows);
    Certificate {
        primal: ratio(negative_x.max(skew.sqrt()), norm_x),
        dual: ratio(negative_r, scale),
        complementarity: ratio(pairing.abs(), norm_x * scale),
        cancellation: if scale > 0.0 { scale / strict } else { 1.0 },
    }
}

/// The largest magnitude.
#[inline(always)]
fn size(values: &[f64]) -> f64 {
    let larger = |x: f64, y: f64| if x < y { y } else { x };
    let (chunks, rest) = values.as_chunks::<16>();
    let mut sizes = [0.0; 16];
    for chunk in chunks {
        for l in 0..16 {
            sizes[l] = larger(sizes[l], chunk[l].abs());
        }
    }
    sizes.into_iter().chain(rest.iter().map(|x| x.abs())).fold(0.0, larger)
}

/// `x / scale`, and zero over zero is zero.
#[inline(always)]
fn ratio(x: f64, scale: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x / scale }
}

/// The ratios of all values.
#[inline(always)]
fn divide(values: &[f64], scale: f64, ratios: &mut [f64]) {
    for (ratio_of, &x) in ratios.iter_mut().zip(values) {
        *ratio_of = ratio(x, scale);
    }
}

/// The Frobenius norm.
#[inline(always)]
fn frobenius(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The largest power of two that is at most `size` (and normal); zero for zero.
fn power_of_two(size: f64) -> f64 {
    if size == 0.0 { 0.0 } else { libm::scalbn(1.0, libm::ilogb(size).max(-1022)) }
}

/// `svec` of the symmetric part of `X / size`.
#[inline(always)]
fn pack(k: usize, x: &[f64], size: f64, packed: &mut [f64]) {
    let mut p = 0;
    for j in 0..k {
        for i in 0..=j {
            let weight = if i == j { 1.0 } else { SQRT_2 };
            packed[p] = weight * ratio(0.5 * x[j * k + i] + 0.5 * x[i * k + j], size);
            p += 1;
        }
    }
}

/// The symmetric matrix of `svec` times a share.
#[inline(always)]
fn unpack(k: usize, packed: &[f64], share: f64, matrix: &mut [f64]) {
    let mut p = 0;
    for j in 0..k {
        for i in 0..=j {
            let weight = if i == j { 1.0 } else { SQRT_2 };
            let entry = packed[p] / weight * share;
            matrix[j * k + i] = entry;
            matrix[i * k + j] = entry;
            p += 1;
        }
    }
}

/// The sums over q of `b_pq x_q / unit`, and of their magnitudes; the unit is a power of two, or B is zero.
#[inline(always)]
fn sums(b: &[f64], unit: f64, x: &[f64], sums: &mut [f64], magnitudes: &mut [f64]) {
    let (inverse, m) = (if unit > 0.0 { 1.0 / unit } else { 0.0 }, x.len());
    sums.fill(0.0);
    magnitudes.fill(0.0);
    for q in 0..m {
        for p in 0..m {
            let term = b[q * m + p] * inverse * x[q];
            sums[p] += term;
            magnitudes[p] += term.abs();
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
        let small = certify(&problem, &diagonal(&[1.999, 0.0, 0.0]));
        assert!(small.complementarity > 1e-5 && small.dual > 1e-5);
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
