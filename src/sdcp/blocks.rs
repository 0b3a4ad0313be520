//! Matrices whose columns are padded with zeros to whole blocks of eight, so that no kernel has a remainder loop.

use crate::numeric::Matrix;
use crate::numeric::dispatch::dispatched;

/// Rows a block.
pub const LANES: usize = 8;
/// Eight entries of a column, one below the other.
pub type Block = [f64; LANES];

/// A matrix of columns of blocks.
#[derive(Default)]
pub struct Blocks {
    height: usize,
    data: Vec<Block>,
}

impl Blocks {
    /// The matrix with the same entries.
    pub fn from_matrix(matrix: &Matrix) -> Self {
        let mut blocks = Self::default();
        blocks.reset(matrix.rows(), matrix.cols());
        for j in 0..matrix.cols() {
            blocks.col_mut(j).as_flattened_mut()[..matrix.rows()].copy_from_slice(matrix.col(j));
        }
        blocks
    }

    /// The zero matrix, in the memory at hand.
    pub fn reset(&mut self, rows: usize, cols: usize) {
        self.height = rows.div_ceil(LANES);
        self.data.clear();
        self.data.resize(self.height * cols, [0.0; LANES]);
    }

    /// Blocks a column.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Column j with its padding.
    pub fn col(&self, j: usize) -> &[Block] {
        &self.data[j * self.height..][..self.height]
    }

    /// Column j with its padding, to write.
    pub fn col_mut(&mut self, j: usize) -> &mut [Block] {
        &mut self.data[j * self.height..][..self.height]
    }

    /// All columns, one after the other, to write.
    pub fn data_mut(&mut self) -> &mut [Block] {
        &mut self.data
    }
}

/// Room for a packed matrix of order K <= 16: `16 K >= K (K + 1) / 2`, with whole blocks.
pub fn packed_blocks<const K: usize>() -> [[Block; K]; 2] {
    [[[0.0; LANES]; K]; 2]
}

dispatched! {
    /// `y = A x`, summed column after column.
    pub fn apply(a: &Blocks, x: &[f64], y: &mut [Block]) {
        y.fill([0.0; LANES]);
        for (q, &factor) in x.iter().enumerate() {
            for (y, block) in y.iter_mut().zip(a.col(q)) {
                for l in 0..LANES {
                    y[l] += factor * block[l];
                }
            }
        }
    }
}

/// `x . y`, the lanes added pairwise at the end.
#[inline(always)]
pub fn dot(x: &[Block], y: &[Block]) -> f64 {
    let mut sums = [0.0; LANES];
    for (x, y) in x.iter().zip(y) {
        for l in 0..LANES {
            sums[l] += x[l] * y[l];
        }
    }
    let fours: [f64; 4] = std::array::from_fn(|l| sums[l] + sums[l + 4]);
    (fours[0] + fours[2]) + (fours[1] + fours[3])
}
