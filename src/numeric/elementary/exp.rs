//! The exponential of f64 and what is built on it.

use std::f64::consts::LOG2_E;

/// 1.5 * 2^52: a number near it ends in the two's complement of its distance.
const SHIFT: f64 = 6755399441055744.0;
/// ln 2 = LN2_HIGH + LN2_LOW; LN2_HIGH ends in zeros, so that its product with n is exact.
pub(super) const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
pub(super) const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// `e^x`, scaled by 2^n in two steps so that neither overflows or underflows before the result does.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -750.0 { -750.0 } else { x };
    let Reduced { n, p, .. } = reduce(x);
    let half = n * 0.5 + SHIFT;
    let rest = (n - (half - SHIFT)) + SHIFT;
    (1.0 + p) * power_of_two(half) * power_of_two(rest)
}

/// `e^x` for -708 <= x <= 708.
#[inline(always)]
pub(super) fn exp_moderate(x: f64) -> f64 {
    let Reduced { n, p, .. } = reduce(x);
    (1.0 + p) * power_of_two(n + SHIFT)
}

/// `-expm1(y) / (2 + expm1(y))` with `y = -2|x|`; numerator and denominator carry their rounding errors, and the
/// quotient is corrected by `(numerator_low - quotient * denominator_low) / denominator`.
#[inline(always)]
pub(super) fn tanh(x: f64) -> f64 {
    let magnitude = x.abs();
    let Reduced { n, p, p_low } = reduce(-2.0 * if magnitude > 20.0 { 20.0 } else { magnitude });
    let scale = power_of_two(n + SHIFT);
    let minus_one = scale - 1.0;
    let numerator = minus_one + scale * p;
    let numerator_low = (scale * p - (numerator - minus_one)) + scale * p_low;
    let denominator = 2.0 + numerator;
    let denominator_low = (numerator - (denominator - 2.0)) + numerator_low;
    let quotient = numerator / denominator;
    // 1 / denominator to within 0.05 for 1 <= denominator <= 2, which is enough for a correction.
    let inverse = 1.457 - 0.5 * denominator;
    (quotient + (numerator_low - quotient * denominator_low) * inverse).copysign(x)
}

/// `1 / (1 + e)` or, for negative x, `e / (1 + e)`, where `e = e^-|x|`.
#[inline(always)]
pub(super) fn sigmoid(x: f64) -> f64 {
    let e = exp(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// `e^x = 2^n (1 + p + p_low)` with an integer n and `|p| < 0.42`.
struct Reduced {
    n: f64,
    p: f64,
    p_low: f64,
}

/// `r = x - n ln 2` with `|r| <= ln(2) / 2`; `p = r + r^2/2! + ... + r^13/13!`, whose relative error is below
/// `r^13/14! < 2e-17`.
#[inline(always)]
fn reduce(x: f64) -> Reduced {
    let n = (x * LOG2_E + SHIFT) - SHIFT;
    let (high, low) = (x - n * LN2_HIGH, n * LN2_LOW);
    let r = high - low;
    let lost = (high - r) - low;
    let r2 = r * r;
    let r4 = r2 * r2;
    let [a, b, c] = [
        [INVERSE_FACTORIALS[2], INVERSE_FACTORIALS[3], INVERSE_FACTORIALS[4], INVERSE_FACTORIALS[5]],
        [INVERSE_FACTORIALS[6], INVERSE_FACTORIALS[7], INVERSE_FACTORIALS[8], INVERSE_FACTORIALS[9]],
        [INVERSE_FACTORIALS[10], INVERSE_FACTORIALS[11], INVERSE_FACTORIALS[12], INVERSE_FACTORIALS[13]],
    ]
    .map(|f| (f[0] + r * f[1]) + r2 * (f[2] + r * f[3]));
    let rest = lost + r2 * (a + r4 * (b + r4 * c));
    let p = r + rest;
    Reduced { n, p, p_low: rest - (p - r) }
}

/// `2^n` for an integer -1023 < n < 1024, given `n + SHIFT`.
#[inline(always)]
fn power_of_two(shifted: f64) -> f64 {
    f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// 1/k!.
const INVERSE_FACTORIALS: [f64; 14] = {
    let mut inverses = [1.0; 14];
    let mut factorial = 1.0;
    let mut k = 1;
    while k < 14 {
        factorial *= k as f64;
        inverses[k] = 1.0 / factorial;
        k += 1;
    }
    inverses
};
