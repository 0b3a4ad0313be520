//! Lanczos with full reorthogonalisation and thick restart (Wu and Simon 2000).

use super::basis::{Basis, orthonormalize, random_block, scale_of};
use super::{EigenError, EigenPairs, Request, SymmetricOperator};
use crate::numeric::Matrix;
use crate::numeric::vector::norm;

/// The `count` largest eigenpairs from a seeded random start.
///
/// The Krylov space of one vector holds one copy of a multiple eigenvalue. So converged pairs are accepted only
/// after a fresh random direction, orthogonal to the space, was followed and has changed nothing.
pub fn lanczos(operator: &dyn SymmetricOperator, request: &Request) -> Result<EigenPairs, EigenError> {
    let n = operator.dim();
    request.check(n)?;
    let largest = (2 * request.count + 30).min(n);
    let mut basis = Basis::new(operator);
    let mut randoms = 0;
    let mut random = || {
        randoms += 1;
        random_block(n, 1, request.seed.wrapping_add(randoms), "lanczos")
    };
    basis.extend(&random())?;
    let mut accepted: Option<Vec<f64>> = None;
    loop {
        let added = expand(&mut basis, largest, &mut random, request)?;
        let ritz = basis.ritz();
        let pairs = basis.pairs(&ritz, request);
        let whole_space = basis.len() == n;
        if basis.products >= request.max_products || (whole_space && added == 0) {
            return Ok(pairs);
        }
        let enough = pairs.values.len() == request.count;
        if whole_space || (enough && pairs.converged && confirmed(&accepted, &pairs, request)) {
            return Ok(pairs);
        }
        // Restart with the best half, going on from the last residual or, to confirm, from a random direction.
        let next = if enough && pairs.converged {
            accepted = Some(pairs.values.clone());
            random()
        } else {
            accepted = None;
            krylov_direction(&basis).unwrap_or_else(&mut random)
        };
        if basis.len() == largest || (enough && pairs.converged) {
            let keep = (request.count + (largest - request.count) / 2).min(basis.len().saturating_sub(1)).max(1);
            let (v, w) = basis.rotate(&ritz, keep);
            let products = basis.products;
            basis = Basis::new(operator);
            basis.products = products;
            basis.extend_known(&v, &w)?;
        }
        basis.extend(&next)?;
    }
}

/// Adds Krylov directions until the basis is full, or every few of them to look whether the pairs have converged.
fn expand(
    basis: &mut Basis<'_>,
    largest: usize,
    random: &mut impl FnMut() -> Matrix,
    request: &Request,
) -> Result<usize, EigenError> {
    let mut added = 0;
    let look_after = request.count + 5;
    while basis.len() < largest && added < look_after && basis.products < request.max_products {
        let next = krylov_direction(basis).unwrap_or_else(&mut *random);
        if basis.extend(&next)? == 0 && basis.extend(&random())? == 0 {
            break;
        }
        added += 1;
    }
    Ok(added)
}

/// The part of H v (v the last basis vector) outside the basis; none if the basis is invariant.
fn krylov_direction(basis: &Basis<'_>) -> Option<Matrix> {
    let last = basis.w.col(basis.len() - 1);
    let mut x = last.to_vec();
    (norm(&x) > 0.0 && orthonormalize(&mut x, &[&basis.v])).then(|| Matrix::from_columns(x.len(), 1, x))
}

/// True if the values were found before and a random direction has changed none of them.
fn confirmed(accepted: &Option<Vec<f64>>, pairs: &EigenPairs, request: &Request) -> bool {
    let size = scale_of(&pairs.values);
    accepted.as_ref().is_some_and(|before| {
        before.iter().zip(&pairs.values).enumerate().all(|(i, (a, b))| {
            (a - b).abs() <= request.tolerance * size || (i > 0 && a.max(*b) < request.settled_below)
        })
    })
}
