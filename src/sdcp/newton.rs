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

use super::blocks::{self, Columns, LANES};
use super::jacobi::diagonalize;
use super::square::{self, Square};
use super::system::System;
use crate::numeric::Matrix;
use crate::numeric::dispatch::dispatched;

const MAX_STEPS: usize = 24;
/// |G|, relative to the larger of A and B[X], at which the iteration stops.
const TARGET: f64 = 4e-15;
/// Relative |G| below which a step that gains nothing ends the iteration: what is left is rounding.
const ROUNDING: f64 = 1e-13;
/// Relative |G| below which a system serves the next steps too, each of which gains about as many digits again.
const REUSE: f64 = 1e-4;

/// A and B, and the factors that bring them to order one.
#[derive(Clone, Copy)]
pub struct Data<'a> {
    /// A.
    pub a: &'a Matrix,
    /// B in the isometric packing.
    pub b: &'a Matrix,
    /// The factor of A.
    pub factor_a: f64,
    /// The factor of B.
    pub factor_b: f64,
    /// The largest magnitude of an entry of B times its factor.
    pub largest: f64,
}

/// The solution of the problem brought to order one; exactly zero if A is positive semidefinite to rounding.
///
/// None if the iteration does not converge, which is no statement about the problem, or if the order is above 16.
pub fn solve(data: Data) -> Option<Matrix> {
    // The order, its packed entries and their blocks.
    match data.a.rows() {
        2 => small::<2, 3, 1>(data),
        3 => small::<3, 6, 1>(data),
        4 => small::<4, 10, 2>(data),
        5 => small::<5, 15, 2>(data),
        6 => small::<6, 21, 3>(data),
        7 => small::<7, 28, 4>(data),
        8 => small::<8, 36, 5>(data),
        9 => large::<9, 45, 6>(data),
        10 => large::<10, 55, 7>(data),
        11 => large::<11, 66, 9>(data),
        12 => large::<12, 78, 10>(data),
        13 => large::<13, 91, 12>(data),
        14 => large::<14, 105, 14>(data),
        15 => large::<15, 120, 15>(data),
        16 => large::<16, 136, 17>(data),
        _ => None,
    }
}

dispatched! {
    /// The usual orders, for which several copies are worth their compile time.
    fn small<const K: usize, const M: usize, const H: usize>(data: Data) -> Option<Matrix> {
        iterate::<K, M, H>(data)
    }
}

/// Apart from its caller, so that small orders do not pay for this one's room on the stack.
#[inline(never)]
fn large<const K: usize, const M: usize, const H: usize>(data: Data) -> Option<Matrix> {
    iterate::<K, M, H>(data)
}

#[inline(always)]
fn iterate<const K: usize, const M: usize, const H: usize>(data: Data) -> Option<Matrix> {
    let a = square::from_matrix::<K>(data.a, data.factor_a);
    let mut point = Point::start(&a);
    let norm_a = square::norm(&a);
    if point.z.iter().all(|&z| z <= K as f64 * f64::EPSILON * norm_a) {
        return Some(Matrix::zeros(K, K));
    }
    let b = blocks::from_matrix::<M, H>(data.b, data.factor_b);
    // The best multiple of (-A)+; exact if B is a multiple of the identity.
    let x = point.x();
    let tau = square::inner(&x, &x) / square::inner(&x, &image(&b, &x));
    point.z = point.z.map(|z| tau * z);
    let mut system = System::<K, M, H>::new(tau);
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
            if !system.form(&b, &point.v, &point.z, data.largest) {
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
#[inline(always)]
fn image<const K: usize, const M: usize, const H: usize>(b: &Columns<M, H>, m: &Square<K>) -> Square<K> {
    let mut x = [[0.0; LANES]; H];
    square::pack_into(m, x.as_flattened_mut());
    square::unpack(blocks::apply(b, &x).as_flattened())
}

/// `Z = V diag(z) V'`.
struct Point<const K: usize> {
    v: Square<K>,
    z: [f64; K],
}

impl<const K: usize> Point<K> {
    /// `Z = -A`.
    #[inline(always)]
    fn start(a: &Square<K>) -> Self {
        let mut v = square::diagonal(&[1.0; K]);
        let mut z = diagonalize(*a, &mut v, 0.0);
        z.iter_mut().for_each(|z| *z = -*z);
        Self { v, z }
    }

    /// Z+.
    #[inline(always)]
    fn x(&self) -> Square<K> {
        square::spectral(&self.v, &self.z.map(|z| z.max(0.0)))
    }

    /// G(Z).
    #[inline(always)]
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
    #[inline(always)]
    fn add(&mut self, dz: &Square<K>, tolerance: f64) {
        let mut z = square::congruence(&self.v, dz);
        for i in 0..K {
            z[i][i] += self.z[i];
        }
        self.z = diagonalize(z, &mut self.v, tolerance);
    }
}
