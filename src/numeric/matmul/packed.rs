//! A right factor packed once for many products.

use super::buffers::Buffer;
use super::kernel::{Kernels, kernels};
use super::view::MatRef;
use super::{COLS, DEPTH};
use crate::numeric::Scalar;

/// A matrix B in the order in which the tiles of `C = A B` read it.
///
/// Blocks of columns follow each other, in each the blocks of rows, in each the panels.
#[derive(Debug)]
pub struct Packed<T> {
    rows: usize,
    cols: usize,
    kernels: Kernels<T>,
    panels: Buffer,
}

impl<T: Scalar> Packed<T> {
    /// An empty matrix.
    pub fn new() -> Self {
        Self { rows: 0, cols: 0, kernels: kernels(), panels: Buffer::default() }
    }

    /// Packs another matrix in the memory of this one.
    pub fn pack(&mut self, b: MatRef<'_, T>) {
        (self.rows, self.cols, self.kernels) = (b.rows(), b.cols(), kernels());
        let start = self.panels.at_least::<T>(self.rows * self.cols.next_multiple_of(self.kernels.lanes));
        let most_cols = self.kernels.most_cols(COLS);
        for j in (0..self.cols).step_by(most_cols) {
            let cols = most_cols.min(self.cols - j);
            for k in (0..self.rows).step_by(DEPTH) {
                let depth = DEPTH.min(self.rows - k);
                // SAFETY: the block lies within b; the blocks before it fill the memory up to this place.
                unsafe { (self.kernels.pack)(b.block(k, j), depth, cols, start.add(self.place(j, k, cols))) };
            }
        }
    }

    /// The number of rows of B.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns of B.
    pub fn cols(&self) -> usize {
        self.cols
    }

    pub(super) fn kernels(&self) -> &Kernels<T> {
        &self.kernels
    }

    /// The panels of the block of `cols` columns from row `k` and column `j` on.
    pub(super) fn block(&self, j: usize, k: usize, cols: usize) -> *const T {
        // SAFETY: the place lies within the packed memory.
        unsafe { self.panels.start::<T>().add(self.place(j, k, cols)) }
    }

    fn place(&self, j: usize, k: usize, cols: usize) -> usize {
        self.rows * j + k * cols.next_multiple_of(self.kernels.lanes)
    }
}

impl<T: Scalar> Default for Packed<T> {
    fn default() -> Self {
        Self::new()
    }
}
