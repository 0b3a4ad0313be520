//! A vector of parameters with its matrices packed as right factors.

use super::graph::Parameter;
use super::plan::Factor;
use crate::numeric::{MatRef, Packed, Scalar};

/// The matrices of a parameter vector, packed once for the products of all chunks.
#[derive(Debug)]
pub(super) struct Weights<T> {
    /// `W` of each parameter that products use.
    forward: Vec<Packed<T>>,
    /// `W'`, where adjoints flow through.
    transposed: Vec<Packed<T>>,
}

/// Which of the factors to pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// All factors.
    All,
    /// Those whose left factor depends on parameters.
    Inner,
}

impl<T: Scalar> Weights<T> {
    pub fn new(parameters: usize) -> Self {
        let empty = || (0..parameters).map(|_| Packed::new()).collect();
        Self { forward: empty(), transposed: empty() }
    }

    /// Packs the matrices of another vector.
    pub fn pack(&mut self, vector: &[T], parameters: &[Parameter], factors: &[Factor], which: Which) {
        for (index, (parameter, factor)) in parameters.iter().zip(factors).enumerate() {
            let w = &vector[parameter.offset..][..parameter.size()];
            let w = MatRef::row_major(w, parameter.rows, parameter.cols);
            if factor.transposed || (factor.used && which == Which::All) {
                self.forward[index].pack(w);
            }
            if factor.transposed {
                self.transposed[index].pack(w.t());
            }
        }
    }

    /// `W` as a right factor.
    pub fn forward(&self, parameter: usize) -> &Packed<T> {
        &self.forward[parameter]
    }

    /// `W'` as a right factor.
    pub fn transposed(&self, parameter: usize) -> &Packed<T> {
        &self.transposed[parameter]
    }
}

/// A parameter vector and its packed matrices.
#[derive(Debug)]
pub(super) struct Vector<'a, T> {
    pub entries: &'a [T],
    pub weights: &'a Weights<T>,
}

impl<T> Clone for Vector<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Vector<'_, T> {}

impl<'a, T> Vector<'a, T> {
    /// The entries of a parameter.
    pub fn parameter(&self, parameter: Parameter) -> &'a [T] {
        &self.entries[parameter.offset..][..parameter.size()]
    }
}
