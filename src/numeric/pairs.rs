//! The order in which the entries of a symmetric `k x k` matrix are stored.

/// The pairs `(i, j)`, `i <= j < k`: (0,0), (0,1), (1,1), (0,2), ...
pub fn pairs(k: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..k).flat_map(|j| (0..=j).map(move |i| (i, j)))
}

/// The number of pairs `k (k + 1) / 2`.
pub fn pair_count(k: usize) -> usize {
    k * (k + 1) / 2
}
