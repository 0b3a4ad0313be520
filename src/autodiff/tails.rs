//! Derivatives of saturated activations: where the ordinary formulas subtract nearly equal numbers.
//!
//! `1 - tanh^2`, `s (1 - s)` and `1 + erf` lose a digit whenever their value loses one. From some |x| on, formulas without
//! a subtraction take their place, so that f, f', f'' and f''' keep a relative error of 1e-10 (1e-4 for f32) down to the
//! smallest normal number, and are finite wherever their value is. Nearer to zero nothing changes; there the error is up
//! to `1e-10 |value| + 1e-15`, the second term next to a zero of a derivative.

use std::ops::RangeInclusive;

use super::pointwise::Pointwise;
use crate::numeric::dispatch::dispatched;
use crate::numeric::{Scalar, elementary};

/// Where the ordinary formulas hold, in f64 and in f32, and `x -> [f, f', f'', f''']` elsewhere.
struct Tails {
    ordinary: [RangeInclusive<f64>; 2],
    beyond: fn(f64) -> [f64; 4],
}

/// Replaces the derivatives at arguments in the tails.
pub(super) fn mend<T: Scalar>(f: Pointwise, x: &[T], out: [&mut [T]; 4]) {
    let Some(Tails { ordinary: [double, single], beyond }) = tails(f) else { return };
    let ordinary = if T::EPSILON.to_f64() < 1e-10 { double } else { single };
    let (low, high) = (T::from_f64(*ordinary.start()), T::from_f64(*ordinary.end()));
    if !leaves(x, low, high) {
        return;
    }
    let [f0, f1, f2, f3] = out;
    for (e, &x) in x.iter().enumerate().filter(|(_, x)| **x < low || **x > high) {
        let [a, b, c, d] = beyond(x.to_f64()).map(T::from_f64);
        (f0[e], f1[e], f2[e], f3[e]) = (a, b, c, d);
    }
}

/// The ranges end where the error of the ordinary formulas, a few ulp over the value of the difference, reaches about
/// 1e-10 or 1e-4: `1 - tanh^2 = 4 e^(-2 |x|)`, `1 - s = e^-x`, `Phi(x) = phi(x) / |x|`.
fn tails(f: Pointwise) -> Option<Tails> {
    const INFINITY: f64 = f64::INFINITY;
    match f {
        Pointwise::Tanh => Some(Tails { ordinary: [-6.0..=6.0, -3.0..=3.0], beyond: tanh }),
        // To the right only the product of an overflowing power with zero is at stake.
        Pointwise::Gelu => Some(Tails { ordinary: [-4.5..=GONE, -2.5..=GONE], beyond: gelu }),
        Pointwise::Silu => Some(Tails { ordinary: [-INFINITY..=11.0, -INFINITY..=5.0], beyond: silu }),
        Pointwise::Softplus => {
            Some(Tails { ordinary: [-INFINITY..=11.0, -INFINITY..=5.0], beyond: softplus })
        }
        Pointwise::Sigmoid => {
            Some(Tails { ordinary: [-INFINITY..=11.0, -INFINITY..=5.0], beyond: sigmoid_orders })
        }
        Pointwise::Square
        | Pointwise::Exp
        | Pointwise::Log
        | Pointwise::Reciprocal
        | Pointwise::SquareRoot
        | Pointwise::InverseSquareRoot => None,
    }
}

dispatched! {
    /// Whether an entry is outside the range; a NaN is not.
    fn leaves<T: Scalar>(x: &[T], low: T, high: T) -> bool {
        let mut outside = false;
        for &x in x {
            outside |= (x < low) | (x > high);
        }
        outside
    }
}

/// `f' = 4 e / (1 + e)^2` with `e = e^(-2 |x|)`; `f'' = -2 f f'`, `f''' = -2 (f'^2 + f f'')`.
fn tanh(x: f64) -> [f64; 4] {
    let y = elementary::tanh(x);
    let e = elementary::exp(-2.0 * x.abs());
    let y1 = 4.0 * e / ((1.0 + e) * (1.0 + e));
    let y2 = -2.0 * y * y1;
    [y, y1, y2, -2.0 * (y1 * y1 + y * y2)]
}

/// From this |x| on, `phi(x) = e^(-x^2/2) / sqrt(2 pi)` and its product with `x^3` are zero.
const GONE: f64 = 39.0;

/// `f = x phi m`, `f' = (m + x) phi`, `f'' = (2 - x^2) phi`, `f''' = (x^3 - 4 x) phi` for negative x, with the ratio
/// `m = Phi(x) / phi(x)`.
fn gelu(x: f64) -> [f64; 4] {
    if x >= GONE {
        return [x, 1.0, 0.0, 0.0];
    }
    if x <= -GONE {
        return [-0.0, -0.0, -0.0, -0.0];
    }
    let m = mills(-x);
    // In two factors, so that no factor is subnormal where the product is not.
    let half = elementary::exp(-0.25 * x * x);
    let phi = |factor: f64| factor * 0.398_942_280_401_432_7 * half * half;
    [phi(x * m), phi(m + x), phi(2.0 - x * x), phi((x * x - 4.0) * x)]
}

/// `(1 - Phi(x)) / phi(x) = 1 / (x + 1 / (x + 2 / (x + 3 / ...)))`: of this many fractions, the relative error is below
/// 1e-14 from x = 4.5 on, and below 1e-8 from 2.5 on.
fn mills(x: f64) -> f64 {
    const FRACTIONS: u32 = 24;
    1.0 / (1..=FRACTIONS).rev().fold(x, |tail, k| x + f64::from(k) / tail)
}

/// The logistic function at a positive x, `[s, s', t]` with `t = 2 s - 1`: by `e = e^-x` they are `1 / (1 + e)`,
/// `e / (1 + e)^2` and `(1 - e) / (1 + e)`; `s'' = -t s'`, `s''' = (t^2 - 2 s') s'`.
fn sigmoid(x: f64) -> [f64; 3] {
    let e = elementary::exp(-x);
    let s = 1.0 / (1.0 + e);
    [s, e * s * s, (1.0 - e) * s]
}

/// `s' = e / (1 + e)^2`, `s'' = -t s'`, `s''' = (t^2 - 2 s') s'`.
fn sigmoid_orders(x: f64) -> [f64; 4] {
    let [s, s1, t] = sigmoid(x);
    [s, s1, -t * s1, (t * t - 2.0 * s1) * s1]
}

/// `f = x s`, `f' = s + x s'`, `f'' = 2 s' + x s''`, `f''' = 3 s'' + x s'''`.
fn silu(x: f64) -> [f64; 4] {
    let [s, s1, t] = sigmoid(x);
    if s1 == 0.0 {
        return [x, 1.0, -0.0, 0.0];
    }
    [x * s, s + x * s1, (2.0 - x * t) * s1, (x * (t * t - 2.0 * s1) - 3.0 * t) * s1]
}

/// `f' = s`, `f'' = s'`, `f''' = s''`.
fn softplus(x: f64) -> [f64; 4] {
    let [s, s1, t] = sigmoid(x);
    [elementary::softplus(x), s, s1, -t * s1]
}

#[cfg(test)]
mod tests;
