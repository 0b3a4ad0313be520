//! Where the tracked eigenspace will be at the next update, guessed from the last three.

use super::block::{accumulate, beside, combine, gram, symmetric_gram};
use crate::numeric::vector::dot;
use crate::numeric::{Matrix, symmetric_eigen};

/// Weights of the last blocks, latest first: `X_next = sum_i w_i X_(t-i)`.
///
/// The space stays; moves on evenly; bends evenly; alternates with period two, as iterates at the edge of
/// stability do; moves on evenly and alternates (`x_t = a + b t + c (-1)^t` is exact).
const RULES: [[f64; 3]; 5] =
    [[1.0, 0.0, 0.0], [2.0, -1.0, 0.0], [3.0, -3.0, 1.0], [0.0, 1.0, 0.0], [1.0, 1.0, -1.0]];
/// How much of its old error a rule remembers.
const MEMORY: f64 = 0.5;

/// The last three eigenspaces, and how well each rule has predicted lately.
#[derive(Debug, Clone)]
pub(super) struct Predictor {
    /// The blocks, latest first, with the number of their columns to predict.
    history: Vec<(Matrix, usize)>,
    errors: [f64; RULES.len()],
}

impl Predictor {
    /// A predictor that has seen nothing yet.
    pub fn new() -> Self {
        Self { history: Vec::new(), errors: [f64::INFINITY; RULES.len()] }
    }

    /// The start block for the next update: the guess of the rule with the smallest error.
    pub fn start(&self) -> Option<Matrix> {
        let best =
            (0..RULES.len()).fold(0, |best, i| if self.errors[i] < self.errors[best] { i } else { best });
        self.guess(&RULES[best]).or_else(|| self.guess(&RULES[0]))
    }

    /// The number of columns of the start block that are predicted.
    pub fn tracked(&self) -> usize {
        self.history.first().map_or(0, |(block, tracked)| (*tracked).min(block.cols()))
    }

    /// The error that the guess of the best rule has had lately, as the sine of an angle; none if it is not known.
    pub fn error(&self) -> Option<f64> {
        let best = self.errors.iter().fold(f64::INFINITY, |m, e| m.min(*e));
        best.is_finite().then_some(best)
    }

    /// Records the block of an update, of which the first `tracked` columns are to be predicted.
    ///
    /// If a vector is new among them, the past is forgotten: a guess from blocks without it could lose it
    /// again.
    pub fn record(&mut self, block: Matrix, tracked: usize) {
        const NEW: f64 = 0.5;
        let same = self.history.first().is_some_and(|(last, n)| last.rows() == block.rows() && tracked <= *n);
        let errors =
            if same { self.distances(&block.cols_range(0, tracked.min(block.cols()))) } else { Vec::new() };
        if errors.first().is_none_or(|hold| *hold > NEW) {
            *self = Self::new();
        }
        for (old, new) in self.errors.iter_mut().zip(errors) {
            *old = MEMORY * if old.is_finite() { *old } else { new } + (1.0 - MEMORY) * new;
        }
        self.history.insert(0, (block, tracked));
        self.history.truncate(RULES[0].len());
    }

    /// The last block with its tracked columns X replaced by `sum_i w_i Z_i Z_i^T X`, with Z_i the tracked
    /// columns of the i-th block; the projections align the blocks, so that rotations inside a cluster do not
    /// matter.
    fn guess(&self, rule: &[f64; 3]) -> Option<Matrix> {
        let (last, tracked) = self.history.first()?;
        if self.history.len() < length(rule) {
            return None;
        }
        let x = last.cols_range(0, *tracked.min(&last.cols()));
        let mut moved = Matrix::zeros(x.rows(), x.cols());
        for (weight, (block, _)) in rule.iter().zip(&self.history) {
            if *weight != 0.0 {
                let z = block.cols_range(0, x.cols().min(block.cols()));
                let mut c = gram(&z, &x);
                c.data_mut().iter_mut().for_each(|c| *c *= weight);
                accumulate(&mut moved, 1.0, &z, &c);
            }
        }
        let mut block = last.clone();
        (0..x.cols()).for_each(|j| block.col_mut(j).copy_from_slice(moved.col(j)));
        Some(block)
    }

    /// `|Y - P Y|_F` for the orthonormal `y` and each rule, with P the projection on the tracked columns of
    /// its guess.
    ///
    /// A guess is `B K` with the old blocks side by side in B, so small matrices suffice once the inner
    /// products are known: `|Y - P Y|^2 = |Y|^2 - |Y^T B K (K^T B^T B K)^(-1/2)|^2`, to about 1e-8.
    fn distances(&self, y: &Matrix) -> Vec<f64> {
        let Some((_, tracked)) = self.history.first() else { return Vec::new() };
        let blocks: Vec<Matrix> =
            self.history.iter().map(|(z, _)| z.cols_range(0, (*tracked).min(z.cols()))).collect();
        let b = beside(&blocks.iter().collect::<Vec<_>>());
        let (inner, outer) = (symmetric_gram(&b, &b), gram(y, &b));
        let rules = RULES.iter().map(|rule| {
            if blocks.len() < length(rule) {
                return f64::INFINITY;
            }
            // Block i of K is w_i Z_i^T X, and X is the first block.
            let weights: Vec<f64> = blocks.iter().zip(rule).flat_map(|(z, w)| vec![*w; z.cols()]).collect();
            let k = Matrix::from_fn(b.cols(), blocks[0].cols(), |i, j| weights[i] * inner[(i, j)]);
            let (values, vectors) = symmetric_eigen(&symmetric_gram(&k, &combine(&inner, &k)));
            let inside = combine(&combine(&outer, &k), &vectors);
            let part = |j: usize| {
                if values[j] > 1e-12 { dot(inside.col(j), inside.col(j)) / values[j] } else { 0.0 }
            };
            (y.cols() as f64 - (0..values.len()).map(part).sum::<f64>()).max(0.0).sqrt()
        });
        rules.collect()
    }
}

/// How many blocks a rule looks back.
fn length(rule: &[f64; 3]) -> usize {
    rule.iter().rposition(|w| *w != 0.0).map_or(0, |i| i + 1)
}
