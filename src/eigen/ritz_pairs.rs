//! Ritz pairs with their products: residuals, and when these are small.

use super::EigenPairs;
use super::block::{norms, residuals};
use crate::numeric::Matrix;

/// Whether the pair `j` needs work, given (the absolute residual limit, j, the Ritz values, its residual).
pub(super) type Active<'a> = dyn Fn(f64, usize, &[f64], f64) -> bool + 'a;

/// The Ritz pairs an iteration looks at.
pub(super) struct RitzPairs {
    /// The Ritz values, descending.
    pub values: Vec<f64>,
    /// The orthonormal Ritz vectors X.
    pub x: Matrix,
    /// `H X`.
    pub hx: Matrix,
    /// The absolute residual vectors.
    pub residuals: Matrix,
    /// Their lengths.
    pub lengths: Vec<f64>,
    /// The largest Ritz value in magnitude that was met.
    pub norm: f64,
}

impl RitzPairs {
    /// The pairs and their residuals.
    pub fn new(values: Vec<f64>, x: Matrix, hx: Matrix, norm: f64) -> Self {
        let residuals = residuals(&x, &hx, &values);
        let lengths = norms(&residuals);
        Self { values, x, hx, residuals, lengths, norm }
    }

    /// A length of the spectrum that is never tiny, for shifts and steps.
    pub fn extent(&self) -> f64 {
        self.values[0].abs().max(1e-4 * self.norm).max(f64::MIN_POSITIVE)
    }

    /// Whether the leading `count` pairs have met the tolerance, which rounding may forbid.
    pub fn reached(&self, tolerance: f64, count: usize) -> bool {
        let most = tolerance * scale(&self.values, self.norm);
        self.lengths.iter().take(count).all(|r| *r <= most)
    }

    /// The absolute residual at which a pair is done.
    pub fn limit(&self, tolerance: f64) -> f64 {
        limit(tolerance, &self.values, self.norm)
    }

    /// The pairs that need work, given the absolute residual of a converged one.
    pub fn active(&self, limit: f64, active: &Active) -> Vec<usize> {
        (0..self.lengths.len()).filter(|&j| active(limit, j, &self.values, self.lengths[j])).collect()
    }

    /// The largest residual of some of the pairs.
    pub fn worst(&self, pairs: &[usize]) -> f64 {
        pairs.iter().fold(0.0, |worst, &j| self.lengths[j].max(worst))
    }

    /// The leading `count` pairs.
    pub fn leading(&self, count: usize, products: usize, converged: bool) -> EigenPairs {
        let count = count.min(self.values.len());
        let scale = scale(&self.values, self.norm);
        let residuals = self.lengths[..count].iter().map(|r| r / scale).collect();
        let (values, vectors) = (self.values[..count].to_vec(), self.x.cols_range(0, count));
        EigenPairs { values, vectors, residuals, products, converged }
    }
}

/// The absolute residual at which a pair is done, given the Ritz values and the norm of H: the tolerance is met, or what is
/// left is the rounding of a product.
pub(super) fn limit(tolerance: f64, values: &[f64], norm: f64) -> f64 {
    (tolerance * scale(values, norm)).max(64.0 * f64::EPSILON * norm)
}

/// The scale of relative residuals, `max(|lambda_1|, eps |H|)`.
pub(super) fn scale(values: &[f64], norm: f64) -> f64 {
    values[0].abs().max(f64::EPSILON * norm).max(f64::MIN_POSITIVE)
}
