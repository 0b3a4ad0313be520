//! Matrices whose columns are padded with zeros to whole blocks of eight, so that no kernel has a remainder loop.

use crate::numeric::Matrix;

/// Rows a block.
pub const LANES: usize = 8;
/// Eight entries of a column, one below the other.
pub type Block = [f64; LANES];

/// A matrix of M columns of H blocks.
pub type Columns<const M: usize, const H: usize> = [[Block; H]; M];

/// The matrix with the same entries, times a factor.
#[inline(always)]
pub fn from_matrix<const M: usize, const H: usize>(matrix: &Matrix, factor: f64) -> Columns<M, H> {
    let mut columns = zeros();
    for (column, from) in columns.iter_mut().zip(matrix.data().chunks_exact(matrix.rows())) {
        for (entry, x) in column.as_flattened_mut().iter_mut().zip(from) {
            *entry = factor * x;
        }
    }
    columns
}

/// The zero matrix.
#[inline(always)]
pub fn zeros<const M: usize, const H: usize>() -> Columns<M, H> {
    [[[0.0; LANES]; H]; M]
}

/// `y = A x`, summed column after column.
#[inline(always)]
pub fn apply<const M: usize, const H: usize>(a: &Columns<M, H>, x: &[Block; H]) -> [Block; H] {
    let mut y = [[0.0; LANES]; H];
    for (column, &factor) in a.iter().zip(x.as_flattened()) {
        for b in 0..H {
            for l in 0..LANES {
                y[b][l] += factor * column[b][l];
            }
        }
    }
    y
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
    let four = |l: usize| sums[l] + sums[l + 4];
    (four(0) + four(2)) + (four(1) + four(3))
}
