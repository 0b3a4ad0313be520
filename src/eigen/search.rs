//! A search space with its products, and the Rayleigh-Ritz pairs in it: what Davidson's method and the tracker share.
//!
//! The basis V is orthonormal and `H V` is kept beside it, so that Ritz pairs, their residuals and restarts cost no
//! product; an expansion costs one for each new direction.

use super::block::{
    append, beside, combine, finite, gram, orthonormalise, random_outside, select, symmetric_gram,
};
use super::progress::Progress;
use super::ritz_pairs::{Active, RitzPairs};
use super::{Counted, EigenError};
use crate::numeric::random::Stream;
use crate::numeric::vector::dot;
use crate::numeric::{Matrix, symmetric_eigen};

/// The largest basis is `LARGEST` vectors larger than twice the number of pairs.
const LARGEST: usize = 36;
/// Ritz vectors that are kept at a restart besides those that are looked at.
const KEPT: usize = 12;

/// An orthonormal basis with its products, and the leading Ritz pairs.
pub(super) struct Search {
    /// The Ritz pairs that are looked at.
    pub ritz: RitzPairs,
    /// How many of them there are, if the space has as many.
    columns: usize,
    v: Matrix,
    hv: Matrix,
    /// `V^T H V`.
    t: Matrix,
    /// The coefficients of X before the last expansion.
    before: Matrix,
    coefficients: Matrix,
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
        let (v, hv) = first_block(op, start, columns, random)?;
        Ok(Self::from_products(v, hv, columns, norm))
    }

    /// The leading Ritz pairs in the span of the orthonormal `v`, given `hv = H v`.
    pub fn from_products(v: Matrix, hv: Matrix, columns: usize, norm: f64) -> Self {
        let empty = || Matrix::zeros(0, 0);
        let mut search = Self {
            ritz: RitzPairs::new(Vec::new(), empty(), empty(), norm),
            columns,
            t: symmetric_gram(&v, &hv),
            v,
            hv,
            before: empty(),
            coefficients: empty(),
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
        let last = self.ritz.values.len() - 1;
        self.expand(op, &self.ritz.residuals.cols_range(last, last + 1)).map(|_| ())
    }

    /// Looks at one more Ritz pair from the next expansion on.
    pub fn look_further(&mut self) {
        self.columns += 1;
    }

    /// Those of the orthonormal `vectors` that are mostly outside the span of the Ritz vectors.
    pub fn lost(&self, vectors: &Matrix) -> Matrix {
        let inside = gram(&self.ritz.x, vectors);
        let lost = |&j: &usize| dot(inside.col(j), inside.col(j)) < 0.75;
        select(vectors, &(0..vectors.cols()).filter(lost).collect::<Vec<_>>())
    }

    fn rayleigh_ritz(&mut self) {
        let (values, vectors) = symmetric_eigen(&self.t);
        let norm = values.iter().fold(self.ritz.norm, |n, v| n.max(v.abs()));
        self.lowest = values.iter().fold(self.lowest, |n, v| n.min(*v));
        let columns = self.columns.min(values.len());
        let c = vectors.cols_range(0, columns);
        let (x, hx) = (combine(&self.v, &c), combine(&self.hv, &c));
        self.ritz = RitzPairs::new(values[..columns].to_vec(), x, hx, norm);
        self.before = std::mem::replace(&mut self.coefficients, c);
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
            let mut work = self.ritz.active(self.ritz.limit(tolerance), active);
            if work.is_empty() {
                return Ok(true);
            }
            let stuck = progress.ended(self.ritz.worst(&work));
            work.truncate(max_products.saturating_sub(op.products));
            if work.is_empty() || stuck {
                return Ok(false);
            }
            self.make_room(work.len(), work.len());
            if self.expand(op, &select(&self.ritz.residuals, &work))? == 0 {
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
        self.coefficients =
            Matrix::from_fn(c.cols(), self.ritz.values.len(), |i, j| f64::from(u8::from(i == j)));
        self.before = self.coefficients.clone();
    }

    /// The smallest Ritz value that was met.
    pub fn lowest(&self) -> f64 {
        self.lowest
    }
}

/// The orthonormal vectors that an iteration starts from, `columns` of them, and their products: those of `start`, and
/// random ones if it has fewer.
pub(super) fn first_block(
    op: &mut Counted,
    start: &Matrix,
    columns: usize,
    random: &mut Stream,
) -> Result<(Matrix, Matrix), EigenError> {
    if !finite(start) {
        return Err(EigenError::NonFinite);
    }
    let mut v = orthonormalise(&[], start);
    v.truncate_cols(columns);
    let more = random_outside(&v, columns - v.cols(), random);
    append(&mut v, &more);
    let hv = op.apply(&v)?;
    Ok((v, hv))
}
