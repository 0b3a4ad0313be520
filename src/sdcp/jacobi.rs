//! Jacobi's eigenvalue method, started from a basis that nearly diagonalises the matrix.

use super::square::{Square, largest};

const MAX_SWEEPS: usize = 30;
/// The part of the largest entry that is rounding.
const ROUNDING: f64 = 0.125 * f64::EPSILON;

/// Rotates a symmetric S until it is diagonal up to `tolerance` (or rounding, if larger) of its largest entry, and the
/// columns of V with it: `V S V'` stays.
///
/// Cyclic sweeps of Jacobi rotations converge quadratically, so that a nearly diagonal S takes one or two. The
/// diagonal of S is returned. A rotation squares entries: outside `2^+-400`, S is scaled by a power of two.
#[inline(always)]
pub fn diagonalize<const K: usize>(s: Square<K>, v: &mut Square<K>, tolerance: f64) -> [f64; K] {
    let size = largest(&s);
    // Neither a zero nor a NaN.
    if size > 0.0 && !(LOWEST..=1.0 / LOWEST).contains(&size) && size.is_finite() {
        return diagonalize_scaled(s, v, tolerance, libm::ilogb(size));
    }
    diagonalize_moderate(s, v, tolerance.max(ROUNDING) * size)
}

/// `2^-400`.
const LOWEST: f64 = f64::from_bits((1023 - 400) << 52);

/// As [`diagonalize`], by way of `2^-exponent S`.
#[cold]
#[inline(never)]
fn diagonalize_scaled<const K: usize>(
    mut s: Square<K>,
    v: &mut Square<K>,
    tolerance: f64,
    exponent: i32,
) -> [f64; K] {
    s.as_flattened_mut().iter_mut().for_each(|entry| *entry = libm::scalbn(*entry, -exponent));
    let negligible = tolerance.max(ROUNDING) * largest(&s);
    let diagonal = diagonalize_moderate(s, v, negligible);
    diagonal.map(|entry| libm::scalbn(entry, exponent))
}

/// As [`diagonalize`], where squares neither overflow nor vanish; off the diagonal, all that is larger is rotated away.
#[inline(always)]
fn diagonalize_moderate<const K: usize>(mut s: Square<K>, v: &mut Square<K>, negligible: f64) -> [f64; K] {
    for _ in 0..MAX_SWEEPS {
        let mut rotated = false;
        // Consecutive pairs are disjoint, so that the processor overlaps their rotations.
        for round in 0..K {
            for p in 0..K {
                let q = (round + K - p) % K;
                // A NaN is not rotated.
                if p < q && s[q][p].abs() > negligible {
                    rotate(&mut s, v, p, q);
                    rotated = true;
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let mut diagonal = [0.0; K];
    for i in 0..K {
        diagonal[i] = s[i][i];
    }
    diagonal
}

/// Annihilates the entry (p, q), p < q.
#[inline(always)]
fn rotate<const K: usize>(s: &mut Square<K>, v: &mut Square<K>, p: usize, q: usize) {
    let (spp, sqq, spq) = (s[p][p], s[q][q], s[q][p]);
    // tan of the smaller angle: t = 2 spq / (d +- sqrt(d^2 + 4 spq^2)) with d = sqq - spp.
    let (d, e) = (sqq - spp, 2.0 * spq);
    let t = e / (d + (d * d + e * e).sqrt().copysign(d));
    let cosine = 1.0 / (t * t + 1.0).sqrt();
    let sine = t * cosine;
    turn(s, p, q, cosine, sine);
    turn(v, p, q, cosine, sine);
    for r in 0..K {
        s[r][p] = s[p][r];
        s[r][q] = s[q][r];
    }
    s[p][p] = spp - t * spq;
    s[q][q] = sqq + t * spq;
    s[p][q] = 0.0;
    s[q][p] = 0.0;
}

/// The columns p and q, turned by an angle.
#[inline(always)]
fn turn<const K: usize>(m: &mut Square<K>, p: usize, q: usize, cosine: f64, sine: f64) {
    for r in 0..K {
        let (x, y) = (m[p][r], m[q][r]);
        m[p][r] = cosine * x - sine * y;
        m[q][r] = sine * x + cosine * y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Stream;
    use crate::sdcp::square::{congruence, diagonal, norm, product, spectral, transpose};

    fn check<const K: usize>(s: &mut Stream) {
        let g: Square<K> = std::array::from_fn(|_| std::array::from_fn(|_| s.normal()));
        let a = product(&transpose(&g), &g);
        let mut v = diagonal(&[1.0; K]);
        for tolerance in [1e-3, 0.0] {
            let d = diagonalize(congruence(&v, &a), &mut v, tolerance);
            let bound = (K as f64) * norm(&a) * f64::max(tolerance, 2e-15);
            let error: Square<K> = {
                let back = spectral(&v, &d);
                std::array::from_fn(|j| std::array::from_fn(|i| back[j][i] - a[j][i]))
            };
            assert!(norm(&error) <= bound, "{K}, {tolerance:e}: {:e}", norm(&error));
        }
    }

    #[test]
    fn the_basis_diagonalises() {
        let mut s = Stream::new(0, "jacobi");
        for _ in 0..50 {
            check::<2>(&mut s);
            check::<3>(&mut s);
            check::<8>(&mut s);
            check::<16>(&mut s);
        }
    }

    #[test]
    fn any_size_has_the_digits_of_size_one() {
        let a: Square<4> = std::array::from_fn(|j| {
            std::array::from_fn(|i| libm::cos((i * j) as f64) + if i == j { i as f64 } else { 0.0 })
        });
        let mut basis = diagonal(&[1.0; 4]);
        let values = diagonalize(a, &mut basis, 0.0);
        for exponent in [-1015, -540, -401, -399, 399, 401, 520, 1015] {
            let moved = a.map(|column| column.map(|entry| libm::scalbn(entry, exponent)));
            let mut v = diagonal(&[1.0; 4]);
            let scaled = diagonalize(moved, &mut v, 0.0);
            assert_eq!(scaled.map(|value| libm::scalbn(value, -exponent)), values, "2^{exponent}");
            assert_eq!(v, basis, "2^{exponent}");
        }
    }

    #[test]
    fn nan_ends() {
        let mut v = diagonal(&[1.0; 3]);
        assert!(diagonalize([[f64::NAN; 3]; 3], &mut v, 0.0).iter().all(|z| z.is_nan()));
    }
}
