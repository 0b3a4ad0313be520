//! Thick-restart Lanczos: eigenpairs from nothing but the operator.

use super::krylov::{Goal, solve};
use super::lobpcg::Iteration;
use super::search::first_block;
use super::{Counted, EigenError, EigenPairs, Request, SymmetricOperator, at_any_scale, check};
use crate::numeric::random::Stream;

/// The `count` largest eigenpairs from a random start.
///
/// Block Lanczos with full reorthogonalisation and thick restart; on convergence the pairs are deflated and
/// random directions search for missed copies of multiple eigenvalues, until a search finds none. The
/// residuals are recomputed at the end (`count` products); in the rare case that one is above the tolerance,
/// LOBPCG iterations finish the work. The products spent on the search for copies are part of the cost, about
/// 12 to 40.
///
/// Blocks have up to four vectors; the basis has up to `max(2 count + 16, count + 28)`.
pub fn lanczos(op: &dyn SymmetricOperator, request: &Request) -> Result<EigenPairs, EigenError> {
    check(op.dim(), request)?;
    at_any_scale(op, |op| attempt(op, request))
}

fn attempt(op: &mut Counted, request: &Request) -> Result<EigenPairs, EigenError> {
    let mut random = Stream::new(request.seed, "lanczos");
    let wanted = |_: &[f64]| request.count;
    let goal = goal(&wanted, request.count, request.tolerance, request.max_products);
    let (x, norm) = solve(op, &goal, &mut random)?;
    let (x, hx) = first_block(op, &x, request.count, &mut random)?;
    let mut iteration = Iteration::from_products(x, hx, norm);
    let limit = |limit: f64, j: usize, _: &[f64], r: f64| j < request.count && r > limit;
    let converged = iteration.run(op, request.tolerance, request.max_products, &limit)?;
    let converged = converged && iteration.ritz.reached(request.tolerance, request.count);
    Ok(iteration.ritz.leading(request.count, op.products, converged))
}

/// The engine's settings for about `count` pairs.
pub(super) fn goal<'a>(
    wanted: &'a dyn Fn(&[f64]) -> usize,
    count: usize,
    tolerance: f64,
    max_products: usize,
) -> Goal<'a> {
    let basis = (2 * count + 16).max(count + 28);
    Goal { wanted, tolerance, max_products, block: count.clamp(1, 4), basis }
}
