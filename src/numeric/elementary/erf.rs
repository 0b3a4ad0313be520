//! The error function of f64 (FDLIBM `s_erf.c`), all pieces at once.

use super::exp::exp_moderate;

/// Rational functions `R = P(t) / Q(t)` on four pieces of `z = |x|`:
///
/// - z < 0.84375: `z + z R` with `t = z^2`;
/// - z < 1.25: `ERX + R` with `t = z - 1`;
/// - z < 1/0.35, and beyond: `1 - exp(-z^2 - 0.5625 + R) / z` with `t = 1/z^2`.
///
/// From z = 6 on the result is 1 to within a third of an ulp.
#[inline(always)]
pub(super) fn erf(x: f64) -> f64 {
    let z = x.abs();
    let z = if z > 6.0 { 6.0 } else { z };
    let inverse = 1.0 / z;
    let (square, from_one, inverse_square) = (z * z, z - 1.0, inverse * inverse);
    let select = |near: f64, one: f64, far: f64, farthest: f64| {
        let far = if z < 1.0 / 0.35 { far } else { farthest };
        let far = if z < 1.25 { one } else { far };
        if z < 0.84375 { near } else { far }
    };
    let p = select(
        polynomial(&NEAR_P, square),
        polynomial(&ONE_P, from_one),
        polynomial(&FAR_P, inverse_square),
        polynomial(&FARTHEST_P, inverse_square),
    );
    let q = select(
        polynomial(&NEAR_Q, square),
        polynomial(&ONE_Q, from_one),
        polynomial(&FAR_Q, inverse_square),
        polynomial(&FARTHEST_Q, inverse_square),
    );
    let r = p / q;
    let far = 1.0 - exp_moderate(r - 0.5625 - square) * inverse;
    select(z + z * r, ERX + r, far, far).copysign(x)
}

/// `c[0] + c[1] t + c[2] t^2 + ...` by Horner's rule.
#[inline(always)]
fn polynomial<const N: usize>(c: &[f64; N], t: f64) -> f64 {
    let mut sum = c[N - 1];
    for k in (0..N - 1).rev() {
        sum = c[k] + t * sum;
    }
    sum
}

/// erf(1), rounded to 24 bits.
const ERX: f64 = 0.8450629115104675;

/// P for z < 0.84375.
const NEAR_P: [f64; 5] = [
    0.12837916709551256,
    -0.3250421072470015,
    -0.02848174957559851,
    -0.005770270296489442,
    -2.3763016656650163e-05,
];

/// Q for z < 0.84375.
const NEAR_Q: [f64; 6] = [
    1.0,
    0.39791722395915535,
    0.0650222499887673,
    0.005081306281875766,
    0.00013249473800432164,
    -3.960228278775368e-06,
];

/// P for 0.84375 <= z < 1.25.
const ONE_P: [f64; 7] = [
    -0.0023621185607526594,
    0.41485611868374833,
    -0.3722078760357013,
    0.31834661990116175,
    -0.11089469428239668,
    0.035478304325618236,
    -0.002166375594868791,
];

/// Q for 0.84375 <= z < 1.25.
const ONE_Q: [f64; 7] = [
    1.0,
    0.10642088040084423,
    0.540397917702171,
    0.07182865441419627,
    0.12617121980876164,
    0.01363708391202905,
    0.011984499846799107,
];

/// P for 1.25 <= z < 1/0.35.
const FAR_P: [f64; 8] = [
    -0.009864944034847148,
    -0.6938585727071818,
    -10.558626225323291,
    -62.375332450326006,
    -162.39666946257347,
    -184.60509290671104,
    -81.2874355063066,
    -9.814329344169145,
];

/// Q for 1.25 <= z < 1/0.35.
const FAR_Q: [f64; 9] = [
    1.0,
    19.651271667439257,
    137.65775414351904,
    434.56587747522923,
    645.3872717332679,
    429.00814002756783,
    108.63500554177944,
    6.570249770319282,
    -0.0604244152148581,
];

/// P for 1/0.35 <= z.
const FARTHEST_P: [f64; 7] = [
    -0.0098649429247001,
    -0.799283237680523,
    -17.757954917754752,
    -160.63638485582192,
    -637.5664433683896,
    -1025.0951316110772,
    -483.5191916086514,
];

/// Q for 1/0.35 <= z.
const FARTHEST_Q: [f64; 8] = [
    1.0,
    30.33806074348246,
    325.7925129965739,
    1536.729586084437,
    3199.8582195085955,
    2553.0504064331644,
    474.52854120695537,
    -22.44095244658582,
];
