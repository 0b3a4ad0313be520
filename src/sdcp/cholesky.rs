//! Cholesky's factorisation in blocks of eight rows, for systems of up to a hundred unknowns.

use super::blocks::{Block, Blocks, LANES, dot};
use crate::numeric::dispatch::dispatched;

/// A symmetric positive definite matrix, then its Cholesky factor in the same place.
#[derive(Default)]
pub struct Cholesky {
    /// What is below the diagonal; the rest is zero.
    factor: Blocks,
    /// The reciprocals of the diagonal.
    reciprocals: Vec<f64>,
}

impl Cholesky {
    /// The zero matrix of the given order, to write the matrix to; only the lower triangle will be read.
    pub fn start(&mut self, order: usize) -> &mut Blocks {
        self.reciprocals.resize(order, 0.0);
        self.factor.reset(order, order);
        &mut self.factor
    }

    /// Factors the matrix; false if a pivot is not positive or below `least`.
    pub fn factor(&mut self, least: f64) -> bool {
        factor(&mut self.factor, &mut self.reciprocals, least)
    }

    /// `x = A^-1 x`, of a matrix that was factored.
    pub fn solve(&self, x: &mut [Block]) {
        solve(&self.factor, &self.reciprocals, x);
    }
}

dispatched! {
    /// Column after column: `L_j = (A_j - sum_{l < j} L_l L_jl) / L_jj`.
    fn factor(a: &mut Blocks, reciprocals: &mut [f64], least: f64) -> bool {
        let height = a.height();
        let columns = a.data_mut();
        for j in 0..reciprocals.len() {
            let (done, rest) = columns.split_at_mut(j * height);
            let (own, lane) = (j / LANES, j % LANES);
            for b in own..height {
                let mut sum = rest[b];
                for column in done.chunks_exact(height) {
                    let factor = column[own][lane];
                    for l in 0..LANES {
                        sum[l] -= factor * column[b][l];
                    }
                }
                rest[b] = sum;
            }
            let pivot = rest[own][lane];
            // A NaN fails this test too.
            if !(pivot >= least && pivot > 0.0 && pivot.is_finite()) {
                return false;
            }
            let reciprocal = 1.0 / pivot.sqrt();
            reciprocals[j] = reciprocal;
            for b in own..height {
                for l in 0..LANES {
                    rest[b][l] *= reciprocal;
                }
            }
        }
        // What the sums left on and above the diagonal.
        for j in 0..reciprocals.len() {
            let column = &mut columns[j * height..][..height];
            column[..j / LANES].fill([0.0; LANES]);
            column[j / LANES][..=j % LANES].fill(0.0);
        }
        true
    }
}

dispatched! {
    fn solve(factor: &Blocks, reciprocals: &[f64], x: &mut [Block]) {
        let n = reciprocals.len();
        for j in 0..n {
            let (own, lane) = (j / LANES, j % LANES);
            let value = x[own][lane] * reciprocals[j];
            for (x, block) in x.iter_mut().zip(factor.col(j)).skip(own) {
                for l in 0..LANES {
                    x[l] -= value * block[l];
                }
            }
            x[own][lane] = value;
        }
        for j in (0..n).rev() {
            let (own, lane) = (j / LANES, j % LANES);
            let sum = dot(&factor.col(j)[own..], &x[own..]);
            x[own][lane] = (x[own][lane] - sum) * reciprocals[j];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Matrix;

    fn filled(n: usize, entry: impl Fn(usize, usize) -> f64) -> Cholesky {
        let mut cholesky = Cholesky::default();
        *cholesky.start(n) = Blocks::from_matrix(&Matrix::from_fn(n, n, entry));
        cholesky
    }

    #[test]
    fn systems_of_any_order_are_solved() {
        for n in [40, 1, 2, 3, 7, 8, 9, 17, 64] {
            let entry = |i: usize, j: usize| libm::cos((i * j) as f64) + if i == j { n as f64 } else { 0.0 };
            let expected = |i: usize| libm::sin(1.0 + i as f64);
            let product = |i: usize| (0..n).map(|j| entry(i, j) * expected(j)).sum();
            let mut x = Blocks::from_matrix(&Matrix::from_fn(n, 1, |i, _| product(i)));
            let mut cholesky = filled(n, entry);
            assert!(cholesky.factor(0.0));
            cholesky.solve(x.col_mut(0));
            let found = x.col(0).as_flattened();
            assert!((0..n).all(|i| (found[i] - expected(i)).abs() < 1e-13), "{n}");
            assert!(found[n..].iter().all(|&padding| padding == 0.0));
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
            assert!(!filled(3, entry).factor(least), "{value}");
        }
    }
}
