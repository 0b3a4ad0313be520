//! The generalised Davidson method with +k restarting, without preconditioner.

use super::block::select;
use super::progress::Progress;
use super::search::Search;
use super::{Counted, EigenError, EigenPairs, Request, SymmetricOperator, at_any_scale, check_start};
use crate::numeric::Matrix;
use crate::numeric::random::Stream;

/// The `count` largest eigenpairs from a start block, whose further columns are guard vectors (see [`super::lobpcg`]).
///
/// GD+k with a block of one (Stathopoulos, Saad: Restarting techniques for the (Jacobi-)Davidson symmetric eigenvalue
/// methods, ETNA 7, 1998): the space grows by the residual of the first pair that has not converged; when it is full,
/// the leading Ritz vectors and that pair's previous direction are kept. Converged pairs stay in the space (soft
/// locking).
pub fn davidson(
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
    let mut random = Stream::new(request.seed, "davidson");
    let mut search = Search::start(op, start, columns, 0.0, &mut random)?;
    let mut progress = vec![Progress::default(); columns];
    loop {
        let lengths = &search.ritz.lengths;
        let limit = search.ritz.limit(request.tolerance);
        let Some(target) = (0..columns).find(|&j| request.active(limit, j, lengths[j])) else {
            let converged = search.ritz.reached(request.tolerance, request.count);
            return Ok(search.ritz.leading(request.count, op.products, converged));
        };
        let stuck = progress[target].ended(lengths[target]);
        search.make_room(1, target + 1);
        if op.products >= request.max_products
            || stuck
            || search.expand(op, &select(&search.ritz.residuals, &[target]))? == 0
        {
            return Ok(search.ritz.leading(request.count, op.products, false));
        }
    }
}
