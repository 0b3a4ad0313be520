//! The innermost loops: one tile of C, and the packing of B into panels, compiled once a level.

use super::Start;
use super::vector::Vector;
use super::view::Block;
use crate::numeric::Scalar;
use crate::numeric::dispatch::{Level, level};

/// One tile: a few rows of C times at most `Kernels::cols` columns.
#[derive(Debug)]
pub struct Tile<'a, T> {
    /// The blocks whose products are added, in this order.
    pub segments: &'a [Segment<T>],
    /// The first row of the tile in the blocks of A.
    pub row: usize,
    /// The first row of the tile that comes after it.
    pub next_row: usize,
    /// The first column of the tile in the blocks of B: the first one of a panel.
    pub col: usize,
    /// How far from a row of B in this panel that part of the next panel's row is which is fetched meanwhile.
    pub ahead: usize,
    /// The first entry of the tile of C.
    pub c: *mut T,
    /// The distance between rows of C.
    pub c_stride: usize,
    /// The first entry of the tile of C that comes after it, which is fetched meanwhile.
    pub next_c: *const T,
    /// What the entries start from.
    pub begin: Begin<T>,
    /// The number of columns in the last register.
    pub last_lanes: usize,
}

/// A block of A and the block of B that it is multiplied with.
#[derive(Debug, Clone, Copy)]
pub struct Segment<T> {
    /// The number of terms of each sum.
    pub depth: usize,
    /// The block of A.
    pub a: Block<T>,
    /// The block of B: packed panels of `depth` rows, or rows as they lie in a matrix, as many columns as fill whole
    /// registers.
    pub b: *const T,
    /// The distance between rows of B that lie in a matrix, or none if they are packed.
    pub b_row_stride: Option<usize>,
}

impl<T> Segment<T> {
    /// No terms.
    pub const EMPTY: Self = Self {
        depth: 0,
        a: Block { start: std::ptr::null(), row_stride: 0, col_stride: 0 },
        b: std::ptr::null(),
        b_row_stride: None,
    };
}

/// What the entries of a block of C start from.
#[derive(Debug, Clone, Copy)]
pub enum Begin<T> {
    /// Zero.
    Zero,
    /// Their present values.
    Present,
    /// The entries of a row, the same for all rows.
    Row(*const T),
}

impl<T> Begin<T> {
    /// From column `j` of a matrix on.
    pub fn new(start: Start<'_, T>, j: usize) -> Self {
        match start {
            Start::Zero => Begin::Zero,
            Start::Present => Begin::Present,
            Start::Row(row) => Begin::Row(row[j..].as_ptr()),
        }
    }

    /// From column `j` on. Unsafe: a row must have that many entries.
    pub unsafe fn at(self, j: usize) -> Self {
        match self {
            // SAFETY: the caller vouches for the entries.
            Begin::Row(row) => Begin::Row(unsafe { row.add(j) }),
            other => other,
        }
    }
}

/// Computes a tile. Unsafe: all that the tile describes must be valid memory.
pub type TileKernel<T> = unsafe fn(&Tile<'_, T>);

/// The functions of one level for one element type.
#[derive(Debug, Clone, Copy)]
pub struct Kernels<T> {
    /// The number of rows of a tile, at most.
    pub rows: usize,
    /// The number of columns of a tile, at most: registers times lanes.
    pub cols: usize,
    /// The number of columns in a register.
    pub lanes: usize,
    /// `C = start + A B` for tiles of the given number of rows and registers; each entry of C is one chain
    /// `c = fma(a, b, c)`.
    pub tile: fn(rows: usize, registers: usize) -> TileKernel<T>,
    /// Copies a block of the given number of rows and columns into panels of `Kernels::cols` columns, one
    /// after the other; the last one has rows of whole registers, padded with zeros. Unsafe: the block must be
    /// valid memory, with room for the panels.
    pub pack: unsafe fn(from: Block<T>, rows: usize, cols: usize, panels: *mut T),
}

impl<T> Kernels<T> {
    /// The columns of as many whole panels as `cols` columns fill.
    pub fn most_cols(&self, cols: usize) -> usize {
        cols.next_multiple_of(self.cols)
    }
}

/// The functions of the level in use.
pub fn kernels<T: Scalar>() -> Kernels<T> {
    match level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => avx512::kernels(),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => avx2::kernels(),
        _ => portable::kernels(),
    }
}

macro_rules! level {
    ($name:ident, $V:ident, $rows:literal, $registers:literal, [$($r:literal)*], $features:meta) => {
        mod $name {
            use super::*;

            pub fn kernels<T: Scalar>() -> Kernels<T> {
                let lanes = <T::$V>::LANES;
                Kernels { rows: $rows, cols: $registers * lanes, lanes, tile: choose::<T>, pack: pack::<T> }
            }

            fn choose<T: Scalar>(rows: usize, registers: usize) -> TileKernel<T> {
                match (registers, rows) {
                    $((1, $r) => tile::<T, $r, 1>,)*
                    $((2, $r) => tile::<T, $r, 2>,)*
                    $((3, $r) if $registers >= 3 => tile::<T, $r, 3>,)*
                    $((4, $r) if $registers >= 4 => tile::<T, $r, 4>,)*
                    _ => unreachable!("tiles have at most {} rows and {} registers", $rows, $registers),
                }
            }

            #[$features]
            unsafe fn tile<T: Scalar, const R: usize, const N: usize>(tile: &Tile<'_, T>) {
                // SAFETY: `kernels` was chosen by `level()`, so the instructions exist; the caller vouches
                // for the memory.
                unsafe { super::tile::<T::$V, R, N>(tile) }
            }

            #[$features]
            unsafe fn pack<T: Scalar>(from: Block<T>, rows: usize, cols: usize, panels: *mut T) {
                // SAFETY: as above.
                unsafe { super::pack::<T::$V>(from, rows, cols, $registers * <T::$V>::LANES, panels) }
            }
        }
    };
}

level!(portable, Portable, 4, 2, [1 2 3 4], inline(never));
#[cfg(target_arch = "x86_64")]
level!(avx2, Avx2, 6, 2, [1 2 3 4 5 6], target_feature(enable = "avx2,fma"));
#[cfg(target_arch = "x86_64")]
level!(avx512, Avx512, 6, 4, [1 2 3 4 5 6],
    target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"));

/// # Safety
/// The instructions of `V` exist; the memory is valid.
#[inline(always)]
unsafe fn tile<V: Vector, const R: usize, const N: usize>(tile: &Tile<'_, V::Element>) {
    // SAFETY: the tile has R rows and N registers, the last of them with `last_lanes` lanes: these entries
    // of A and C and whole registers of B are valid, and the pointers advance through them only.
    unsafe {
        let whole = tile.last_lanes == V::LANES;
        let row_of = |start: *const V::Element| -> [V; N] {
            std::array::from_fn(|j| {
                let from = start.add(j * V::LANES);
                if j < N - 1 || whole { V::load(from) } else { V::load_first(from, tile.last_lanes) }
            })
        };
        for i in 0..R {
            for j in 0..N {
                V::prefetch(tile.next_c.wrapping_add(i * tile.c_stride + j * V::LANES));
            }
        }
        let mut c: [[V; N]; R] = match tile.begin {
            Begin::Zero => [[V::splat(V::Element::ZERO); N]; R],
            Begin::Present => std::array::from_fn(|i| row_of(tile.c.add(i * tile.c_stride))),
            Begin::Row(row) => [row_of(row); R],
        };
        for segment in tile.segments {
            let Segment { depth, a, b, b_row_stride } = *segment;
            let (b, b_stride, ahead) = match b_row_stride {
                Some(stride) => (b.add(tile.col), stride, tile.ahead),
                // Each panel to the left has `Kernels::cols` columns, all in use.
                None => (b.add(tile.col * depth), N * V::LANES, 0),
            };
            let rows: [*const V::Element; R] =
                std::array::from_fn(|i| a.start.add((tile.row + i) * a.row_stride));
            // The rows of A that the next tile reads: from one line to the next, or as far as one column is from the next.
            let next = a.start.wrapping_add(tile.next_row * a.row_stride);
            let step = if a.col_stride == 1 { R * a.row_stride / depth } else { a.col_stride };
            for k in 0..depth {
                V::prefetch(next.wrapping_add(k * step));
                let row = b.add(k * b_stride);
                V::prefetch(row.wrapping_add(ahead));
                let b: [V; N] = std::array::from_fn(|j| V::load(row.add(j * V::LANES)));
                for i in 0..R {
                    let a = V::splat(*rows[i].add(k * a.col_stride));
                    for j in 0..N {
                        c[i][j] = a.mul_add(b[j], c[i][j]);
                    }
                }
            }
        }
        for i in 0..R {
            let row = tile.c.add(i * tile.c_stride);
            for j in 0..N - 1 {
                c[i][j].store(row.add(j * V::LANES));
            }
            let last = row.add((N - 1) * V::LANES);
            if whole {
                c[i][N - 1].store(last);
            } else {
                c[i][N - 1].store_first(last, tile.last_lanes);
            }
        }
    }
}

/// # Safety
/// The instructions of `V` exist; the memory is valid.
#[inline(always)]
unsafe fn pack<V: Vector>(
    from: Block<V::Element>,
    rows: usize,
    cols: usize,
    most: usize,
    panels: *mut V::Element,
) {
    // SAFETY: reads the entries of the block; the panel of column j starts at `j * rows` and has rows of
    // `width` entries, where only the last panel is narrower than `most` and a multiple of the lanes wide.
    unsafe {
        if from.col_stride == 1 {
            for k in 0..rows {
                let source = from.start.add(k * from.row_stride);
                for j in (0..cols).step_by(most) {
                    let width = most.min((cols - j).next_multiple_of(V::LANES));
                    let target = panels.add(j * rows + k * width);
                    copy_row::<V>(source.add(j), width.min(cols - j), target);
                }
            }
            return;
        }
        for j in (0..cols).step_by(most) {
            let width = most.min((cols - j).next_multiple_of(V::LANES));
            let source = Block { start: from.start.add(j * from.col_stride), ..from };
            transpose_panel::<V>(source, rows, width.min(cols - j), width, panels.add(j * rows));
        }
    }
}

/// Copies `cols` entries and pads them with zeros to a multiple of the lanes.
#[inline(always)]
unsafe fn copy_row<V: Vector>(from: *const V::Element, cols: usize, to: *mut V::Element) {
    let last = (cols - 1) / V::LANES * V::LANES;
    // SAFETY: as the caller says, `last <= cols` and the target has room for whole registers.
    unsafe {
        for j in (0..last).step_by(V::LANES) {
            V::load(from.add(j)).store(to.add(j));
        }
        V::load_first(from.add(last), cols - last).store(to.add(last));
    }
}

/// Fills a panel square by square where entries are contiguous along its columns, else entry by entry.
#[inline(always)]
unsafe fn transpose_panel<V: Vector>(
    from: Block<V::Element>,
    rows: usize,
    cols: usize,
    width: usize,
    panel: *mut V::Element,
) {
    let squares = from.row_stride == 1 && cols >= V::SQUARE;
    let square_rows = if squares { rows / V::SQUARE * V::SQUARE } else { 0 };
    let source = |k: usize, j: usize| from.start.wrapping_add(k * from.row_stride + j * from.col_stride);
    // SAFETY: all (k, j) are within the block, those of squares with the square to their right and below; the
    // panel has `rows` rows of `width >= cols` entries, a multiple of the lanes.
    unsafe {
        if cols < width {
            for k in 0..rows {
                V::splat(V::Element::ZERO).store(panel.add(k * width + width - V::LANES));
            }
        }
        for j in (0..cols).step_by(V::SQUARE) {
            // The last square ends with the last column: better some entries twice than one by one.
            let j = j.min(cols.saturating_sub(V::SQUARE));
            for k in (0..square_rows).step_by(V::SQUARE) {
                V::transpose(source(k, j), from.col_stride, panel.add(k * width + j), width);
            }
        }
        for k in square_rows..rows {
            for j in 0..cols {
                *panel.add(k * width + j) = *source(k, j);
            }
        }
    }
}
