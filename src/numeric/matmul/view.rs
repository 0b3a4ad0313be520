//! Borrowed matrices: strided to read, row-major to write.

use super::Start;
use crate::numeric::Scalar;

/// Up to this distance in bytes, rows of a panel do not compete for the same cache sets.
const NEAR: usize = 512;

/// A matrix to read; entry (i, j) is `data[i * row_stride + j * col_stride]`.
#[derive(Debug, Clone, Copy)]
pub struct MatRef<'a, T> {
    data: &'a [T],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a, T: Scalar> MatRef<'a, T> {
    /// The rows lie one after the other in `data`.
    ///
    /// # Panics
    /// If `data.len() != rows * cols`: a bug of the caller.
    pub fn row_major(data: &'a [T], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "a {rows} x {cols} matrix needs {} entries", rows * cols);
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }

    /// Any strides, also zero.
    ///
    /// # Panics
    /// If the last entry lies outside `data`: a bug of the caller.
    pub fn strided(data: &'a [T], rows: usize, cols: usize, row_stride: usize, col_stride: usize) -> Self {
        let last = (|| {
            let row = rows.checked_sub(1)?.checked_mul(row_stride);
            let col = cols.checked_sub(1)?.checked_mul(col_stride);
            Some(row.zip(col).and_then(|(row, col)| row.checked_add(col)))
        })();
        if let Some(last) = last {
            assert!(
                last.is_some_and(|last| last < data.len()),
                "a {rows} x {cols} matrix ends outside its data"
            );
        }
        Self { data, rows, cols, row_stride, col_stride }
    }

    /// The transposed matrix; nothing moves.
    pub fn t(self) -> Self {
        let Self { data, rows, cols, row_stride, col_stride } = self;
        Self { data, rows: cols, cols: rows, row_stride: col_stride, col_stride: row_stride }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Entry (i, j).
    ///
    /// # Panics
    /// If there is no such entry.
    pub fn at(&self, i: usize, j: usize) -> T {
        assert!(
            i < self.rows && j < self.cols,
            "no entry ({i}, {j}) in a {} x {} matrix",
            self.rows,
            self.cols
        );
        self.data[i * self.row_stride + j * self.col_stride]
    }

    /// Whether rows can be read from where they are: contiguous, whole registers, and not competing for the same cache
    /// sets.
    pub(super) fn is_direct(&self, lanes: usize) -> bool {
        let width = self.cols.next_multiple_of(lanes);
        let last = self.rows.saturating_sub(1) * self.row_stride + width;
        let spread = self.row_stride * size_of::<T>() <= NEAR || is_odd_lines::<T>(self.row_stride);
        self.col_stride == 1 && last <= self.data.len() && spread
    }

    pub(super) fn block(&self, i: usize, j: usize) -> Block<T> {
        debug_assert!(i < self.rows && j < self.cols);
        let start = self.data[i * self.row_stride + j * self.col_stride..].as_ptr();
        Block { start, row_stride: self.row_stride, col_stride: self.col_stride }
    }
}

/// A matrix to write; entry (i, j) is `data[i * row_stride + j]`.
#[derive(Debug)]
pub struct MatMut<'a, T> {
    data: &'a mut [T],
    rows: usize,
    cols: usize,
    row_stride: usize,
}

impl<'a, T: Scalar> MatMut<'a, T> {
    /// The rows lie one after the other in `data`.
    ///
    /// # Panics
    /// If `data.len() != rows * cols`: a bug of the caller.
    pub fn row_major(data: &'a mut [T], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "a {rows} x {cols} matrix needs {} entries", rows * cols);
        Self { data, rows, cols, row_stride: cols }
    }

    /// Row i starts at `data[i * row_stride]`.
    ///
    /// # Panics
    /// If rows overlap or the last entry lies outside `data`: a bug of the caller.
    pub fn strided(data: &'a mut [T], rows: usize, cols: usize, row_stride: usize) -> Self {
        assert!(row_stride >= cols || rows <= 1, "rows of length {cols} overlap at stride {row_stride}");
        let _in_bounds = MatRef::strided(data, rows, cols, row_stride, 1);
        Self { data, rows, cols, row_stride }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Writes the start of a product without terms.
    pub(super) fn begin(self, start: Start<'_, T>) {
        for i in 0..self.rows {
            let row = &mut self.data[i * self.row_stride..][..self.cols];
            match start {
                Start::Zero => row.fill(T::ZERO),
                Start::Present => {}
                Start::Row(from) => row.copy_from_slice(from),
            }
        }
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut T {
        self.data.as_mut_ptr()
    }

    pub(super) fn row_stride(&self) -> usize {
        self.row_stride
    }
}

/// The address of a first entry and the distances to the next row and column.
#[derive(Debug)]
pub struct Block<T> {
    pub start: *const T,
    pub row_stride: usize,
    pub col_stride: usize,
}

impl<T> Clone for Block<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Block<T> {}

impl<T> Block<T> {
    /// From row `i` on.
    pub fn row(self, i: usize) -> Self {
        Self { start: self.start.wrapping_add(i * self.row_stride), ..self }
    }

    /// Whether the entries that a tile needs cost a translation of an address each, or compete for the same cache sets:
    /// columns or rows are `far` bytes apart. Columns may be so where rows are next to each other, since the next tile's
    /// entries are then fetched with this one's.
    pub fn is_spread(&self, far: usize) -> bool {
        let bytes = |stride: usize| stride * size_of::<T>();
        let columns = bytes(self.col_stride) >= far && self.row_stride != 1;
        columns || bytes(self.row_stride) >= far && !is_odd_lines::<T>(self.row_stride)
    }
}

/// Whether a distance is an odd number of cache lines, so that successive entries fall into all cache sets.
fn is_odd_lines<T>(stride: usize) -> bool {
    let line = 64 / size_of::<T>();
    stride.is_multiple_of(line) && !(stride / line).is_multiple_of(2)
}
