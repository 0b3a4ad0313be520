//! PROVISIONAL
use std::fmt::Debug;
use std::ops::*;
/// s
pub trait Scalar: Copy + Send + Sync + Default + PartialOrd + Debug + 'static + Add<Output=Self> + Sub<Output=Self> + Mul<Output=Self> + Div<Output=Self> + Neg<Output=Self> + AddAssign + MulAssign {
    /// s
    const ZERO: Self; 
    /// s
    const ONE: Self;
    /// s
    fn from_f64(x: f64) -> Self;
    /// s
    fn to_f64(self) -> f64;
    /// s
    fn mul_add(self, a: Self, b: Self) -> Self;
}
impl Scalar for f64 { const ZERO: f64 = 0.0; const ONE: f64 = 1.0; fn from_f64(x: f64)->f64 {x} fn to_f64(self)->f64{self} fn mul_add(self,a:f64,b:f64)->f64 { f64::mul_add(self,a,b)} }
impl Scalar for f32 { const ZERO: f32 = 0.0; const ONE: f32 = 1.0; fn from_f64(x: f64)->f32 {x as f32} fn to_f64(self)->f64{self as f64} fn mul_add(self,a:f32,b:f32)->f32 { f32::mul_add(self,a,b)} }
