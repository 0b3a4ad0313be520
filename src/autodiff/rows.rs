//! How the rows of per-example nodes and data lie in memory.

use std::ops::{Deref, DerefMut};

/// A cache line in bytes: at least as long as a vector register.
const LINE: usize = 64;

/// The distance between rows of `cols` numbers.
///
/// Rows longer than a cache line fill whole ones, so that products read whole registers from where rows are; longer ones
/// fill an odd number of cache lines, so that successive rows do not compete for the same cache sets. What lies between
/// the rows is never read into a result.
pub(super) fn stride<T>(cols: usize) -> usize {
    let line = LINE / size_of::<T>();
    match cols.div_ceil(line) {
        0..=1 => cols,
        lines @ 2..=8 => lines * line,
        lines => (lines | 1) * line,
    }
}

/// Numbers from the beginning of a cache line on: a register that is loaded or stored lies in one line.
#[derive(Debug)]
pub(super) struct Lines<T> {
    numbers: Vec<T>,
    start: usize,
}

impl<T: Copy> Lines<T> {
    /// `len` times the same number.
    pub fn new(number: T, len: usize) -> Self {
        let mut numbers = vec![number; len + LINE / size_of::<T>()];
        let start = numbers.as_ptr().align_offset(LINE);
        numbers.truncate(start + len);
        Self { numbers, start }
    }
}

impl<T> Deref for Lines<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.numbers[self.start..]
    }
}

impl<T> DerefMut for Lines<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.numbers[self.start..]
    }
}

/// The same rows, `cols` numbers each one after the other, with their distance from each other.
pub(super) fn spread<T: Copy + Default>(rows: &[T], cols: usize) -> Lines<T> {
    let stride = stride::<T>(cols);
    let mut spread = Lines::new(T::default(), rows.len() / cols.max(1) * stride);
    for (to, from) in spread.chunks_exact_mut(stride.max(1)).zip(rows.chunks_exact(cols.max(1))) {
        to[..cols].copy_from_slice(from);
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_begin_with_a_cache_line_wherever_they_are_moved() {
        for len in [0, 1, 7, 8, 1000, 100_000] {
            let lines = [Lines::new(1.0f64, len), Lines::new(2.0, len + 1)];
            for (lines, len) in lines.iter().zip(len..) {
                assert_eq!((lines.as_ptr() as usize % LINE, lines.len()), (0, len));
            }
        }
    }
}
