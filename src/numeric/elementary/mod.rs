//! Exponential, logarithm, hyperbolic tangent, error function: the same bits on every processor.
//!
//! Branch-free and made of additions, multiplications, divisions and selections only, never fused, so that a
//! loop over them inside `dispatched!` becomes vector code without a bit changing. NaN in gives NaN out. The
//! functions of f32 are those of f64, rounded. Methods: FDLIBM (Sun Microsystems, 1993) for `log` and `erf`.

mod erf;
mod exp;
mod log;

use super::Scalar;
use super::dispatch::dispatched;

macro_rules! elementary {
    ($($(#[$meta:meta])* $name:ident = $f:path, $slice:ident;)*) => {$(
        $(#[$meta])*
        #[inline(always)]
        pub fn $name<T: Scalar>(x: T) -> T {
            T::from_f64($f(x.to_f64()))
        }

        dispatched! {
            #[doc = concat!("Replaces each `x` by [`", stringify!($name), "`]`(x)`.")]
            pub fn $slice<T: Scalar>(x: &mut [T]) {
                for x in x.iter_mut() {
                    *x = $name(*x);
                }
            }
        }
    )*};
}

elementary! {
    /// `e^x`; error below 1 ulp (0.51 for f32), one more rounding where the result is subnormal.
    exp = exp::exp, exp_slice;
    /// The natural logarithm; error below 1 ulp (0.51 for f32). `log(0) = -inf`, NaN for negative numbers.
    log = log::log, log_slice;
    /// The hyperbolic tangent, odd; error below 1.5 ulp (0.51 for f32).
    tanh = exp::tanh, tanh_slice;
    /// The error function `2/sqrt(pi) int_0^x e^(-t^2) dt`, odd; error below 1 ulp (0.51 for f32).
    erf = erf::erf, erf_slice;
    /// `1 / (1 + e^-x)`; error below 2.5 ulp (0.51 for f32).
    sigmoid = exp::sigmoid, sigmoid_slice;
    /// `log(1 + e^x) = max(x, 0) + log1p(e^-|x|)`; error below 2 ulp (0.51 for f32).
    softplus = log::softplus, softplus_slice;
}

#[cfg(test)]
mod tests;
