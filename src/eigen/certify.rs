//! Judges eigenpairs from outside: shares no code with the solvers.

use super::{EigenError, EigenPairs, SymmetricOperator};
use crate::numeric::random::Stream;
use crate::numeric::{Matrix, symmetric_eigen};

/// What an independent look at eigenpairs found.
#[derive(Debug, Clone, PartialEq)]
pub struct EigenCertificate {
    /// The largest `|H u - lambda u| / |lambda_1|`.
    pub residual: f64,
    /// The largest entry of `|U'U - I|`.
    pub orthogonality: f64,
    /// An eigenvalue above the lowest reported one that is missing among them.
    pub missed: Option<f64>,
}

/// Recomputes residuals and orthonormality, and searches the complement of the reported vectors by `steps` steps of
/// Lanczos for an eigenvalue above the lowest reported one by more than the residual allows.
pub fn certify(
    operator: &dyn SymmetricOperator,
    pairs: &EigenPairs,
    steps: usize,
    seed: u64,
) -> Result<EigenCertificate, EigenError> {
    let images = operator.apply(&pairs.vectors);
    if images.data().iter().any(|x| !x.is_finite()) {
        return Err(EigenError::NonFinite);
    }
    let size = pairs.values.first().map_or(0.0, |x| x.abs()).max(f64::MIN_POSITIVE);
    let k = pairs.vectors.cols();
    let (mut residual, mut orthogonality) = (0.0_f64, 0.0_f64);
    for j in 0..k {
        let u = pairs.vectors.col(j);
        let square: f64 = images.col(j).iter().zip(u).map(|(h, u)| (h - pairs.values[j] * u).powi(2)).sum();
        residual = residual.max(square.sqrt() / size);
        for i in 0..=j {
            let product = inner(pairs.vectors.col(i), u);
            orthogonality = orthogonality.max((product - if i == j { 1.0 } else { 0.0 }).abs());
        }
    }
    let lowest = pairs.values.last().copied().unwrap_or(f64::NEG_INFINITY);
    let highest = highest_outside(operator, &pairs.vectors, steps, seed);
    let margin = (residual + 1e-12) * size * (k as f64).sqrt();
    Ok(EigenCertificate { residual, orthogonality, missed: highest.filter(|&value| value > lowest + margin) })
}

/// The largest Ritz value of `(I - U U') H (I - U U')` on a Krylov space of a random vector, a lower bound of the
/// largest eigenvalue outside the span of U.
fn highest_outside(operator: &dyn SymmetricOperator, u: &Matrix, steps: usize, seed: u64) -> Option<f64> {
    let n = operator.dim();
    let steps = steps.min(n.saturating_sub(u.cols()));
    let mut v = Matrix::zeros(n, 0);
    let mut next = Stream::new(seed, "certificate").normals(n);
    let mut tridiagonal = Matrix::zeros(steps, steps);
    for step in 0..steps {
        for _ in 0..2 {
            remove(u, &mut next);
            remove(&v, &mut next);
        }
        let size = inner(&next, &next).sqrt();
        if size < 1e-12 {
            break;
        }
        next.iter_mut().for_each(|x| *x /= size);
        v.push_col(&next);
        next = operator.apply(&v.cols_range(step, step + 1)).data().to_vec();
        for i in 0..=step {
            let entry = inner(v.col(i), &next);
            tridiagonal[(i, step)] = entry;
            tridiagonal[(step, i)] = entry;
        }
    }
    let found = v.cols();
    let projection = Matrix::from_fn(found, found, |i, j| tridiagonal[(i, j)]);
    symmetric_eigen(&projection).0.first().copied()
}

fn inner(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

fn remove(block: &Matrix, x: &mut [f64]) {
    for j in 0..block.cols() {
        let c = inner(block.col(j), x);
        x.iter_mut().zip(block.col(j)).for_each(|(x, b)| *x -= c * b);
    }
}
