//! The reproducible matrix product: fast, and the same bits whatever the vector instructions.
//!
//! Blocked in the manner of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM
//! TOMS 34, 2008): blocks of B are packed into panels as wide as a tile of C held in registers; blocks of A
//! are copied when their rows would compete for the same cache sets.

mod buffers;
mod kernel;
mod packed;
mod vector;
mod view;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::Scalar;
use kernel::{Begin, Kernels, Tile, kernels};
pub use packed::Packed;
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

/// From this distance in bytes, rows of B are copied, since those of a panel would compete for the same cache sets.
const WIDE: usize = 512;

/// What each entry of a product starts from, before the first term is added.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a, T> {
    /// From zero: `C = A B`.
    Zero,
    /// From its present value: `C += A B`.
    Present,
    /// From the entry of this row in its column: `C = 1 row + A B`.
    Row(&'a [T]),
}

/// `C = start + A B`, on the calling thread.
///
/// Each entry of C is one chain of fused multiply-adds in increasing order of k, from its start:
/// `c_ij = fma(a_ik, b_kj, c_ij)` for k = 0, 1, .... Neither the blocking nor the instructions in use change a
/// bit of it (except the payload of a NaN).
///
/// # Panics
/// If the shapes do not match: a bug of the caller.
pub fn matmul<T: Scalar>(c: MatMut<'_, T>, start: Start<'_, T>, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    assert_eq!(a.cols(), b.rows(), "the inner dimensions agree");
    let kernels = kernels::<T>();
    let direct = b.is_row_major_within(WIDE) && b.cols().is_multiple_of(kernels.lanes);
    buffers::with(|a_copy, b_panels| {
        product(&kernels, c, start, a, b.cols(), a_copy, |j, k, cols, depth| {
            let block = b.block(k, j);
            if direct {
                return Panels { start: block.start, row_stride: Some(block.row_stride) };
            }
            let panels = b_panels.at_least::<T>(depth * cols.next_multiple_of(kernels.lanes));
            // SAFETY: the block has these rows and columns, and the buffer has room for the panels.
            unsafe { (kernels.pack)(block, depth, cols, panels) };
            Panels { start: panels, row_stride: None }
        });
    });
}

/// As [`matmul`], with the right factor packed beforehand: for factors that are used more than once.
///
/// # Panics
/// If the shapes do not match: a bug of the caller.
pub fn matmul_packed<T: Scalar>(c: MatMut<'_, T>, start: Start<'_, T>, a: MatRef<'_, T>, b: &Packed<T>) {
    assert_eq!(a.cols(), b.rows(), "the inner dimensions agree");
    buffers::with(|a_copy, _| {
        product(b.kernels(), c, start, a, b.cols(), a_copy, |j, k, cols, _| Panels {
            start: b.block(j, k, cols),
            row_stride: None,
        });
    });
}

/// The blocked loops around the tiles; `panels(j, k, cols, depth)` are those of one block of B.
fn product<T: Scalar>(
    kernels: &Kernels<T>,
    mut c: MatMut<'_, T>,
    start: Start<'_, T>,
    a: MatRef<'_, T>,
    n: usize,
    a_copy: &mut buffers::Buffer,
    mut panels: impl FnMut(usize, usize, usize, usize) -> Panels<T>,
) {
    let (m, depth) = (a.rows(), a.cols());
    let fits = c.rows() == m && c.cols() == n;
    assert!(fits, "{} x {} = ({m} x {depth}) ({depth} x {n})", c.rows(), c.cols());
    if let Start::Row(row) = start {
        assert_eq!(row.len(), n, "the row is as wide as the product");
    }
    if depth == 0 {
        return c.begin(start);
    }
    let most_cols = kernels.most_cols(COLS);
    for j in (0..n).step_by(most_cols) {
        let cols = most_cols.min(n - j);
        for k in (0..depth).step_by(DEPTH) {
            let depth = DEPTH.min(depth - k);
            let panels = panels(j, k, cols, depth);
            let begin = match start {
                Start::Zero if k == 0 => Begin::Zero,
                Start::Row(row) if k == 0 => Begin::Row(row[j..].as_ptr()),
                _ => Begin::Present,
            };
            for i in (0..m).step_by(ROWS) {
                let rows = ROWS.min(m - i);
                let mut a = a.block(i, k);
                if a.row_stride.max(a.col_stride) * size_of::<T>() >= FAR && cols > 2 * kernels.cols {
                    a = copy(a, rows, depth, a_copy);
                }
                // SAFETY: i < m and j < n, so the entry lies in C.
                let start = unsafe { c.as_mut_ptr().add(i * c.row_stride() + j) };
                let c = Target { start, row_stride: c.row_stride(), begin };
                // SAFETY: the blocks of A and C have these rows, depth and columns, and so have the panels.
                unsafe { multiply(kernels, c, a, panels, rows, depth, cols) };
            }
        }
    }
}

/// A block of B, packed into panels or as it lies in a matrix.
#[derive(Clone, Copy)]
struct Panels<T> {
    start: *const T,
    /// The distance between rows, or none if packed.
    row_stride: Option<usize>,
}

/// A block of C.
#[derive(Clone, Copy)]
struct Target<T> {
    start: *mut T,
    row_stride: usize,
    begin: Begin<T>,
}

/// `C = start + A B` for one block, tile by tile.
///
/// # Safety
/// C has `rows x cols` entries, A `rows x depth` and the panels `depth x cols`; columns that lie in a matrix are as
/// many as fill whole registers.
unsafe fn multiply<T: Scalar>(
    kernels: &Kernels<T>,
    c: Target<T>,
    a: Block<T>,
    panels: Panels<T>,
    rows: usize,
    depth: usize,
    cols: usize,
) {
    for j in (0..cols).step_by(kernels.cols) {
        let width = kernels.cols.min(cols - j);
        let registers = width.div_ceil(kernels.lanes);
        let last_lanes = width - (registers - 1) * kernels.lanes;
        let whole = (kernels.tile)(kernels.rows, registers);
        let b_stride = panels.row_stride.unwrap_or(registers * kernels.lanes);
        // SAFETY: j < cols; each packed panel to the left has `kernels.cols` columns, all in use.
        let b = unsafe { panels.start.add(if panels.row_stride.is_some() { j } else { j * depth }) };
        // SAFETY: a row has entries for all columns.
        let begin = unsafe { c.begin.at(j) };
        for i in (0..rows).step_by(kernels.rows) {
            let height = kernels.rows.min(rows - i);
            let run = if height == kernels.rows { whole } else { (kernels.tile)(height, registers) };
            // SAFETY: i < rows and j < cols; the tile has `height` rows and `registers` registers within the blocks.
            unsafe {
                let a = Block { start: a.start.add(i * a.row_stride), ..a };
                let c_start = c.start.add(i * c.row_stride + j);
                run(&Tile { depth, a, b, b_stride, c: c_start, c_stride: c.row_stride, begin, last_lanes });
            }
        }
    }
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
