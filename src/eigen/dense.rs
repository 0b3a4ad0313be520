//! The dense eigendecomposition of an operator of moderate dimension.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, MatRef, Par};

use super::ritz_pairs::scale;
use super::{Counted, EigenError, EigenPairs, Request, SymmetricOperator, at_any_scale, check};
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, norm};

/// The largest dimension that [`dense`] accepts.
pub const DENSE_LIMIT: usize = 8192;
/// The relative residual of a converged pair.
const ACCURACY: f64 = 1e-8;

/// The `count` largest eigenpairs from the matrix itself, formed by p products with the columns of the
/// identity and symmetrised, `(H + H^T) / 2`.
///
/// One thread, hence the same bits every time; but the library picks its kernels by processor, so that they
/// may differ between processors, unlike those of the other solvers. Meant as an oracle. Pairs with residuals above 1e-8
/// are said not to have converged.
pub fn dense(op: &dyn SymmetricOperator, count: usize) -> Result<EigenPairs, EigenError> {
    let p = op.dim();
    check(p, &Request { count, tolerance: 1.0, max_products: p, seed: 0 })?;
    if p > DENSE_LIMIT {
        return Err(EigenError::TooLarge(p));
    }
    at_any_scale(op, |op| attempt(op, count))
}

fn attempt(op: &mut Counted, count: usize) -> Result<EigenPairs, EigenError> {
    let p = op.dim;
    let matrix = form(op)?;
    let (mut values, mut vectors) = (Vec::new(), Matrix::zeros(p, 0));
    let (all, basis) = decompose(&matrix)?;
    for j in (0..p).rev().take(count) {
        values.push(all[j]);
        vectors.push_col(basis.col(j).try_as_col_major().ok_or(EigenError::Dense)?.as_slice());
    }
    let largest = all.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let scale = scale(&values, largest);
    let residuals: Vec<f64> = (0..count)
        .map(|j| {
            let mut r = vec![0.0; p];
            (0..p).for_each(|i| axpy(vectors[(i, j)], matrix.col(i), &mut r));
            axpy(-values[j], vectors.col(j), &mut r);
            norm(&r) / scale
        })
        .collect();
    let converged = residuals.iter().all(|r| *r <= ACCURACY);
    Ok(EigenPairs { values, vectors, residuals, products: op.products, converged })
}

fn form(op: &mut Counted) -> Result<Matrix, EigenError> {
    const BLOCK: usize = 32;
    let p = op.dim;
    let mut data = Vec::with_capacity(p * p);
    for from in (0..p).step_by(BLOCK) {
        let cols = BLOCK.min(p - from);
        let block = Matrix::from_fn(p, cols, |i, j| if i == from + j { 1.0 } else { 0.0 });
        data.extend_from_slice(op.apply(&block)?.data());
    }
    let h = Matrix::from_columns(p, p, data);
    Ok(Matrix::from_fn(p, p, |i, j| 0.5 * h[(i, j)] + 0.5 * h[(j, i)]))
}

/// All eigenvalues in ascending order, and the eigenvectors; one thread, so that the bits are fixed.
fn decompose(matrix: &Matrix) -> Result<(Vec<f64>, Mat<f64>), EigenError> {
    let p = matrix.rows();
    let a = MatRef::from_column_major_slice(matrix.data(), p, p);
    let mut values = faer::diag::Diag::<f64>::zeros(p);
    let mut vectors = Mat::<f64>::zeros(p, p);
    let scratch = self_adjoint_evd_scratch::<f64>(p, ComputeEigenvectors::Yes, Par::Seq, Default::default());
    let mut memory = MemBuffer::try_new(scratch).map_err(|_| EigenError::TooLarge(p))?;
    let stack = MemStack::new(&mut memory);
    let target = Some(vectors.as_mut());
    self_adjoint_evd(a, values.as_mut(), target, Par::Seq, stack, Default::default())
        .map_err(|_| EigenError::Dense)?;
    let values = (0..p).map(|j| values[j]).collect::<Vec<f64>>();
    // The order is documented as nondecreasing; a NaN would break it.
    if values.iter().all(|v| v.is_finite()) { Ok((values, vectors)) } else { Err(EigenError::Dense) }
}
