//! What is counted: a name, and how to make its input.

use centralflow::numeric::Scalar;
use centralflow::numeric::random::Stream;

/// A kernel ready to run, any number of times.
pub type Run = Box<dyn FnMut()>;

/// A kernel by its name; preparing it makes its input.
pub struct Kernel {
    pub name: String,
    pub prepare: Box<dyn FnOnce() -> Run>,
}

impl Kernel {
    pub fn new(name: String, prepare: impl FnOnce() -> Run + 'static) -> Self {
        Self { name, prepare: Box::new(prepare) }
    }
}

/// `f64` or `f32`.
pub fn precision<T: Scalar>() -> &'static str {
    std::any::type_name::<T>()
}

/// Standard normal numbers, the same ones each time.
pub fn numbers<T: Scalar>(len: usize) -> Vec<T> {
    Stream::new(0, "counts").normals(len).into_iter().map(T::from_f64).collect()
}
