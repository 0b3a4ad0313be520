//! Derivatives by differences, to hold others against.

use crate::numeric::vector::axpy;

/// `d f(w + e u) / de` by differences of sixth order: with these steps the remainder is `1.6e-14 f^(7) / 140`, the rounding
/// about 3e-14.
pub fn derivative(w: &[f64], u: &[f64], f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    const STEP: f64 = 0.005;
    let mut sum = Vec::new();
    for (steps, weight) in [(1.0, 45.0), (2.0, -9.0), (3.0, 1.0)] {
        for sign in [1.0, -1.0] {
            let mut moved = w.to_vec();
            axpy(sign * steps * STEP, u, &mut moved);
            let value = f(&moved);
            sum.resize(value.len(), 0.0);
            axpy(sign * weight / (60.0 * STEP), &value, &mut sum);
        }
    }
    sum
}
