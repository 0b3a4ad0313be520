//! Chebyshev-filtered subspace iteration.

use super::block::{accumulate, gram, orthonormalise, random, select};
use super::krylov::krylov_space;
use super::progress::Progress;
use super::search::Search;
use super::{Counted, EigenError, EigenPairs, Request, SymmetricOperator, at_any_scale, check_start};
use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, scale};

/// The `count` largest eigenpairs from a start block, whose further columns are guard vectors (see [`super::lobpcg`]).
///
/// Zhou, Saad, Tiago, Chelikowsky: Self-consistent-field calculations using Chebyshev-filtered subspace iteration (J.
/// Comput. Phys. 219, 2006). The unwanted interval reaches from a lower bound of the spectrum (a few Lanczos steps) to
/// the smallest Ritz value; vectors that have not converged are multiplied by the Chebyshev polynomial of this
/// interval, of the degree that the worst of them needs to converge, at most 60. The Ritz pairs are those of the
/// vectors before and after together, which costs no product and keeps converged pairs (soft locking).
///
/// Of a multiple eigenvalue that the block does not hold, Ritz vectors are told from each other by values that differ by the square of
/// their residuals: below the root of rounding they may not converge, which is said.
pub fn chebyshev(
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
    let mut random = Stream::new(request.seed, "chebyshev");
    let mut search = Search::start(op, start, columns, 0.0, &mut random)?;
    let mut lowest = None;
    let mut progress = Progress::default();
    loop {
        let lengths = &search.ritz.lengths;
        let limit = search.ritz.limit(request.tolerance);
        let work: Vec<usize> = (0..columns).filter(|&j| request.active(limit, j, lengths[j])).collect();
        if work.first().is_none_or(|&j| j >= request.count) {
            let converged = search.ritz.reached(request.tolerance, request.count);
            return Ok(search.ritz.leading(request.count, op.products, converged));
        }
        let worst = lengths[..request.count].iter().fold(0.0_f64, |m, r| m.max(*r));
        if progress.ended(worst) {
            return Ok(search.ritz.leading(request.count, op.products, false));
        }
        let below = match lowest {
            Some(below) => below,
            None => {
                let steps = BOUND_STEPS.min(request.max_products.saturating_sub(op.products + 1));
                *lowest.insert(lower_bound(op, steps, &mut random)?)
            }
        };
        // The last product of each vector is that of the Rayleigh-Ritz step.
        let most = (request.max_products.saturating_sub(op.products) / work.len()).saturating_sub(1);
        if most == 0 {
            return Ok(search.ritz.leading(request.count, op.products, false));
        }
        // A little below the smallest Ritz value, which may be one of a cluster that the block does not exhaust.
        let above = search.ritz.values[columns - 1] - MARGIN * search.ritz.extent();
        let unwanted = Interval::new(below.min(search.lowest()), above);
        let wanted: Vec<(f64, f64)> =
            work.iter().map(|&j| (search.ritz.values[j], lengths[j] / limit)).collect();
        let top = search.ritz.values[0];
        let degree = unwanted.degree(top, &wanted).min(most);
        let mut filtered = unwanted.filter(op, select(&search.ritz.x, &work), top, degree)?;
        // Near convergence a filtered vector differs from the one before by hardly more than the floor of
        // `orthonormalise`.
        let inside = gram(&search.ritz.x, &filtered);
        accumulate(&mut filtered, -1.0, &search.ritz.x, &inside);
        search.restart(columns, 0);
        if search.expand(op, &filtered)? == 0 {
            return Ok(search.ritz.leading(request.count, op.products, false));
        }
    }
}

/// The distance of the unwanted interval from the smallest Ritz value, relative to the largest.
const MARGIN: f64 = 1e-3;
/// Lanczos steps for the lower bound of the spectrum.
const BOUND_STEPS: usize = 8;

/// The smallest Ritz value less its residual: a bound in practice (Zhou, Saad, Tiago, Chelikowsky, section 3.2).
fn lower_bound(op: &mut Counted, steps: usize, stream: &mut Stream) -> Result<f64, EigenError> {
    let start = orthonormalise(&[], &random(op.dim, 1, stream));
    let (v, hv) = krylov_space(op, start, steps, &|_, _| false)?;
    let last = v.cols();
    let space = Search::from_products(v, hv, last, 0.0);
    Ok(space.ritz.values[last - 1] - space.ritz.lengths[last - 1])
}

/// The unwanted part of the spectrum.
struct Interval {
    middle: f64,
    radius: f64,
}

impl Interval {
    fn new(from: f64, to: f64) -> Self {
        let radius = 0.5 * (to - from);
        Self {
            middle: from + radius,
            radius: radius.max(1e-8 * from.abs().max(to.abs())).max(f64::MIN_POSITIVE),
        }
    }

    /// The degree that reduces the share of the interval in every eigenvector by its factor, given (value, factor) for
    /// descending values: `T_m(x) = cosh(m arcosh x)`. It is bounded so that none drowns in that of `top`.
    fn degree(&self, top: f64, wanted: &[(f64, f64)]) -> usize {
        const MOST: f64 = 60.0;
        const DROWNED: f64 = 1e9;
        let rate = |value: f64| libm::acosh(((value - self.middle) / self.radius).max(1.0));
        let needed = |&(value, factor): &(f64, f64)| libm::log(2.0 * factor) / rate(value);
        let spread = rate(top) - wanted.last().map_or(0.0, |last| rate(last.0));
        let bound = (libm::log(DROWNED) / spread).min(MOST);
        libm::ceil(wanted.iter().map(needed).fold(1.0, f64::max).min(bound).max(1.0)) as usize
    }

    /// `T_m((H - middle) / radius) x`, scaled to stay bounded at `top`: `m` products a vector.
    ///
    /// The recurrence `T_(i+1)(z) = 2 z T_i(z) - T_(i-1)(z)` for `y_i = T_i(z) x / T_i(z_top)`, where
    /// `sigma_i = T_(i-1)(z_top) / T_i(z_top)`.
    fn filter(&self, op: &mut Counted, x: Matrix, top: f64, m: usize) -> Result<Matrix, EigenError> {
        let first = self.radius / (top - self.middle).max(self.radius);
        let mut sigma = first;
        let mut y = self.shifted(op, &x, sigma)?;
        let mut before = x;
        for _ in 1..m {
            let next = 1.0 / (2.0 / first - sigma);
            let mut z = self.shifted(op, &y, 2.0 * next)?;
            axpy(-sigma * next, before.data(), z.data_mut());
            (before, y, sigma) = (y, z, next);
        }
        Ok(y)
    }

    /// `factor (H - middle) x / radius`.
    fn shifted(&self, op: &mut Counted, x: &Matrix, factor: f64) -> Result<Matrix, EigenError> {
        let mut y = op.apply(x)?;
        axpy(-self.middle, x.data(), y.data_mut());
        scale(factor / self.radius, y.data_mut());
        Ok(y)
    }
}
