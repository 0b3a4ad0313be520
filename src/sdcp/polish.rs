//! Semismooth Newton on the natural residual `F(X) = X - P(X - tau R)`, P the projection onto X >= 0.
//!
//! In the eigenbasis of `Z = X - tau R` with eigenvalues z the derivative of P multiplies entry (i, j) by
//! `w_ij = (max(z_i, 0) - max(z_j, 0)) / (z_i - z_j)` in `[0, 1]`, and the Newton direction M solves
//!
//! ```text
//! ((1 - w) / (tau w) + B^) M = -F / (tau w)   where w > 0,      M = -F   where w = 0,
//! ```
//!
//! with B^ the operator in that basis. It converges quadratically from the end of the interior-point method and
//! finds the rank of X exactly.

use super::dense;
use super::packing::{pack, pairs, unpack};
use crate::numeric::cholesky::cholesky;
use crate::numeric::{Matrix, symmetric_eigen};

const MAX_STEPS: usize = 8;
/// Relative shift of the Newton system, for operators B that are singular.
const SHIFT: f64 = 1e-10;

/// The point with the smallest natural residual along the Newton iteration from `x`.
pub fn polish(a: &Matrix, b: &Matrix, x: &Matrix) -> Matrix {
    let tau = dense::norm(x) / dense::rounding_scale(a, b, x);
    let mut best = x.clone();
    let Some(mut state) = State::at(a, b, x.clone(), tau) else { return best };
    let mut smallest = f64::INFINITY;
    let (mut waited, target) = (0, f64::EPSILON * 0.5);
    for _ in 0..MAX_STEPS {
        let size = dense::norm(&state.f) / dense::norm(&state.x);
        waited = if size < 0.5 * smallest { 0 } else { waited + 1 };
        if size < smallest {
            smallest = size;
            best = state.x.clone();
        }
        if smallest <= target || waited > 1 {
            break;
        }
        match state.newton(b, tau).and_then(|x| State::at(a, b, x, tau)) {
            Some(next) => state = next,
            None => break,
        }
    }
    best
}

/// The projection of a symmetric matrix onto the positive semidefinite matrices.
pub fn project(x: &Matrix) -> Matrix {
    let (values, vectors) = symmetric_eigen(x);
    let clipped: Vec<f64> = values.iter().map(|v| v.max(0.0)).collect();
    dense::spectral(&vectors, &clipped)
}

struct State {
    x: Matrix,
    /// Eigenvalues and eigenvectors of Z.
    z: Vec<f64>,
    v: Matrix,
    /// The natural residual in the eigenbasis of Z.
    f: Matrix,
}

impl State {
    /// None if the point is zero or not finite.
    fn at(a: &Matrix, b: &Matrix, x: Matrix, tau: f64) -> Option<Self> {
        let k = a.rows();
        let mut r = unpack(k, &dense::apply(b, &pack(&x)));
        dense::add(a, &mut r);
        let (z, v) = symmetric_eigen(&Matrix::from_fn(k, k, |i, j| x[(i, j)] - tau * r[(i, j)]));
        let mut f = dense::congruence(&v, &x);
        for i in 0..k {
            f[(i, i)] -= z[i].max(0.0);
        }
        let norm = dense::norm(&x);
        (norm > 0.0 && norm.is_finite() && z.iter().all(|z| z.is_finite())).then_some(Self { x, z, v, f })
    }

    fn newton(&self, b: &Matrix, tau: f64) -> Option<Matrix> {
        let k = self.z.len();
        let w: Vec<f64> = pairs(k).map(|(i, j)| self.w(i, j)).collect();
        let f = pack(&self.f);
        let operator = dense::transform_operator(b, &self.v);
        let active: Vec<usize> = (0..f.len()).filter(|&p| w[p] > 0.0).collect();
        let n = active.len();
        let mut step: Vec<f64> = f.iter().map(|f| -f).collect();
        let trace: f64 = (0..f.len()).map(|p| operator[(p, p)]).sum();
        let shift = SHIFT * trace / f.len() as f64;
        let system = Matrix::from_fn(n, n, |p, q| {
            let entry = operator[(active[p], active[q])];
            if p == q { entry + (1.0 - w[active[p]]) / (tau * w[active[p]]) + shift } else { entry }
        });
        let rhs: Vec<f64> = active
            .iter()
            .map(|&p| {
                let fixed = (0..f.len()).filter(|&q| w[q] == 0.0).map(|q| operator[(p, q)] * step[q]);
                -f[p] / (tau * w[p]) - fixed.sum::<f64>()
            })
            .collect();
        let mut factor = system.clone();
        if !cholesky(&mut factor) {
            return None;
        }
        for (&p, value) in active.iter().zip(dense::solve_refined(&system, &factor, &rhs)) {
            step[p] = value;
        }
        let mut moved = dense::congruence(&dense::transpose(&self.v), &unpack(k, &step));
        dense::add(&self.x, &mut moved);
        Some(project(&moved))
    }

    /// The divided difference `w_ij` of `max(z, 0)`.
    fn w(&self, i: usize, j: usize) -> f64 {
        let (high, low) = (self.z[i].max(self.z[j]), self.z[i].min(self.z[j]));
        match (high > 0.0, low > 0.0) {
            (_, true) => 1.0,
            (false, _) => 0.0,
            _ => high / (high - low),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projection_takes_away_what_is_negative() {
        // In a rotated basis, the eigenvalues 2 and -3.
        let (c, s) = (0.6, 0.8);
        let of = |x: f64, y: f64| {
            let off = c * s * (x - y);
            Matrix::from_fn(2, 2, |i, j| match (i, j) {
                (0, 0) => c * c * x + s * s * y,
                (1, 1) => s * s * x + c * c * y,
                _ => off,
            })
        };
        let (found, expected) = (project(&of(2.0, -3.0)), of(2.0, 0.0));
        assert!(found.data().iter().zip(expected.data()).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?}");
    }
}
