//! How the rows of per-example nodes and data lie in memory.

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

/// The same rows, `cols` numbers each one after the other, with their distance from each other.
pub(super) fn spread<T: Copy + Default>(rows: &[T], cols: usize) -> Vec<T> {
    let stride = stride::<T>(cols);
    let mut spread = vec![T::default(); rows.len() / cols.max(1) * stride];
    for (to, from) in spread.chunks_exact_mut(stride.max(1)).zip(rows.chunks_exact(cols.max(1))) {
        to[..cols].copy_from_slice(from);
    }
    spread
}
