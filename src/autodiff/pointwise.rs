//! Pointwise nodes: a scalar function with its first three derivatives.

use super::bilinear::multiply;
use super::tails;
use super::write::Write;
use crate::numeric::dispatch::dispatched;
use crate::numeric::{Scalar, elementary};

/// A function applied entry by entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointwise {
    /// The hyperbolic tangent.
    Tanh,
    /// `x Phi(x)`, Phi the normal distribution function (the exact GELU).
    Gelu,
    /// `x / (1 + e^-x)`.
    Silu,
    /// `log(1 + e^x)`.
    Softplus,
    /// `x^2`.
    Square,
    /// `e^x`.
    Exp,
    /// The natural logarithm.
    Log,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// `1 / x`.
    Reciprocal,
    /// The square root.
    SquareRoot,
    /// `1 / sqrt(x)`.
    InverseSquareRoot,
}

impl Pointwise {
    /// Writes f and its derivatives f', f'', f''' at each entry of `x`.
    ///
    /// Relative errors of 1e-10 (f64) or 1e-4 (f32), in the tails too (see [`tails`]).
    pub(super) fn derivatives<T: Scalar>(self, x: &[T], mut out: [&mut [T]; 4]) {
        let all = out.each_mut().map(|order| &mut **order);
        match self {
            Pointwise::Tanh => tanh(x, all),
            Pointwise::Gelu => gelu(x, all),
            Pointwise::Silu => silu(x, all),
            Pointwise::Softplus => softplus(x, all),
            Pointwise::Square => square(x, all),
            Pointwise::Exp => exp(x, all),
            Pointwise::Log => log(x, all),
            Pointwise::Sigmoid => sigmoid(x, all),
            Pointwise::Reciprocal => reciprocal(x, all),
            Pointwise::SquareRoot => square_root(x, all),
            Pointwise::InverseSquareRoot => inverse_square_root(x, all),
        }
        tails::mend(self, x, out);
    }
}

/// Defines the loop over entries for one function, given as `x -> [f, f', f'', f''']`.
macro_rules! derivatives {
    ($name:ident, |$x:ident| $body:block) => {
        dispatched! {
            fn $name<T: Scalar>(x: &[T], out: [&mut [T]; 4]) -> () {
                let [f0, f1, f2, f3] = out;
                let n = x.len();
                let (f0, f1, f2, f3) = (&mut f0[..n], &mut f1[..n], &mut f2[..n], &mut f3[..n]);
                for e in 0..n {
                    let $x = x[e];
                    let [a, b, c, d]: [T; 4] = $body;
                    f0[e] = a;
                    f1[e] = b;
                    f2[e] = c;
                    f3[e] = d;
                }
            }
        }
    };
}

derivatives!(tanh, |x| {
    // y' = 1 - y^2, y'' = -2 y y', y''' = -2 (y'^2 + y y'')
    let y = elementary::tanh(x);
    let two = T::from_f64(2.0);
    let y1 = T::ONE - y * y;
    let y2 = -two * y * y1;
    [y, y1, y2, -two * (y1 * y1 + y * y2)]
});

derivatives!(gelu, |x| {
    // phi = e^{-x^2/2} / sqrt(2 pi): f' = Phi + x phi, f'' = (2 - x^2) phi, f''' = (x^3 - 4 x) phi
    let half = T::from_f64(0.5);
    let cdf = half * (T::ONE + elementary::erf(x * T::from_f64(std::f64::consts::FRAC_1_SQRT_2)));
    let pdf = elementary::exp(-half * x * x) * T::from_f64(0.398_942_280_401_432_7);
    [x * cdf, cdf + x * pdf, (T::from_f64(2.0) - x * x) * pdf, (x * x - T::from_f64(4.0)) * x * pdf]
});

derivatives!(silu, |x| {
    // f = x s: f' = s + x s', f'' = 2 s' + x s'', f''' = 3 s'' + x s'''
    let [s, s1, s2, s3] = sigmoid_derivatives(x);
    [x * s, s + x * s1, T::from_f64(2.0) * s1 + x * s2, T::from_f64(3.0) * s2 + x * s3]
});

derivatives!(softplus, |x| {
    let [s, s1, s2, _] = sigmoid_derivatives(x);
    [elementary::softplus(x), s, s1, s2]
});

derivatives!(square, |x| { [x * x, x + x, T::from_f64(2.0), T::ZERO] });

derivatives!(exp, |x| {
    let y = elementary::exp(x);
    [y, y, y, y]
});

derivatives!(log, |x| {
    let inverse = T::ONE / x;
    let square = inverse * inverse;
    [elementary::log(x), inverse, -square, T::from_f64(2.0) * square * inverse]
});

derivatives!(sigmoid, |x| { sigmoid_derivatives(x) });

derivatives!(reciprocal, |x| {
    // f' = -1 / x^2, f'' = -2 f' / x, f''' = -3 f'' / x
    let inverse = T::ONE / x;
    let first = -inverse * inverse;
    let second = -T::from_f64(2.0) * first * inverse;
    [inverse, first, second, -T::from_f64(3.0) * second * inverse]
});

derivatives!(square_root, |x| {
    // f' = 1 / (2 f), f'' = -f' / (2 x), f''' = -3 f'' / (2 x)
    let (half, root) = (T::from_f64(0.5), x.sqrt());
    let first = half / root;
    let second = -half * first / x;
    [root, first, second, T::from_f64(-1.5) * second / x]
});

derivatives!(inverse_square_root, |x| {
    // f' = -f / (2 x), f'' = -3 f' / (2 x), f''' = -5 f'' / (2 x)
    let value = T::ONE / x.sqrt();
    let first = T::from_f64(-0.5) * value / x;
    let second = T::from_f64(-1.5) * first / x;
    [value, first, second, T::from_f64(-2.5) * second / x]
});

/// The sigmoid s with s' = s (1 - s), s'' = s' (1 - 2 s), s''' = s'' (1 - 2 s) - 2 s'^2.
#[inline(always)]
fn sigmoid_derivatives<T: Scalar>(x: T) -> [T; 4] {
    let two = T::from_f64(2.0);
    let s = elementary::sigmoid(x);
    let s1 = s * (T::ONE - s);
    let s2 = s1 * (T::ONE - two * s);
    [s, s1, s2, s2 * (T::ONE - two * s) - two * s1 * s1]
}

/// Writes or adds `value` to each entry of `out`.
macro_rules! each {
    ($write:expr, $out:ident, |$e:ident| $value:expr) => {
        match $write {
            Write::Replace => {
                for $e in 0..$out.len() {
                    $out[$e] = $value;
                }
            }
            Write::Add => {
                for $e in 0..$out.len() {
                    $out[$e] += $value;
                }
            }
        }
    };
}

dispatched! {
    /// First order: `(f(x))_1 = f' x_1`.
    pub(super) fn forward_first<T: Scalar>(f1: &[T], x1: &[T], out: &mut [T]) {
        let n = out.len();
        let (f1, x1) = (&f1[..n], &x1[..n]);
        each!(Write::Replace, out, |e| f1[e] * x1[e])
    }
}

/// Second order: `(f(x))_2 = f' x_2 + f'' x_1^2 / 2`; without `x2` if that is zero.
pub(super) fn forward_second<T: Scalar>(f1: &[T], f2: &[T], x1: &[T], x2: Option<&[T]>, out: &mut [T]) {
    match x2 {
        Some(x2) => second(f1, f2, x1, x2, out),
        None => second_without(f2, x1, out),
    }
}

dispatched! {
    fn second<T: Scalar>(f1: &[T], f2: &[T], x1: &[T], x2: &[T], out: &mut [T]) {
        let (n, half) = (out.len(), T::from_f64(0.5));
        let (f1, f2, x1, x2) = (&f1[..n], &f2[..n], &x1[..n], &x2[..n]);
        each!(Write::Replace, out, |e| f1[e] * x2[e] + half * f2[e] * x1[e] * x1[e])
    }
}

dispatched! {
    fn second_without<T: Scalar>(f2: &[T], x1: &[T], out: &mut [T]) {
        let (n, half) = (out.len(), T::from_f64(0.5));
        let (f2, x1) = (&f2[..n], &x1[..n]);
        each!(Write::Replace, out, |e| half * f2[e] * x1[e] * x1[e])
    }
}

dispatched! {
    /// The adjoint of x: `y f'`; for the other orders also `y f''`, and `y f'''` in the place of `f'''`.
    pub(super) fn reverse_value<T: Scalar>(y: &[T], derivatives: [&mut [T]; 4], out: &mut [T], write: Write) {
        let n = out.len();
        let y = &y[..n];
        let [f1, f2, g2, g3] = derivatives;
        let (f1, f2, g2, g3) = (&f1[..n], &f2[..n], &mut g2[..n], &mut g3[..n]);
        for e in 0..n {
            g2[e] = y[e] * f2[e];
            g3[e] *= y[e];
        }
        each!(write, out, |e| f1[e] * y[e])
    }
}

dispatched! {
    /// First order of the adjoint: `(y f')_1 = f' y_1 + y f'' x_1`.
    pub(super) fn reverse_first<T: Scalar>(
        derivatives: [&[T]; 4],
        x1: &[T],
        y1: &[T],
        out: &mut [T],
        write: Write,
    ) {
        let n = out.len();
        let [f1, _, g2, _] = derivatives;
        let (f1, g2, x1, y1) = (&f1[..n], &g2[..n], &x1[..n], &y1[..n]);
        each!(write, out, |e| f1[e] * y1[e] + g2[e] * x1[e])
    }
}

/// Second order of the adjoint: `(y f')_2 = f' y_2 + f'' y_1 x_1 + y f'' x_2 + y f''' x_1^2 / 2`.
pub(super) fn reverse_second<T: Scalar>(
    derivatives: [&[T]; 4],
    (x1, x2): (&[T], Option<&[T]>),
    (y1, y2): (&[T], &[T]),
    out: &mut [T],
    write: Write,
) {
    reverse_second_without(derivatives, x1, y1, y2, out, write);
    if let Some(x2) = x2 {
        multiply(derivatives[2], x2, out, Write::Add);
    }
}

dispatched! {
    fn reverse_second_without<T: Scalar>(
        derivatives: [&[T]; 4],
        x1: &[T],
        y1: &[T],
        y2: &[T],
        out: &mut [T],
        write: Write,
    ) {
        let (n, half) = (out.len(), T::from_f64(0.5));
        let [f1, f2, _, g3] = derivatives;
        let (f1, f2, g3) = (&f1[..n], &f2[..n], &g3[..n]);
        let (x1, y1, y2) = (&x1[..n], &y1[..n], &y2[..n]);
        each!(write, out, |e| f1[e] * y2[e] + (f2[e] * y1[e] + half * g3[e] * x1[e]) * x1[e])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_match_central_differences() {
        let functions = [
            Pointwise::Tanh,
            Pointwise::Gelu,
            Pointwise::Silu,
            Pointwise::Softplus,
            Pointwise::Square,
            Pointwise::Exp,
            Pointwise::Log,
            Pointwise::Sigmoid,
            Pointwise::Reciprocal,
            Pointwise::SquareRoot,
            Pointwise::InverseSquareRoot,
        ];
        for f in functions {
            for x in [0.3, 0.7, 1.9, 3.1] {
                let at = |x: f64| {
                    let mut out = [[0.0]; 4];
                    let [a, b, c, d] = &mut out;
                    f.derivatives(&[x], [a, b, c, d]);
                    out.map(|v| v[0])
                };
                // Central differences of order h^2 with h = 1e-5 leave about 1e-10 of truncation and rounding.
                let h = 1e-5;
                let (plus, minus, here) = (at(x + h), at(x - h), at(x));
                for order in 0..3 {
                    let difference = (plus[order] - minus[order]) / (2.0 * h);
                    let scale = 1.0 + here[order + 1].abs() + 100.0 * here[3].abs();
                    assert!(
                        (difference - here[order + 1]).abs() < 1e-9 * scale,
                        "{f:?} at {x}, order {}: {difference} against {}",
                        order + 1,
                        here[order + 1]
                    );
                }
            }
        }
    }
}
