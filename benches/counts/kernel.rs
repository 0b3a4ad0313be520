//! What is counted: a name, and how to make its input.

use centralflow::numeric::Scalar;
use centralflow::numeric::dispatch::Level;
use centralflow::numeric::random::Stream;

/// A kernel ready to run, any number of times.
pub type Run = Box<dyn FnMut()>;

/// A kernel by its name; preparing it makes its input.
pub struct Kernel {
    pub name: String,
    /// The vector instructions it may use: AVX2, since valgrind knows no AVX-512.
    pub level: Level,
    pub prepare: Box<dyn FnOnce() -> Run>,
}

impl Kernel {
    pub fn new(name: String, prepare: impl FnOnce() -> Run + 'static) -> Self {
        Self { name, level: Level::Avx2, prepare: Box::new(prepare) }
    }

    /// With the instructions of any processor.
    pub fn portable(self) -> Self {
        Self { level: Level::Portable, ..self }
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
