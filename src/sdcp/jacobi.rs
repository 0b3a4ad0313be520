//! Jacobi's eigenvalue method, started from a basis that nearly diagonalises the matrix.

use super::square::{Square, largest};

const MAX_SWEEPS: usize = 30;

/// Rotates a symmetric S until it is diagonal up to `tolerance` (or rounding, if larger) of its largest entry, and the
/// columns of V with it: `V S V'` stays.
///
/// Cyclic sweeps of Jacobi rotations converge quadratically, so that a nearly diagonal S takes one or two. The
/// diagonal of S is returned.
#[inline(always)]
pub fn diagonalize<const K: usize>(mut s: Square<K>, v: &mut Square<K>, tolerance: f64) -> [f64; K] {
    let negligible = tolerance.max(0.125 * f64::EPSILON) * largest(&s);
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
    fn nan_ends() {
        let mut v = diagonal(&[1.0; 3]);
        assert!(diagonalize([[f64::NAN; 3]; 3], &mut v, 0.0).iter().all(|z| z.is_nan()));
    }
}
