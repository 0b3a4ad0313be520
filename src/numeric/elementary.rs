//! PROVISIONAL
use super::Scalar;
/// x
pub fn tanh<T: Scalar>(x: T) -> T { T::from_f64(libm::tanh(x.to_f64())) }
/// x
pub fn erf<T: Scalar>(x: T) -> T { T::from_f64(libm::erf(x.to_f64())) }
/// x
pub fn exp<T: Scalar>(x: T) -> T { T::from_f64(libm::exp(x.to_f64())) }
/// x
pub fn log<T: Scalar>(x: T) -> T { T::from_f64(libm::log(x.to_f64())) }
/// x
pub fn sigmoid<T: Scalar>(x: T) -> T { T::from_f64(1.0/(1.0+libm::exp(-x.to_f64()))) }
/// x
pub fn softplus<T: Scalar>(x: T) -> T { T::from_f64(libm::log1p(libm::exp(x.to_f64()))) }
