//! Locally optimal block preconditioned conjugate gradients (without preconditioner), warm-started.
//!
//! Knyazev, SIAM J. Sci. Comput. 23 (2001), in the orthonormal formulation of Hetmaniuk and Lehoucq (J.
//! Comput. Phys. 218, 2006): the basis `S = [X W P]` is orthonormal, the Ritz vectors are `X' = S C`, and the
//! new directions are `P' = S D` with D orthonormal to C in coefficient space. All combinations have
//! orthonormal coefficients, so `H X` and `H P` follow by the same combinations with an error of a few ulps
//! of |H| an iteration, and an iteration costs one product for each residual that is not yet small (soft
//! locking).

use super::block::{
    beside, combine, finite, norms, orthonormalise, random_outside, residuals, select, symmetric_gram,
};
use super::search::{Active, limit, scale};
use super::{Counted, EigenError, EigenPairs, Request, SymmetricOperator, check_start};
use crate::numeric::random::Stream;
use crate::numeric::{Matrix, symmetric_eigen};

/// The `count` largest eigenpairs from a start block, whose further columns are guard vectors.
///
/// Guard vectors need not converge; they speed up the others, and are improved only while their relative
/// residual exceeds 1e-2. Missing or dependent columns are replaced by random ones.
pub fn lobpcg(
    op: &dyn SymmetricOperator,
    start: &Matrix,
    request: &Request,
) -> Result<EigenPairs, EigenError> {
    let mut op = Counted::new(op);
    check_start(op.dim, start, request)?;
    let mut random = Stream::new(request.seed, "lobpcg");
    let columns = start.cols().max(request.count).min(op.dim);
    let mut iteration = Iteration::start(&mut op, start, columns, 0.0, &mut random)?;
    let active = |limit: f64, j: usize, _: &[f64], r: f64| request.active(limit, j, r);
    let converged = iteration.run(&mut op, request.tolerance, request.max_products, &active)?;
    Ok(iteration.pairs(request.count, op.products, converged))
}

/// The state of the iteration: orthonormal Ritz vectors and search directions with their products.
pub(super) struct Iteration {
    pub values: Vec<f64>,
    pub x: Matrix,
    hx: Matrix,
    p: Matrix,
    hp: Matrix,
    norm: f64,
    steps: usize,
}

impl Iteration {
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
        let mut x = orthonormalise(&[], start);
        x.truncate_cols(columns);
        let more = random_outside(&x, columns - x.cols(), random);
        x = beside(&[&x, &more]);
        let hx = op.apply(&x)?;
        Ok(Self::from_products(x, hx, norm))
    }

    fn from_products(x: Matrix, hx: Matrix, norm: f64) -> Self {
        let empty = Matrix::zeros(x.rows(), 0);
        let mut this = Self { values: Vec::new(), x, hx, p: empty.clone(), hp: empty, norm, steps: 0 };
        this.rayleigh_ritz(&Matrix::zeros(this.x.rows(), 0), &Matrix::zeros(this.x.rows(), 0));
        this
    }

    /// Iterates until no pair is active (true), or the budget ends or rounding stops progress (false).
    pub fn run(
        &mut self,
        op: &mut Counted,
        tolerance: f64,
        max_products: usize,
        active: &Active,
    ) -> Result<bool, EigenError> {
        let mut best = (f64::INFINITY, 0);
        loop {
            let r = residuals(&self.x, &self.hx, &self.values);
            let lengths = norms(&r);
            let limit = self.limit(tolerance);
            let mut work: Vec<usize> =
                (0..lengths.len()).filter(|&j| active(limit, j, &self.values, lengths[j])).collect();
            let worst = work.iter().fold(0.0_f64, |m, &j| m.max(lengths[j]));
            let drifted = self.steps as f64 * 16.0 * f64::EPSILON * self.norm > 0.1 * limit;
            if work.is_empty() && !drifted {
                return Ok(true);
            }
            // Progress must come within 200 steps; long plateaus are normal for unlucky spectra.
            best = if worst < 0.9 * best.0 { (worst, 0) } else { (best.0, best.1 + 1) };
            work.truncate(max_products.saturating_sub(op.products));
            if drifted && (work.is_empty() || self.steps >= 200) {
                if op.products + self.x.cols() > max_products {
                    return Ok(false);
                }
                self.refresh(op)?;
                continue;
            }
            if work.is_empty() || best.1 > 200 {
                return Ok(false);
            }
            let w = orthonormalise(&[&self.x, &self.p], &select(&r, &work));
            if w.cols() == 0 {
                if self.p.cols() == 0 {
                    return Ok(false);
                }
                (self.p, self.hp) = (Matrix::zeros(op.dim, 0), Matrix::zeros(op.dim, 0));
                continue;
            }
            let hw = op.apply(&w)?;
            self.step(&w, &hw, limit, active);
        }
    }

    /// One Rayleigh-Ritz step on `[X W P]`; new directions for the pairs that stay active.
    fn step(&mut self, w: &Matrix, hw: &Matrix, limit: f64, active: &Active) {
        let m = self.x.cols();
        let (c, s, hs) = self.rayleigh_ritz(w, hw);
        let lengths = norms(&residuals(&self.x, &self.hx, &self.values));
        let work: Vec<usize> = (0..m).filter(|&j| active(limit, j, &self.values, lengths[j])).collect();
        let moved = Matrix::from_fn(c.rows(), work.len(), |i, j| if i < m { 0.0 } else { c[(i, work[j])] });
        let d = orthonormalise(&[&c], &moved);
        (self.p, self.hp) = (combine(&s, &d), combine(&hs, &d));
        self.steps += 1;
    }

    /// Replaces X by the Ritz vectors of `[X W P]`; returns their coefficients, the basis and its products.
    fn rayleigh_ritz(&mut self, w: &Matrix, hw: &Matrix) -> (Matrix, Matrix, Matrix) {
        let m = self.x.cols();
        let (s, hs) = (beside(&[&self.x, w, &self.p]), beside(&[&self.hx, hw, &self.hp]));
        let (values, vectors) = symmetric_eigen(&symmetric_gram(&s, &hs));
        self.norm = values.iter().fold(self.norm, |n, v| n.max(v.abs()));
        let c = vectors.cols_range(0, m);
        (self.x, self.hx) = (combine(&s, &c), combine(&hs, &c));
        self.values = values[..m].to_vec();
        (c, s, hs)
    }

    /// Recomputes the products, so that no error of the combinations survives.
    fn refresh(&mut self, op: &mut Counted) -> Result<(), EigenError> {
        let x = orthonormalise(&[], &self.x);
        let hx = op.apply(&x)?;
        *self = Self::from_products(x, hx, self.norm);
        Ok(())
    }

    /// The scale of relative residuals: `max(|lambda_1|, 1e-4 |H|)`.
    pub fn scale(&self) -> f64 {
        scale(&self.values, self.norm)
    }

    fn limit(&self, tolerance: f64) -> f64 {
        limit(tolerance, &self.values, self.norm)
    }

    /// The absolute residual vectors.
    pub fn residuals(&self) -> Matrix {
        residuals(&self.x, &self.hx, &self.values)
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
