//! A search space with its products, and the Rayleigh-Ritz pairs in it: what Davidson's method and the tracker share.
//!
//! The basis V is orthonormal and `H V` is kept beside it, so that Ritz pairs, their residuals and restarts cost no
//! product; an expansion costs one for each new direction.

use super::block::{
    append, beside, combine, finite, gram, norms, orthonormalise, random_outside, residuals, select,
    symmetric_gram,
};
use super::{Counted, EigenError, EigenPairs};
use crate::numeric::random::Stream;
use crate::numeric::vector::dot;
use crate::numeric::{Matrix, symmetric_eigen};

/// Whether the pair `j` needs work, given (the absolute residual limit, j, the Ritz values, its residual).
pub(super) type Active<'a> = dyn Fn(f64, usize, &[f64], f64) -> bool + 'a;

/// The largest basis is `LARGEST` vectors larger than twice the number of pairs.
const LARGEST: usize = 36;
/// Ritz vectors that are kept at a restart besides those that are looked at.
const KEPT: usize = 12;

/// An orthonormal basis with its products, and the leading Ritz pairs.
pub(super) struct Search {
    /// The Ritz values that are looked at, descending.
    pub values: Vec<f64>,
    /// Their Ritz vectors X.
    pub x: Matrix,
    hx: Matrix,
    /// How many Ritz pairs are looked at, if the space has as many.
    columns: usize,
    v: Matrix,
    hv: Matrix,
    /// `V^T H V`.
    t: Matrix,
    /// The coefficients of X before the last expansion.
    before: Matrix,
    coefficients: Matrix,
    norm: f64,
    lowest: f64,
}

impl Search {
    /// The Ritz pairs of `columns` vectors: those of `start`, and random ones if it has fewer.
    pub fn start(
        op: &mut Counted,
        start: &Matrix,
        columns: usize,
        norm: f64,
        random: &mut Stream,
    ) -> Result<Self, EigenError> {
        if !finite(start) {
            return Err(EigenError::NonFinite);
        }
        let mut v = orthonormalise(&[], start);
        v.truncate_cols(columns);
        let more = random_outside(&v, columns - v.cols(), random);
        append(&mut v, &more);
        let hv = op.apply(&v)?;
        Ok(Self::from_products(v, hv, columns, norm))
    }

    /// The leading Ritz pairs in the span of the orthonormal `v`, given `hv = H v`.
    pub fn from_products(v: Matrix, hv: Matrix, columns: usize, norm: f64) -> Self {
        let empty = || Matrix::zeros(0, 0);
        let mut search = Self {
            values: Vec::new(),
            x: Matrix::zeros(v.rows(), 0),
            hx: Matrix::zeros(v.rows(), 0),
            columns,
            t: symmetric_gram(&v, &hv),
            v,
            hv,
            before: empty(),
            coefficients: empty(),
            norm,
            lowest: f64::INFINITY,
        };
        search.rayleigh_ritz();
        search
    }

    /// Expands the space by the part of `w` outside it, at one product a direction; says how many there were.
    pub fn expand(&mut self, op: &mut Counted, w: &Matrix) -> Result<usize, EigenError> {
        let mut w = orthonormalise(&[&self.v], w);
        w.truncate_cols(op.dim - self.v.cols().min(op.dim));
        if w.cols() == 0 {
            return Ok(0);
        }
        let hw = op.apply(&w)?;
        let (old, new) = (self.v.cols(), w.cols());
        let (side, corner) = (gram(&self.v, &hw), symmetric_gram(&w, &hw));
        let t = &self.t;
        self.t = Matrix::from_fn(old + new, old + new, |i, j| match (i < old, j < old) {
            (true, true) => t[(i, j)],
            (true, false) => side[(i, j - old)],
            (false, true) => side[(j, i - old)],
            (false, false) => corner[(i - old, j - old)],
        });
        append(&mut self.v, &w);
        append(&mut self.hv, &hw);
        self.rayleigh_ritz();
        Ok(new)
    }

    /// Expands the space by the residual of the last pair that is looked at.
    pub fn improve_last(&mut self, op: &mut Counted) -> Result<(), EigenError> {
        let last = self.values.len() - 1;
        self.expand(op, &self.residuals().cols_range(last, last + 1)).map(|_| ())
    }

    /// Looks at one more Ritz pair from the next expansion on.
    pub fn look_further(&mut self) {
        self.columns += 1;
    }

    /// Those of the orthonormal `vectors` that are mostly outside the span of the Ritz vectors.
    pub fn lost(&self, vectors: &Matrix) -> Matrix {
        let inside = gram(&self.x, vectors);
        let lost = |&j: &usize| dot(inside.col(j), inside.col(j)) < 0.75;
        select(vectors, &(0..vectors.cols()).filter(lost).collect::<Vec<_>>())
    }

    fn rayleigh_ritz(&mut self) {
        let (values, vectors) = symmetric_eigen(&self.t);
        self.norm = values.iter().fold(self.norm, |n, v| n.max(v.abs()));
        self.lowest = values.iter().fold(self.lowest, |n, v| n.min(*v));
        let columns = self.columns.min(values.len());
        let c = vectors.cols_range(0, columns);
        (self.x, self.hx) = (combine(&self.v, &c), combine(&self.hv, &c));
        self.before = std::mem::replace(&mut self.coefficients, c);
        self.values = values[..columns].to_vec();
    }

    /// The dimension of the space.
    fn dim(&self) -> usize {
        self.v.cols()
    }

    /// Expands the space by the residuals of the active pairs until no pair is active (true), or the budget ends or
    /// rounding stops progress (false).
    pub fn run(
        &mut self,
        op: &mut Counted,
        tolerance: f64,
        max_products: usize,
        active: &Active,
    ) -> Result<bool, EigenError> {
        let mut progress = Progress::default();
        loop {
            let r = self.residuals();
            let lengths = norms(&r);
            let limit = self.limit(tolerance);
            let mut work: Vec<usize> =
                (0..lengths.len()).filter(|&j| active(limit, j, &self.values, lengths[j])).collect();
            if work.is_empty() {
                return Ok(true);
            }
            let stuck = progress.ended(work.iter().fold(0.0, |m, &j| m.max(lengths[j])));
            work.truncate(max_products.saturating_sub(op.products));
            if work.is_empty() || stuck {
                return Ok(false);
            }
            self.make_room(work.len(), work.len());
            if self.expand(op, &select(&r, &work))? == 0 {
                return Ok(false);
            }
        }
    }

    /// Restarts with the leading Ritz vectors if the basis would become too large with `more` vectors.
    ///
    /// Besides, the directions are kept in which the first `thick` pairs that are looked at have moved last ("+k").
    pub fn make_room(&mut self, more: usize, thick: usize) {
        if self.dim() + more > 2 * self.columns + LARGEST {
            self.restart(self.columns + KEPT, thick);
        }
    }

    /// Keeps `keep` Ritz vectors, and the directions in which the first `thick` pairs that are looked at have moved last.
    pub fn restart(&mut self, keep: usize, thick: usize) {
        let (values, vectors) = symmetric_eigen(&self.t);
        let kept = vectors.cols_range(0, keep.min(values.len()));
        let (n, old) = (self.t.rows(), self.before.rows());
        let thick = thick.min(self.before.cols());
        let moved = Matrix::from_fn(n, thick, |i, j| if i < old { self.before[(i, j)] } else { 0.0 });
        let c = beside(&[&kept, &orthonormalise(&[&kept], &moved)]);
        self.t = symmetric_gram(&c, &combine(&self.t, &c));
        (self.v, self.hv) = (combine(&self.v, &c), combine(&self.hv, &c));
        self.coefficients = Matrix::from_fn(c.cols(), self.values.len(), |i, j| f64::from(u8::from(i == j)));
        self.before = self.coefficients.clone();
    }

    /// The absolute residual vectors.
    pub fn residuals(&self) -> Matrix {
        residuals(&self.x, &self.hx, &self.values)
    }

    /// The scale of relative residuals: `max(|lambda_1|, 1e-4 |H|)`.
    pub fn scale(&self) -> f64 {
        scale(&self.values, self.norm)
    }

    /// The smallest Ritz value that was met.
    pub fn lowest(&self) -> f64 {
        self.lowest
    }

    /// The absolute residual of a converged pair.
    pub fn limit(&self, tolerance: f64) -> f64 {
        limit(tolerance, &self.values, self.norm)
    }

    /// The leading `count` pairs.
    pub fn pairs(&self, count: usize, products: usize, converged: bool) -> EigenPairs {
        let count = count.min(self.values.len());
        let scale = self.scale();
        let residuals = norms(&self.residuals())[..count].iter().map(|r| r / scale).collect();
        let (values, vectors) = (self.values[..count].to_vec(), self.x.cols_range(0, count));
        EigenPairs { values, vectors, residuals, products, converged }
    }
}

/// The absolute residual of a converged pair, given the Ritz values and the norm of H.
pub(super) fn limit(tolerance: f64, values: &[f64], norm: f64) -> f64 {
    (tolerance * scale(values, norm)).max(64.0 * f64::EPSILON * norm)
}

/// Whether residuals still shrink: it must come within 200 steps, since long plateaus are normal for unlucky spectra.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    best: f64,
    steps: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self { best: f64::INFINITY, steps: 0 }
    }
}

impl Progress {
    /// Counts a step that begins with the residual `worst`.
    pub fn ended(&mut self, worst: f64) -> bool {
        let better = worst < 0.9 * self.best;
        *self = if better { Self { best: worst, steps: 0 } } else { Self { steps: self.steps + 1, ..*self } };
        self.steps > 200
    }
}

/// The scale of relative residuals, given the Ritz values and the norm of H.
pub(super) fn scale(values: &[f64], norm: f64) -> f64 {
    values[0].abs().max(1e-4 * norm).max(f64::MIN_POSITIVE)
}
