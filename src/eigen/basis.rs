//! An orthonormal basis with its image under the operator, and Rayleigh-Ritz on it.

use super::{EigenError, EigenPairs, Request, SymmetricOperator};
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot, norm, scale};
use crate::numeric::{Matrix, symmetric_eigen};

/// Orthonormal columns V, their images W = H V and the projection V' H V.
pub(super) struct Basis<'a> {
    operator: &'a dyn SymmetricOperator,
    pub v: Matrix,
    pub w: Matrix,
    projection: Matrix,
    pub products: usize,
}

/// Ritz pairs of a basis: all values and rotations, and the residuals of the first few.
pub(super) struct Ritz {
    pub values: Vec<f64>,
    pub rotation: Matrix,
}

impl<'a> Basis<'a> {
    pub fn new(operator: &'a dyn SymmetricOperator) -> Self {
        let n = operator.dim();
        Self {
            operator,
            v: Matrix::zeros(n, 0),
            w: Matrix::zeros(n, 0),
            projection: Matrix::zeros(0, 0),
            products: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.v.cols()
    }

    /// Orthonormalises `candidates` against the basis and each other, drops what is dependent, and applies the
    /// operator to the rest in one block. Returns how many were added.
    pub fn extend(&mut self, candidates: &Matrix) -> Result<usize, EigenError> {
        let mut fresh = Matrix::zeros(self.v.rows(), 0);
        for j in 0..candidates.cols() {
            let mut x = candidates.col(j).to_vec();
            if self.len() + fresh.cols() < self.v.rows() && orthonormalize(&mut x, &[&self.v, &fresh]) {
                fresh.push_col(&x);
            }
        }
        if fresh.cols() > 0 {
            let images = self.operator.apply(&fresh);
            self.products += fresh.cols();
            self.extend_known(&fresh, &images)?;
        }
        Ok(fresh.cols())
    }

    /// Adds orthonormal columns whose images are known.
    pub fn extend_known(&mut self, fresh: &Matrix, images: &Matrix) -> Result<(), EigenError> {
        if images.data().iter().any(|x| !x.is_finite()) {
            return Err(EigenError::NonFinite);
        }
        for j in 0..fresh.cols() {
            self.v.push_col(fresh.col(j));
            self.w.push_col(images.col(j));
        }
        let (old, n) = (self.projection.rows(), self.len());
        self.projection = Matrix::from_fn(n, n, |i, j| {
            let (low, high) = (i.min(j), i.max(j));
            if high < old { self.projection[(low, high)] } else { 0.0 }
        });
        for high in old..n {
            for low in 0..=high {
                let entry = dot(self.v.col(low), self.w.col(high));
                self.projection[(low, high)] = entry;
                self.projection[(high, low)] = entry;
            }
        }
        Ok(())
    }

    /// The Ritz values and rotations, descending.
    pub fn ritz(&self) -> Ritz {
        let (values, rotation) = symmetric_eigen(&self.projection);
        Ritz { values, rotation }
    }

    /// The residual `H x - theta x` of Ritz pair `i`.
    pub fn residual(&self, ritz: &Ritz, i: usize) -> Vec<f64> {
        let mut r = vec![0.0; self.v.rows()];
        for j in 0..self.len() {
            let c = ritz.rotation[(j, i)];
            axpy(c, self.w.col(j), &mut r);
            axpy(-c * ritz.values[i], self.v.col(j), &mut r);
        }
        r
    }

    /// The first `count` Ritz vectors and their images.
    pub fn rotate(&self, ritz: &Ritz, count: usize) -> (Matrix, Matrix) {
        (combine(&self.v, &ritz.rotation, count), combine(&self.w, &ritz.rotation, count))
    }

    /// The Ritz pairs asked for with true residuals.
    pub fn pairs(&self, ritz: &Ritz, request: &Request) -> EigenPairs {
        let count = request.count.min(self.len());
        let size = scale_of(&ritz.values);
        let residuals: Vec<f64> = (0..count).map(|i| norm(&self.residual(ritz, i)) / size).collect();
        EigenPairs {
            values: ritz.values[..count].to_vec(),
            vectors: combine(&self.v, &ritz.rotation, count),
            converged: (0..count).all(|i| request.accepts(i, ritz.values[i], residuals[i], size)),
            residuals,
            products: self.products,
        }
    }
}

/// The size residuals are measured against: |lambda_1|, or the smallest normal number for the zero operator.
pub(super) fn scale_of(values: &[f64]) -> f64 {
    values.first().map_or(0.0, |v| v.abs()).max(f64::MIN_POSITIVE)
}

/// The first `count` columns of `x c`.
pub(super) fn combine(x: &Matrix, c: &Matrix, count: usize) -> Matrix {
    let mut out = Matrix::zeros(x.rows(), count);
    for j in 0..count {
        for i in 0..x.cols() {
            axpy(c[(i, j)], x.col(i), out.col_mut(j));
        }
    }
    out
}

/// Orthonormalises `x` against orthonormal blocks (Gram-Schmidt, repeated while it cancels); false if nothing is left.
pub(super) fn orthonormalize(x: &mut [f64], blocks: &[&Matrix]) -> bool {
    let size = norm(x);
    if size == 0.0 || !size.is_finite() {
        return false;
    }
    scale(1.0 / size, x);
    for _ in 0..4 {
        for block in blocks {
            for j in 0..block.cols() {
                axpy(-dot(block.col(j), x), block.col(j), x);
            }
        }
        let left = norm(x);
        if left < 1e-13 {
            return false;
        }
        scale(1.0 / left, x);
        // "Twice is enough": no further pass once one cancels little (Parlett, after Kahan).
        if left > 0.7 {
            return true;
        }
    }
    true
}

/// A block of seeded random directions.
pub(super) fn random_block(dim: usize, count: usize, seed: u64, name: &str) -> Matrix {
    Matrix::from_columns(dim, count, Stream::new(seed, name).normals(dim * count))
}
