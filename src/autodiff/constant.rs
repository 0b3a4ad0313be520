//! Matrices that are the same for all examples and all parameters.

use super::rows::{Lines, spread};
use crate::numeric::Scalar;

/// A constant matrix.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    pub cols: usize,
    /// Row-major.
    pub entries: Vec<f64>,
}

impl Constant {
    /// The rows for so many examples, so that nodes read them as they read data.
    pub fn repeated<T: Scalar>(&self, examples: usize) -> Lines<T> {
        let one: Vec<T> = self.entries.iter().map(|&x| T::from_f64(x)).collect();
        spread(&one.repeat(examples), self.cols)
    }
}
