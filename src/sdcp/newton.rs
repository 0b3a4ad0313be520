//! Semismooth Newton on Robinson's normal map (Math. Oper. Res. 17, 1992)
//!
//! ```text
//! G(Z) = A + B[Z+] + (Z - Z+) / tau,
//! ```
//!
//! Z+ the positive part of the symmetric matrix Z. A zero gives a solution `X = Z+` with `R = (Z+ - Z) / tau`: the two
//! are positive semidefinite and complementary whatever Z is, and only `R = A + B[X]` is left to iterate on.
//!
//! In the eigenbasis of Z, with eigenvalues z, the derivative of Z+ multiplies entry (i, j) by the divided difference
//! `w_ij = (z_i+ - z_j+) / (z_i - z_j)` in `[0, 1]`. With `M = w dZ` the Newton direction solves
//!
//! ```text
//! ((1 - w) / (tau w) + B^) M = -G   where w > 0,      (1 - w) dZ = -tau (G + B^[M])   elsewhere,
//! ```
//!
//! B^ the operator in that basis. Where the system is definite at the solution, the solution is unique and the
//! convergence quadratic.

use super::blocks::{Blocks, apply, packed_blocks};
use super::jacobi::diagonalize;
use super::packing::packed_len;
use super::square::{self, Square};
use super::system::System;
use crate::numeric::Matrix;

const MAX_STEPS: usize = 24;
/// |G|, relative to the larger of A and B[X], at which the iteration stops.
const TARGET: f64 = 4e-15;
/// Relative |G| below which a step that gains nothing ends the iteration: what is left is rounding.
const ROUNDING: f64 = 1e-13;
/// Relative |G| below which a system serves the next steps too, each of which gains about as many digits again.
const REUSE: f64 = 1e-4;

/// The solution of a problem with A and B of order one; exactly zero if A is positive semidefinite to rounding.
///
/// None if the iteration does not converge, which is no statement about the problem, or if the order is above 16.
pub fn solve(a: &Matrix, b: &Matrix) -> Option<Matrix> {
    match a.rows() {
        2 => run::<2>(a, b),
        3 => run::<3>(a, b),
        4 => run::<4>(a, b),
        5 => run::<5>(a, b),
        6 => run::<6>(a, b),
        7 => run::<7>(a, b),
        8 => run::<8>(a, b),
        9 => run::<9>(a, b),
        10 => run::<10>(a, b),
        11 => run::<11>(a, b),
        12 => run::<12>(a, b),
        13 => run::<13>(a, b),
        14 => run::<14>(a, b),
        15 => run::<15>(a, b),
        16 => run::<16>(a, b),
        _ => None,
    }
}

fn run<const K: usize>(a: &Matrix, b: &Matrix) -> Option<Matrix> {
    let a = square::from_matrix::<K>(a);
    let mut point = Point::start(&a);
    let norm_a = square::norm(&a);
    if point.z.iter().all(|&z| z <= K as f64 * f64::EPSILON * norm_a) {
        return Some(Matrix::zeros(K, K));
    }
    let largest = b.data().iter().fold(0.0, |best: f64, entry| best.max(entry.abs()));
    let b = Blocks::from_matrix(b);
    // The best multiple of (-A)+; exact if B is a multiple of the identity.
    let x = point.x();
    let tau = square::inner(&x, &x) / square::inner(&x, &image(&b, &x));
    point.z = point.z.map(|z| tau * z);
    let mut system = System::new(tau);
    let (mut last, mut formed) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..MAX_STEPS {
        let x = point.x();
        let bx = image(&b, &x);
        let g = point.normal_map(&a, &bx, tau);
        let size = square::norm(&g) / norm_a.max(square::norm(&bx));
        if size <= TARGET || size <= ROUNDING && size > 0.25 * last {
            return Some(square::to_matrix(&x));
        }
        if !size.is_finite() {
            return None;
        }
        if formed > REUSE || size > 0.1 * last {
            if !system.form(&b, &point.v, &point.z, largest) {
                return None;
            }
            formed = size;
        }
        // The next |G| is of the order size^2 at best.
        point.add(&system.step(&g), 1e-3 * size * size);
        last = size;
    }
    None
}

/// `B[M]`.
fn image<const K: usize>(b: &Blocks, m: &Square<K>) -> Square<K> {
    let (mut x, mut bx) = ([[0.0; K]; K], packed_blocks::<K>());
    let (x, bx) = (&mut x.as_flattened_mut()[..packed_len(K)], &mut bx.as_flattened_mut()[..b.height()]);
    square::pack_into(m, x);
    apply(b, x, bx);
    square::unpack(bx.as_flattened())
}

/// `Z = V diag(z) V'`.
struct Point<const K: usize> {
    v: Square<K>,
    z: [f64; K],
}

impl<const K: usize> Point<K> {
    /// `Z = -A`.
    fn start(a: &Square<K>) -> Self {
        let mut v = square::diagonal(&[1.0; K]);
        let z = diagonalize(*a, &mut v, 0.0).map(|z| -z);
        Self { v, z }
    }

    /// Z+.
    fn x(&self) -> Square<K> {
        square::spectral(&self.v, &self.z.map(|z| z.max(0.0)))
    }

    /// G(Z).
    fn normal_map(&self, a: &Square<K>, bx: &Square<K>, tau: f64) -> Square<K> {
        let mut g = square::spectral(&self.v, &self.z.map(|z| z.min(0.0) / tau));
        for j in 0..K {
            for i in 0..K {
                g[j][i] += a[j][i] + bx[j][i];
            }
        }
        g
    }

    /// Adds dZ, up to the relative tolerance.
    fn add(&mut self, dz: &Square<K>, tolerance: f64) {
        let mut z = square::congruence(&self.v, dz);
        for i in 0..K {
            z[i][i] += self.z[i];
        }
        self.z = diagonalize(z, &mut self.v, tolerance);
    }
}
