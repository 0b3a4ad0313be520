//! Cholesky's factorisation in blocks of eight rows, for systems of up to a hundred unknowns.

use super::blocks::{self, Block, Columns, LANES, dot};

/// A symmetric positive definite matrix of order up to M, then its Cholesky factor in the same place.
pub struct Cholesky<const M: usize, const H: usize> {
    /// What is below the diagonal; the rest is zero.
    factor: Columns<M, H>,
    /// The reciprocals of the diagonal.
    reciprocals: [f64; M],
    order: usize,
}

impl<const M: usize, const H: usize> Cholesky<M, H> {
    /// Of order zero.
    #[inline(always)]
    pub fn new() -> Self {
        Self { factor: blocks::zeros(), reciprocals: [0.0; M], order: 0 }
    }

    /// The columns to write a matrix of the given order to; only the lower triangle and the padding will be read.
    #[inline(always)]
    pub fn start(&mut self, order: usize) -> &mut Columns<M, H> {
        self.order = order;
        &mut self.factor
    }

    /// Factors the matrix, `L_j = (A_j - sum_{l < j} L_l L_jl) / L_jj` column after column; false if a pivot is not
    /// positive or below `least`.
    #[inline(always)]
    pub fn factor(&mut self, least: f64) -> bool {
        let height = self.order.div_ceil(LANES).min(H);
        for j in 0..self.order.min(M) {
            let (done, rest) = self.factor.split_at_mut(j);
            let (own, lane) = (j / LANES, j % LANES);
            for b in own..height {
                let mut sum = rest[0][b];
                for column in &*done {
                    let factor = column[own][lane];
                    for l in 0..LANES {
                        sum[l] -= factor * column[b][l];
                    }
                }
                rest[0][b] = sum;
            }
            let pivot = rest[0][own][lane];
            // A NaN fails this test too.
            if !(pivot >= least && pivot > 0.0 && pivot.is_finite()) {
                return false;
            }
            let reciprocal = 1.0 / pivot.sqrt();
            self.reciprocals[j] = reciprocal;
            for block in &mut rest[0][own..height] {
                for entry in block {
                    *entry *= reciprocal;
                }
            }
        }
        self.clear();
        true
    }

    /// `x = A^-1 x`, of a matrix that was factored.
    #[inline(always)]
    pub fn solve(&self, x: &mut [Block; H]) {
        let (n, height) = (self.order.min(M), self.order.div_ceil(LANES).min(H));
        for j in 0..n {
            let (own, lane) = (j / LANES, j % LANES);
            let value = x[own][lane] * self.reciprocals[j];
            for b in own..height {
                for l in 0..LANES {
                    x[b][l] -= value * self.factor[j][b][l];
                }
            }
            x[own][lane] = value;
        }
        for j in (0..n).rev() {
            let (own, lane) = (j / LANES, j % LANES);
            let sum = dot(&self.factor[j][own..height], &x[own..height]);
            x[own][lane] = (x[own][lane] - sum) * self.reciprocals[j];
        }
    }

    /// Removes what the sums left on and above the diagonal.
    #[inline(always)]
    fn clear(&mut self) {
        for (j, column) in self.factor[..self.order].iter_mut().enumerate() {
            column[..j / LANES].fill([0.0; LANES]);
            column[j / LANES][..=j % LANES].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled<const M: usize, const H: usize>(
        n: usize,
        entry: impl Fn(usize, usize) -> f64,
    ) -> Cholesky<M, H> {
        let mut cholesky = Cholesky::new();
        let columns = cholesky.start(n);
        for (i, j) in (0..n).flat_map(|j| (0..n).map(move |i| (i, j))) {
            columns[j].as_flattened_mut()[i] = entry(i, j);
        }
        cholesky
    }

    fn check<const M: usize, const H: usize>(n: usize) {
        let entry = |i: usize, j: usize| libm::cos((i * j) as f64) + if i == j { n as f64 } else { 0.0 };
        let expected = |i: usize| libm::sin(1.0 + i as f64);
        let mut x = [[0.0; LANES]; H];
        for (i, x) in x.as_flattened_mut()[..n].iter_mut().enumerate() {
            *x = (0..n).map(|j| entry(i, j) * expected(j)).sum();
        }
        let mut cholesky = filled::<M, H>(n, entry);
        assert!(cholesky.factor(0.0));
        cholesky.solve(&mut x);
        let found = x.as_flattened();
        assert!((0..n).all(|i| (found[i] - expected(i)).abs() < 1e-13), "{n}");
        assert!(found[n..].iter().all(|&padding| padding == 0.0));
    }

    #[test]
    fn systems_of_any_order_are_solved() {
        for n in [40, 1, 2, 3, 7, 8, 9, 17, 64] {
            check::<64, 8>(n);
        }
        for n in 0..=3 {
            check::<3, 1>(n);
        }
    }

    #[test]
    fn products_of_entries_stay_in_range_at_any_size() {
        let entry = |i: usize, j: usize| libm::cos((i * j) as f64) + if i == j { 5.0 } else { 0.0 };
        for exponent in [-1010, -540, 0, 540, 1010] {
            let moved = |i: usize, j: usize| libm::scalbn(entry(i, j), exponent);
            let mut cholesky = filled::<8, 1>(5, moved);
            assert!(cholesky.factor(0.0));
            let mut x = [[0.0; LANES]; 1];
            (0..5).for_each(|i| x[0][i] = (0..5).map(|j| moved(i, j)).sum());
            cholesky.solve(&mut x);
            assert!(x[0][..5].iter().all(|x| (x - 1.0).abs() < 1e-14), "2^{exponent}: {x:?}");
        }
    }

    #[test]
    fn small_and_meaningless_pivots_are_refused() {
        for (value, least) in [(0.5, 1.0), (0.0, 0.0), (-1.0, -2.0), (f64::NAN, 0.0), (f64::INFINITY, 0.0)] {
            let entry = |i: usize, j: usize| match (i, j) {
                (1, 1) => value,
                _ if i == j => 2.0,
                _ => 0.0,
            };
            assert!(!filled::<3, 1>(3, entry).factor(least), "{value}");
        }
    }
}
