//! The reproducible matrix product: fast, and the same bits whatever the vector instructions.
//!
//! Blocked in the manner of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM
//! TOMS 34, 2008): blocks of B are packed into panels as wide as a tile of C held in registers; blocks of A
//! are copied when their rows would compete for the same cache sets.

mod buffers;
mod kernel;
mod vector;
mod view;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::Scalar;
use kernel::{Kernels, Tile, kernels};
pub use vector::Vectors;
use view::Block;
pub use view::{MatMut, MatRef};

/// The number of terms of each sum that are added before the next block.
const DEPTH: usize = 256;
/// The number of rows of A that are copied at a time.
const ROWS: usize = 96;
/// The number of columns of B that are packed at a time, at most.
const COLS: usize = 256;
/// From this distance in bytes, successive entries of A compete for one cache set.
const FAR: usize = 4096;

/// `C += A B`, on the calling thread.
///
/// Each entry of C is one chain of fused multiply-adds in increasing order of k, from its present value:
/// `c_ij = fma(a_ik, b_kj, c_ij)` for k = 0, 1, .... Neither the blocking nor the instructions in use change a
/// bit of it (except the payload of a NaN).
///
/// # Panics
/// If the shapes do not match: a bug of the caller.
pub fn matmul_add<T: Scalar>(mut c: MatMut<'_, T>, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    let (m, depth, n) = (a.rows(), a.cols(), b.cols());
    let fits = depth == b.rows() && c.rows() == m && c.cols() == n;
    assert!(fits, "{} x {} += ({m} x {depth}) ({} x {n})", c.rows(), c.cols(), b.rows());
    let kernels = kernels::<T>();
    let most_cols = COLS / kernels.cols * kernels.cols;
    buffers::with(|a_copy, b_panels| {
        for j in (0..n).step_by(most_cols) {
            let cols = most_cols.min(n - j);
            for k in (0..depth).step_by(DEPTH) {
                let depth = DEPTH.min(depth - k);
                let panels = pack(&kernels, b.block(k, j), depth, cols, b_panels);
                for i in (0..m).step_by(ROWS) {
                    let rows = ROWS.min(m - i);
                    let mut a = a.block(i, k);
                    if a.row_stride.max(a.col_stride) * size_of::<T>() >= FAR && cols > 2 * kernels.cols {
                        a = copy(a, rows, depth, a_copy);
                    }
                    // SAFETY: i < m and j < n, so the entry lies in C.
                    let start = unsafe { c.as_mut_ptr().add(i * c.row_stride() + j) };
                    let c = Target { start, row_stride: c.row_stride() };
                    // SAFETY: the blocks of A and C have these rows, depth and columns; the panels are packed.
                    unsafe { multiply(&kernels, c, a, panels, rows, depth, cols) };
                }
            }
        }
    });
}

/// A block of C.
#[derive(Clone, Copy)]
struct Target<T> {
    start: *mut T,
    row_stride: usize,
}

/// `C += A B` for one block, tile by tile.
///
/// # Safety
/// C has `rows x cols` entries, A `rows x depth`, and the panels come from [`pack`].
unsafe fn multiply<T: Scalar>(
    kernels: &Kernels<T>,
    c: Target<T>,
    a: Block<T>,
    panels: *const T,
    rows: usize,
    depth: usize,
    cols: usize,
) {
    for j in (0..cols).step_by(kernels.cols) {
        let width = kernels.cols.min(cols - j);
        let registers = width.div_ceil(kernels.lanes);
        let last_lanes = width - (registers - 1) * kernels.lanes;
        let whole = (kernels.tile)(kernels.rows, registers);
        for i in (0..rows).step_by(kernels.rows) {
            let height = kernels.rows.min(rows - i);
            let run = if height == kernels.rows { whole } else { (kernels.tile)(height, registers) };
            // SAFETY: i < rows and j < cols; each panel to the left has `kernels.cols` columns, all in use;
            // the tile has `height` rows and `registers` registers within the blocks.
            unsafe {
                let a = Block { start: a.start.add(i * a.row_stride), ..a };
                let (b, c_start) = (panels.add(j * depth), c.start.add(i * c.row_stride + j));
                run(&Tile { depth, a, b, c: c_start, c_stride: c.row_stride, last_lanes });
            }
        }
    }
}

/// Packs a block of B into panels of `kernels.cols` columns; the last one has whole registers, zero padded.
fn pack<T: Scalar>(
    kernels: &Kernels<T>,
    b: Block<T>,
    depth: usize,
    cols: usize,
    buffer: &mut buffers::Buffer,
) -> *const T {
    let panels = buffer.at_least::<T>(depth * cols.next_multiple_of(kernels.lanes));
    // SAFETY: the block has these rows and columns, and the buffer has room for the panels.
    unsafe { (kernels.pack)(b, depth, cols, panels) };
    panels
}

/// Copies a block of A, its rows or its columns in lines of an odd number of cache lines.
fn copy<T: Scalar>(a: Block<T>, rows: usize, depth: usize, buffer: &mut buffers::Buffer) -> Block<T> {
    let by_cols = a.row_stride == 1;
    let (count, length) = if by_cols { (depth, rows) } else { (rows, depth) };
    let (far, near) = if by_cols { (a.col_stride, a.row_stride) } else { (a.row_stride, a.col_stride) };
    let cache_line = 64 / size_of::<T>();
    let stride = (length.div_ceil(cache_line) | 1) * cache_line;
    let start = buffer.at_least::<T>(count * stride);
    for i in 0..count {
        // SAFETY: reads the entries of the block, writes `length <= stride` entries in line i of `count`.
        unsafe {
            let (from, to) = (a.start.add(i * far), start.add(i * stride));
            if near == 1 {
                to.copy_from_nonoverlapping(from, length);
            } else {
                for j in 0..length {
                    to.add(j).write(*from.add(j * near));
                }
            }
        }
    }
    let (row_stride, col_stride) = if by_cols { (1, stride) } else { (stride, 1) };
    Block { start, row_stride, col_stride }
}

#[cfg(test)]
mod tests;
