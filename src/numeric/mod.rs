//! Reproducible kernels: matrix product, pointwise functions, ordered sums, seeded random numbers.

pub mod cholesky;
pub mod dispatch;
pub mod elementary;
mod matmul;
mod matrix;
mod pairs;
pub mod random;
mod scalar;
mod symmetric;
pub mod vector;

pub use matmul::{MatMut, MatRef, Packed, Start, Term, matmul, matmul_sum};
pub use matrix::Matrix;
pub use pairs::{pair_count, pairs};
pub use scalar::Scalar;
pub use symmetric::symmetric_eigen;
