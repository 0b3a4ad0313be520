//! Blocks of several terms whose products are added to a tile of C while it is in registers.

use std::ops::Range;

use super::buffers::{Buffer, Workspace};
use super::kernel::{Begin, Kernels, Segment, Tile};
use super::term::{Right, Term};
use super::view::{Block, MatMut};
use super::{DEPTH, ROWS};
use crate::numeric::Scalar;

/// The most blocks in a batch.
const SEGMENTS: usize = 8;
/// The distance in bytes from which rows or columns of A are far from each other: a page.
const PAGE: usize = 4096;

/// Blocks `A_s B_s` for some columns of C.
pub(super) struct Batch<'k, T> {
    kernels: &'k Kernels<T>,
    cols: Range<usize>,
    begin: Begin<T>,
    segments: [Segment<T>; SEGMENTS],
    count: usize,
    depth: usize,
}

impl<'k, T: Scalar> Batch<'k, T> {
    /// No blocks yet; C is to start from `begin`.
    pub fn new(kernels: &'k Kernels<T>, cols: Range<usize>, begin: Begin<T>) -> Self {
        Self { kernels, cols, begin, segments: [Segment::EMPTY; SEGMENTS], count: 0, depth: 0 }
    }

    /// Whether a block with sums of `depth` terms may join.
    pub fn has_room_for(&self, depth: usize) -> bool {
        self.count < SEGMENTS && self.depth + depth <= DEPTH
    }

    /// Adds the block of a term from k on.
    pub fn push(&mut self, term: &Term<'_, T>, k: usize, depth: usize, workspace: &mut Workspace) {
        let (j, cols) = (self.cols.start, self.cols.len());
        let (b, b_row_stride) = match &term.b {
            Right::Packed(b) => (b.block(j, k, cols), None),
            Right::Plain(b) if b.is_direct(self.kernels.lanes) => {
                let block = b.block(k, j);
                (block.start, Some(block.row_stride))
            }
            Right::Plain(b) => {
                let width = cols.next_multiple_of(self.kernels.lanes);
                let panels = workspace.b.at_least::<T>(DEPTH * width);
                // SAFETY: the blocks of a batch have at most `DEPTH` rows together, each of this width.
                let panels = unsafe { panels.add(self.depth * width) };
                // SAFETY: the block has these rows and columns, and there is room for the panels.
                unsafe { (self.kernels.pack)(b.block(k, j), depth, cols, panels) };
                (panels.cast_const(), None)
            }
        };
        self.segments[self.count] = Segment { depth, a: term.a.block(0, k), b, b_row_stride };
        self.count += 1;
        self.depth += depth;
    }

    /// `C = begin + sum A_s B_s`; the next batch adds to that.
    pub fn multiply(&mut self, c: &mut MatMut<'_, T>, workspace: &mut Workspace) {
        let (rows, row_stride) = (c.rows(), c.row_stride());
        for i in (0..rows).step_by(ROWS) {
            let height = ROWS.min(rows - i);
            let segments = self.rows(i, height, &mut workspace.a);
            // SAFETY: there are such a row and column, so the entry lies in C.
            let start = unsafe { c.as_mut_ptr().add(i * row_stride + self.cols.start) };
            // SAFETY: the blocks have as many rows and columns, and this is the address of their place in C.
            unsafe { self.tiles(&segments[..self.count], start, row_stride, height) };
        }
        (self.begin, self.count, self.depth) = (Begin::Present, 0, 0);
    }

    /// The blocks from row `i` on, those of A copied where that saves more than it costs.
    fn rows(&self, i: usize, height: usize, buffer: &mut Buffer) -> [Segment<T>; SEGMENTS] {
        let mut segments = self.segments;
        let used = &mut segments[..self.count];
        for segment in used.iter_mut() {
            segment.a = segment.a.row(i);
        }
        if self.cols.len() <= 2 * self.kernels.cols {
            return segments;
        }
        let far = || self.segments[..self.count].iter().filter(|segment| segment.a.is_spread(PAGE));
        let lines = |segment: &Segment<T>| Lines::new::<T>(height, segment.depth);
        let mut copy = buffer.at_least::<T>(far().map(|segment| lines(segment).room()).sum());
        for segment in used.iter_mut().filter(|segment| segment.a.is_spread(PAGE)) {
            let lines = lines(segment);
            // SAFETY: the block has these rows and columns; the buffer has room for all copies.
            unsafe {
                segment.a = lines.copy(segment.a, copy);
                copy = copy.add(lines.room());
            }
        }
        segments
    }

    /// Tile by tile.
    ///
    /// # Safety
    /// The blocks of A have `rows` rows, those of B have the batch's columns, and C at `start` has both.
    unsafe fn tiles(&self, segments: &[Segment<T>], start: *mut T, row_stride: usize, rows: usize) {
        let (kernels, cols) = (self.kernels, self.cols.len());
        for col in (0..cols).step_by(kernels.cols) {
            let width = kernels.cols.min(cols - col);
            let registers = width.div_ceil(kernels.lanes);
            let last_lanes = width - (registers - 1) * kernels.lanes;
            let whole = (kernels.tile)(kernels.rows, registers);
            // SAFETY: a row has entries for all columns.
            let begin = unsafe { self.begin.at(col) };
            for row in (0..rows).step_by(kernels.rows) {
                let height = kernels.rows.min(rows - row);
                let run = if height == kernels.rows { whole } else { (kernels.tile)(height, registers) };
                // SAFETY: the tile has `height` rows and `registers` registers within the blocks.
                unsafe {
                    let c = start.add(row * row_stride + col);
                    let (next_row, next_c) = if row + height < rows {
                        (row + height, c.wrapping_add(height * row_stride))
                    } else {
                        (0, start.wrapping_add(col + kernels.cols))
                    };
                    let line = row / kernels.rows * kernels.lanes;
                    let ahead = if line < kernels.cols && col + kernels.cols + line < cols {
                        kernels.cols + line
                    } else {
                        0
                    };
                    run(&Tile {
                        segments,
                        row,
                        next_row,
                        col,
                        ahead,
                        c,
                        c_stride: row_stride,
                        next_c,
                        begin,
                        last_lanes,
                    });
                }
            }
        }
    }
}

/// How a block of A is copied: its rows in lines of an odd number of cache lines.
struct Lines {
    count: usize,
    length: usize,
    stride: usize,
}

impl Lines {
    fn new<T>(rows: usize, depth: usize) -> Self {
        let cache_line = 64 / size_of::<T>();
        Self { count: rows, length: depth, stride: (depth.div_ceil(cache_line) | 1) * cache_line }
    }

    fn room(&self) -> usize {
        self.count * self.stride
    }

    /// # Safety
    /// The block has these rows and columns; there is room for the copy.
    unsafe fn copy<T: Scalar>(&self, a: Block<T>, start: *mut T) -> Block<T> {
        for i in 0..self.count {
            // SAFETY: reads the entries of the block, writes `length <= stride` entries in line i of `count`.
            unsafe {
                let (from, to) = (a.start.add(i * a.row_stride), start.add(i * self.stride));
                if a.col_stride == 1 {
                    to.copy_from_nonoverlapping(from, self.length);
                } else {
                    for j in 0..self.length {
                        to.add(j).write(*from.add(j * a.col_stride));
                    }
                }
            }
        }
        Block { start, row_stride: self.stride, col_stride: 1 }
    }
}
