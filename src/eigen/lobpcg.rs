//! Locally optimal block preconditioned conjugate gradients (without preconditioner), warm-started.
//!
//! Knyazev, SIAM J. Sci. Comput. 23 (2001), in the orthonormal formulation of Hetmaniuk and Lehoucq (J.
//! Comput. Phys. 218, 2006): the basis `S = [X W P]` is orthonormal, the Ritz vectors are `X' = S C`, and the
//! new directions are `P' = S D` with D orthonormal to C in coefficient space. All combinations have
//! orthonormal coefficients, so `H X` and `H P` follow by the same combinations with an error of a few ulps
//! of |H| an iteration, and an iteration costs one product for each residual that is not yet small (soft
//! locking).

use super::block::{beside, combine, orthonormalise, select, symmetric_gram};
use super::progress::Progress;
use super::ritz_pairs::{Active, RitzPairs};
use super::search::first_block;
use super::{Counted, EigenError, EigenPairs, Request, SymmetricOperator, at_any_scale, check_start};
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
    let columns = check_start(op.dim(), start, request)?;
    at_any_scale(op, |op| attempt(op, start, columns, request))
}

fn attempt(
    op: &mut Counted,
    start: &Matrix,
    columns: usize,
    request: &Request,
) -> Result<EigenPairs, EigenError> {
    let (x, hx) = first_block(op, start, columns, &mut Stream::new(request.seed, "lobpcg"))?;
    let mut iteration = Iteration::from_products(x, hx, 0.0);
    let active = |limit: f64, j: usize, _: &[f64], r: f64| request.active(limit, j, r);
    let converged = iteration.run(op, request.tolerance, request.max_products, &active)?;
    let converged = converged && iteration.ritz.reached(request.tolerance, request.count);
    Ok(iteration.ritz.leading(request.count, op.products, converged))
}

/// The state of the iteration: orthonormal Ritz vectors and search directions with their products.
pub(super) struct Iteration {
    pub ritz: RitzPairs,
    p: Matrix,
    hp: Matrix,
    steps: usize,
}

impl Iteration {
    /// The Ritz pairs in the span of the orthonormal `x`, given `hx = H x`.
    pub fn from_products(x: Matrix, hx: Matrix, norm: f64) -> Self {
        let empty = Matrix::zeros(x.rows(), 0);
        let ritz =
            RitzPairs { values: Vec::new(), x, hx, residuals: empty.clone(), lengths: Vec::new(), norm };
        let mut this = Self { ritz, p: empty.clone(), hp: empty.clone(), steps: 0 };
        this.rayleigh_ritz(&empty, &empty);
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
        let mut progress = Progress::default();
        loop {
            let limit = self.ritz.limit(tolerance);
            let mut work = self.ritz.active(limit, active);
            let worst = self.ritz.worst(&work);
            let drifted = self.steps as f64 * 16.0 * f64::EPSILON * self.ritz.norm > 0.1 * limit;
            if work.is_empty() && !drifted {
                return Ok(true);
            }
            let stuck = progress.ended(worst);
            work.truncate(max_products.saturating_sub(op.products));
            if drifted && (work.is_empty() || self.steps >= 200) {
                if op.products + self.ritz.x.cols() > max_products {
                    return Ok(false);
                }
                self.refresh(op)?;
                continue;
            }
            if work.is_empty() || stuck {
                return Ok(false);
            }
            let w = orthonormalise(&[&self.ritz.x, &self.p], &select(&self.ritz.residuals, &work));
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
        let m = self.ritz.x.cols();
        let (c, s, hs) = self.rayleigh_ritz(w, hw);
        let work = self.ritz.active(limit, active);
        let moved = Matrix::from_fn(c.rows(), work.len(), |i, j| if i < m { 0.0 } else { c[(i, work[j])] });
        let d = orthonormalise(&[&c], &moved);
        (self.p, self.hp) = (combine(&s, &d), combine(&hs, &d));
        self.steps += 1;
    }

    /// Replaces X by the Ritz vectors of `[X W P]`; returns their coefficients, the basis and its products.
    fn rayleigh_ritz(&mut self, w: &Matrix, hw: &Matrix) -> (Matrix, Matrix, Matrix) {
        let RitzPairs { x, hx, norm, .. } = &self.ritz;
        let m = x.cols();
        let (s, hs) = (beside(&[x, w, &self.p]), beside(&[hx, hw, &self.hp]));
        let (values, vectors) = symmetric_eigen(&symmetric_gram(&s, &hs));
        let norm = values.iter().fold(*norm, |n, v| n.max(v.abs()));
        let c = vectors.cols_range(0, m);
        let (x, hx) = (combine(&s, &c), combine(&hs, &c));
        self.ritz = RitzPairs::new(values[..m].to_vec(), x, hx, norm);
        (c, s, hs)
    }

    /// Recomputes the products, so that no error of the combinations survives.
    fn refresh(&mut self, op: &mut Counted) -> Result<(), EigenError> {
        let x = orthonormalise(&[], &self.ritz.x);
        let hx = op.apply(&x)?;
        *self = Self::from_products(x, hx, self.ritz.norm);
        Ok(())
    }
}
