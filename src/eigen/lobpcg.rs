//! Block LOBPCG from a warm start (Knyazev 2001), with soft locking and images carried along.

use super::basis::{Basis, random_block, scale_of};
use super::{EigenError, EigenPairs, Request, SymmetricOperator};
use crate::numeric::Matrix;
use crate::numeric::vector::norm;

/// The `count` largest eigenpairs from the subspace `start`, which may have more columns: these are guards.
///
/// Each iteration does Rayleigh-Ritz on the Ritz vectors X, the residuals R of those not yet converged, and the
/// previous directions P, and costs one product a residual; images of X and P are linear combinations of known ones.
/// The answer's residuals are computed from fresh products if the images were combined often.
pub fn lobpcg(
    operator: &dyn SymmetricOperator,
    start: &Matrix,
    request: &Request,
) -> Result<EigenPairs, EigenError> {
    let n = operator.dim();
    request.check(n)?;
    let block = start.cols().max(request.count).min(n);
    let mut basis = Basis::new(operator);
    basis.extend(start)?;
    let mut attempt = 0;
    while basis.len() < block && attempt < 10 {
        basis.extend(&random_block(n, block - basis.len(), request.seed.wrapping_add(attempt), "lobpcg"))?;
        attempt += 1;
    }
    let block = basis.len();
    loop {
        let ritz = basis.ritz();
        let size = scale_of(&ritz.values);
        let mut residuals = Matrix::zeros(n, 0);
        let mut converged = true;
        for i in 0..block {
            let r = basis.residual(&ritz, i);
            let relative = norm(&r) / size;
            // Guards help by being there; only wanted pairs get products.
            if i < request.count && !request.accepts(i, ritz.values[i], relative, size) {
                converged = false;
                residuals.push_col(&r);
            }
        }
        if converged || basis.products >= request.max_products {
            return Ok(basis.pairs(&ritz, request));
        }
        let (x, wx) = basis.rotate(&ritz, block);
        let (p, wp) = directions(&basis, &ritz, &x, &wx, block);
        let mut next = Basis::new(operator);
        next.products = basis.products;
        next.extend_known(&x, &wx)?;
        next.extend_known(&p, &wp)?;
        if next.extend(&residuals)? == 0 {
            // The residuals lie in the space already: rounding level, nothing more can be gained.
            return Ok(basis.pairs(&ritz, request));
        }
        basis = next;
    }
}

/// The directions P: what the new Ritz vectors have outside the old ones, orthonormalised against the new ones.
fn directions(
    basis: &Basis<'_>,
    ritz: &super::basis::Ritz,
    x: &Matrix,
    wx: &Matrix,
    block: usize,
) -> (Matrix, Matrix) {
    let n = x.rows();
    let (mut p, mut wp) = (Matrix::zeros(n, 0), Matrix::zeros(n, 0));
    if basis.len() == block {
        return (p, wp);
    }
    for i in 0..block {
        // Coefficients in the basis: zero on the old X, those of the new Ritz vector elsewhere.
        let mut c: Vec<f64> = (0..basis.len()).map(|j| if j < block { 0.0 } else { ritz.rotation[(j, i)] }).collect();
        let size = norm(&c);
        if size < 1e-10 {
            continue;
        }
        c.iter_mut().for_each(|c| *c /= size);
        let column = |of: &Matrix| {
            let mut sum = vec![0.0; n];
            for (j, &c) in c.iter().enumerate() {
                crate::numeric::vector::axpy(c, of.col(j), &mut sum);
            }
            sum
        };
        let (mut v, mut w) = (column(&basis.v), column(&basis.w));
        if orthonormalize_pair(&mut v, &mut w, [(x, wx), (&p, &wp)]) {
            p.push_col(&v);
            wp.push_col(&w);
        }
    }
    (p, wp)
}

/// Orthonormalises `v` against orthonormal blocks and does the same to its image `w`; false if too little is left
/// for the image to stay accurate.
fn orthonormalize_pair(v: &mut [f64], w: &mut [f64], blocks: [(&Matrix, &Matrix); 2]) -> bool {
    use crate::numeric::vector::{axpy, dot, scale};
    for _ in 0..3 {
        for (block, images) in blocks {
            for j in 0..block.cols() {
                let c = dot(block.col(j), v);
                axpy(-c, block.col(j), v);
                axpy(-c, images.col(j), w);
            }
        }
        let left = norm(v);
        if left < 1e-4 {
            return false;
        }
        scale(1.0 / left, v);
        scale(1.0 / left, w);
    }
    true
}
