//! The logarithm of f64 (FDLIBM `e_log.c`) and softplus.

use super::exp::{LN2_HIGH, LN2_LOW, exp};

/// `log x`; subnormal numbers are scaled by 2^54 first.
#[inline(always)]
pub(super) fn log(x: f64) -> f64 {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * TWO_54 } else { x };
    let result = log_normal(scaled, if subnormal { -54.0 } else { 0.0 }, 0.0);
    let result = if x < f64::INFINITY { result } else { x };
    let result = if x == 0.0 { f64::NEG_INFINITY } else { result };
    if x < 0.0 { f64::NAN } else { result }
}

/// `max(x, 0) + log(1 + u)` with `u = e^-|x|`.
#[inline(always)]
pub(super) fn softplus(x: f64) -> f64 {
    let u = exp(-x.abs());
    let sum = 1.0 + u;
    let lost = u - (sum - 1.0);
    (if x < 0.0 { 0.0 } else { x }) + log_normal(sum, 0.0, lost / sum)
}

const TWO_54: f64 = (1u64 << 54) as f64;
const ONE: u64 = 0x3ff0_0000_0000_0000;
/// sqrt(1/2), rounded to 20 bits.
const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
/// 2^52: a number between it and 2^53 ends in its distance to it.
const TWO_52: f64 = (1u64 << 52) as f64;

/// `log x + shift ln 2 + extra` for a positive normal x and a tiny `extra`.
///
/// `x = 2^k (1 + f)` with `sqrt(1/2) <= 1 + f < sqrt 2`, and `log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2))` with
/// `s = f / (2 + f)`, where R approximates `(log((1 + s) / (1 - s)) - 2 s) / s` to within 2^-58.45.
#[inline(always)]
fn log_normal(x: f64, shift: f64, extra: f64) -> f64 {
    let bits = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let k = f64::from_bits((bits >> 52) | TWO_52.to_bits()) - (TWO_52 + 1023.0) + shift;
    let f = f64::from_bits((bits & (u64::MAX >> 12)).wrapping_add(SQRT_HALF)) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = w * (LG[1] + w * (LG[3] + w * LG[5]));
    let even = z * (LG[0] + w * (LG[2] + w * (LG[4] + w * LG[6])));
    let half_square = 0.5 * f * f;
    let tail = s * (half_square + (odd + even)) + (k * LN2_LOW + extra);
    k * LN2_HIGH - ((half_square - tail) - f)
}

const LG: [f64; 7] = [
    0.6666666666666735,
    0.3999999999940942,
    0.2857142874366239,
    0.22222198432149784,
    0.1818357216161805,
    0.15313837699209373,
    0.14798198605116586,
];
