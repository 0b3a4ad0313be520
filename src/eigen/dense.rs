//! All eigenpairs from the dense matrix: the oracle for small problems.

use faer::{Par, Side};

use super::{EigenError, EigenPairs, SymmetricOperator};
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, norm};

/// Forms the matrix by `n` products and takes its `count` largest eigenpairs.
///
/// Not for anything whose bits matter: faer's bits depend on the processor.
pub fn dense(operator: &dyn SymmetricOperator, count: usize) -> Result<EigenPairs, EigenError> {
    let n = operator.dim();
    if count == 0 || count > n {
        return Err(EigenError::Count { count, dim: n });
    }
    let image = operator.apply(&Matrix::identity(n));
    if image.data().iter().any(|x| !x.is_finite()) {
        return Err(EigenError::NonFinite);
    }
    let symmetric = faer::Mat::from_fn(n, n, |i, j| 0.5 * (image[(i, j)] + image[(j, i)]));
    faer::set_global_parallelism(Par::Seq);
    let decomposition = symmetric.self_adjoint_eigen(Side::Lower).map_err(|_| EigenError::Dense)?;
    let values: Vec<f64> = (0..count).map(|j| decomposition.S()[n - 1 - j]).collect();
    let vectors = Matrix::from_fn(n, count, |i, j| decomposition.U()[(i, n - 1 - j)]);
    let images = operator.apply(&vectors);
    let size = super::basis::scale_of(&values);
    let residuals = (0..count)
        .map(|j| {
            let mut r = images.col(j).to_vec();
            axpy(-values[j], vectors.col(j), &mut r);
            norm(&r) / size
        })
        .collect();
    Ok(EigenPairs { values, vectors, residuals, products: n + count, converged: true })
}
