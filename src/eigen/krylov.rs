//! Thick-restart block Lanczos with full reorthogonalisation: the engine of `lanczos` and of the tracker's
//! start.
//!
//! Invariant after a step: `H V = V T + Q S E^T`, where V is an orthonormal basis, `T = V^T H V`, Q is the
//! next orthonormal block and E selects the last block of V. The residual of a Ritz pair (theta, V y) is `|S
//! E^T y|`. A restart keeps the best Ritz vectors (Wu, Simon: Thick-restart Lanczos method for large
//! symmetric eigenvalue problems, SIAM J. Matrix Anal. Appl. 22, 2000).

use super::block::{accumulate, append, combine, gram, gram_schmidt, norms, random_outside};
use super::ritz_pairs::scale;
use super::{Counted, EigenError};
use crate::numeric::random::Stream;
use crate::numeric::{Matrix, symmetric_eigen};

/// What to compute.
pub(super) struct Goal<'a> {
    /// The number of pairs wanted, given the Ritz values so far (descending).
    pub wanted: &'a dyn Fn(&[f64]) -> usize,
    /// The relative tolerance of the residuals.
    pub tolerance: f64,
    /// The budget of products.
    pub max_products: usize,
    /// The vectors of a block.
    pub block: usize,
    /// The largest basis.
    pub basis: usize,
}

/// Ritz vectors of the largest Ritz values, as many as the goal wants (fewer if the budget ended early), and
/// the largest Ritz value in magnitude.
pub(super) fn solve(op: &mut Counted, goal: &Goal, random: &mut Stream) -> Result<(Matrix, f64), EigenError> {
    let mut space = Space::new(random_outside(&Matrix::zeros(op.dim, 0), goal.block, random));
    // A small space is exhausted rather than restarted.
    let largest = if op.dim <= 2 * goal.basis { op.dim } else { goal.basis };
    let mut check: Option<Check> = None;
    let mut best = (f64::INFINITY, 0);
    loop {
        space.expand(op)?;
        let ritz = space.ritz();
        let wanted = (goal.wanted)(&ritz.values).clamp(1, op.dim);
        // A quarter, since a restart with random directions forgets residuals of this size.
        let limit =
            (0.25 * goal.tolerance * scale(&ritz.values, space.norm)).max(16.0 * f64::EPSILON * space.norm);
        let full = space.v.cols() >= op.dim;
        // An operator that is not symmetric, or noisy beyond the tolerance, would never end.
        let worst = ritz.residuals.iter().take(wanted).fold(0.0_f64, |m, r| m.max(*r));
        best = if worst < 0.9 * best.0 || check.is_some() { (worst, 0) } else { (best.0, best.1 + 1) };
        let converged = wanted <= ritz.values.len() && ritz.residuals[..wanted].iter().all(|&r| r <= limit);
        let spent = op.products + goal.block + wanted > goal.max_products || best.1 > STAGNANT;
        let passed = converged && check.as_ref().is_some_and(|c| c.passed(&ritz, wanted, limit, op.products));
        if full || spent || passed {
            return Ok((combine(&space.v, &ritz.leading(wanted)), space.norm));
        }
        if check.as_ref().is_some_and(|c| c.failed(&ritz, wanted, limit)) {
            check = None;
        }
        if converged && check.is_none() {
            check = Some(Check { values: ritz.values[..wanted].to_vec(), started: op.products });
            space.restart(&ritz, wanted);
            space.next = Matrix::zeros(op.dim, 0);
        } else if space.v.cols() + space.next.cols() > largest {
            let keep =
                (wanted + (largest - wanted.min(largest)) / 3).min(largest.saturating_sub(goal.block)).max(1);
            space.restart(&ritz, keep);
        }
        if space.next.cols() == 0 {
            space.next = random_outside(&space.v, goal.block, random);
        }
    }
}

/// An orthonormal basis of the Krylov space of the orthonormal `start`, and its products: as soon as the Ritz pairs are
/// good enough, given also the largest norm of a product; or after about `most` products.
pub(super) fn krylov_space(
    op: &mut Counted,
    start: Matrix,
    most: usize,
    enough: &dyn Fn(&Ritz, f64) -> bool,
) -> Result<(Matrix, Matrix), EigenError> {
    let mut space = Space::new(start);
    let begin = op.products;
    loop {
        space.expand(op)?;
        let ritz = space.ritz();
        let spent = op.products - begin + space.next.cols() > most;
        if space.next.cols() == 0 || spent || enough(&ritz, space.norm) {
            return Ok(space.with_products());
        }
    }
}

/// Steps without progress after which the iteration gives up.
const STAGNANT: usize = 1000;

/// A search for missed copies: converged pairs are kept, the rest is forgotten, and random directions enter.
///
/// A Krylov space of block size b holds at most b vectors of one eigenspace, so convergence alone proves
/// little about multiplicities.
struct Check {
    values: Vec<f64>,
    started: usize,
}

impl Check {
    fn passed(&self, ritz: &Ritz, wanted: usize, limit: f64, products: usize) -> bool {
        const FEWEST: usize = 12;
        let spent = products - self.started;
        if self.failed(ritz, wanted, limit) {
            return false;
        }
        let below = ritz.values.get(wanted).zip(ritz.residuals.get(wanted));
        let last = self.values.last().copied().unwrap_or(f64::NEG_INFINITY);
        let decided = below.is_some_and(|(theta, r)| theta + r <= last + limit);
        let invariant = ritz.residuals.iter().all(|&r| r == 0.0);
        decided && (spent >= FEWEST || invariant) || spent >= FEWEST.max(self.started.min(80) / 2)
    }

    fn failed(&self, ritz: &Ritz, wanted: usize, limit: f64) -> bool {
        wanted != self.values.len()
            || ritz.values.iter().zip(&self.values).any(|(new, old)| *new > old + 4.0 * limit)
    }
}

/// The Ritz pairs of a space, descending.
pub(super) struct Ritz {
    pub values: Vec<f64>,
    /// The coefficients of the Ritz vectors.
    vectors: Matrix,
    /// The absolute residuals.
    pub residuals: Vec<f64>,
}

impl Ritz {
    fn leading(&self, count: usize) -> Matrix {
        self.vectors.cols_range(0, count.min(self.vectors.cols()))
    }
}

struct Space {
    v: Matrix,
    t: Matrix,
    next: Matrix,
    coupling: Matrix,
    last: usize,
    norm: f64,
}

impl Space {
    fn new(next: Matrix) -> Self {
        let v = Matrix::zeros(next.rows(), 0);
        Self { v, t: Matrix::zeros(0, 0), next, coupling: Matrix::zeros(0, 0), last: 0, norm: 0.0 }
    }

    /// The basis and its products `H V = V T + Q S E^T`.
    fn with_products(self) -> (Matrix, Matrix) {
        let (n, last) = (self.v.cols(), self.last);
        let mut hv = combine(&self.v, &self.t);
        let tail = Matrix::from_fn(self.next.cols(), n, |i, j| {
            if j + last < n { 0.0 } else { self.coupling[(i, j + last - n)] }
        });
        accumulate(&mut hv, 1.0, &self.next, &tail);
        (self.v, hv)
    }

    /// Appends the next block to the basis, at the price of its products.
    fn expand(&mut self, op: &mut Counted) -> Result<(), EigenError> {
        let mut w = op.apply(&self.next)?;
        self.norm = norms(&w).into_iter().fold(self.norm, f64::max);
        let old = self.v.cols();
        self.last = self.next.cols();
        append(&mut self.v, &self.next);
        let c = gram(&self.v, &w);
        let t = &self.t;
        self.t = Matrix::from_fn(old + self.last, old + self.last, |i, j| match (i < old, j < old) {
            (true, true) => t[(i, j)],
            (true, false) => c[(i, j - old)],
            (false, true) => c[(j, i - old)],
            (false, false) => 0.5 * (c[(i, j - old)] + c[(j, i - old)]),
        });
        accumulate(&mut w, -1.0, &self.v, &c);
        self.next = gram_schmidt(&self.v, &w, 8.0 * f64::EPSILON * self.norm);
        self.next.truncate_cols(op.dim - self.v.cols().min(op.dim));
        self.coupling = gram(&self.next, &w);
        Ok(())
    }

    fn ritz(&self) -> Ritz {
        let (values, vectors) = symmetric_eigen(&self.t);
        let n = values.len();
        let tail = Matrix::from_fn(self.last, n, |i, j| vectors[(n - self.last + i, j)]);
        let residuals = norms(&combine(&self.coupling, &tail));
        Ritz { values, vectors, residuals }
    }

    fn restart(&mut self, ritz: &Ritz, keep: usize) {
        let keep = keep.min(ritz.values.len());
        self.v = combine(&self.v, &ritz.leading(keep));
        self.t = Matrix::from_fn(keep, keep, |i, j| if i == j { ritz.values[i] } else { 0.0 });
    }
}

/// The largest Ritz value of `H` restricted to the complement of the orthonormal `x`, its Ritz vector, and
/// the smallest Ritz value, after at most `steps` Lanczos steps from `start`; none if the complement is
/// empty.
pub(super) fn deflated_top(
    op: &mut Counted,
    x: &Matrix,
    start: &Matrix,
    steps: usize,
) -> Result<Option<(f64, Matrix, f64)>, EigenError> {
    let mut next = gram_schmidt(x, start, 1e-9);
    let (mut v, mut hv) = (x.clone(), Matrix::zeros(op.dim, 0));
    let k = x.cols();
    for _ in 0..steps {
        if next.cols() == 0 {
            break;
        }
        let w = op.apply(&next)?;
        let size = norms(&w).into_iter().fold(0.0, f64::max);
        append(&mut v, &next);
        append(&mut hv, &w);
        next = gram_schmidt(&v, &w, 1e-12 * size);
    }
    if v.cols() == k {
        return Ok(None);
    }
    let q = v.cols_range(k, v.cols());
    let t = gram(&q, &hv);
    let (values, vectors) = symmetric_eigen(&t);
    Ok(Some((values[0], combine(&q, &vectors.cols_range(0, 1)), values[values.len() - 1])))
}
