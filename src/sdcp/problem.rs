//! The data of a semidefinite complementarity problem, checked once.

use super::dense;
use super::packing::{packed_len, pairs, weight};
use super::residual::residual;
use crate::numeric::Matrix;
use crate::numeric::cholesky::cholesky;

/// Why a problem is refused or not solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SdcpError {
    /// The matrices do not fit together.
    #[error("{name} is {rows} x {cols}, expected {expected} x {expected}")]
    Shape {
        /// Which matrix.
        name: &'static str,
        /// Its number of rows.
        rows: usize,
        /// Its number of columns.
        cols: usize,
        /// The order it should have.
        expected: usize,
    },
    /// An entry is NaN or infinite.
    #[error("{0} has an entry that is not finite")]
    NotFinite(&'static str),
    /// A matrix is not symmetric beyond rounding.
    #[error("{0} is not symmetric")]
    NotSymmetric(&'static str),
    /// The operator B has a negative eigenvalue beyond rounding.
    #[error("the operator B is not positive semidefinite")]
    Indefinite,
    /// Some X >= 0 has `B[X] = 0` and `<A, X> < 0`: no solution exists.
    #[error("no solution: the objective is unbounded below along a direction with B[D] = 0")]
    Unbounded,
    /// The solution, or a scale of the problem, is outside the range of f64.
    #[error("the scales of A and B put the solution outside the range of f64")]
    Range,
    /// A point met the tolerance, but only because it is so large along small eigenvalues of B.
    #[error("B is too close to singular: the terms of B[X] are {cancellation:e} times larger than their sum")]
    IllConditioned {
        /// See `Certificate::cancellation`.
        cancellation: f64,
    },
    /// No point met the tolerance.
    #[error(
        "not solved in {iterations} iterations: violations {primal:e} primal, {dual:e} dual, {complementarity:e} complementarity"
    )]
    NotConverged {
        /// Interior-point iterations made.
        iterations: usize,
        /// Best relative primal violation.
        primal: f64,
        /// Its relative dual violation.
        dual: f64,
        /// Its relative complementarity.
        complementarity: f64,
    },
}

/// Find X >= 0 with `R = A + B[X] >= 0` and `<X, R> = 0`.
#[derive(Debug, Clone)]
pub struct Problem {
    a: Matrix,
    b: Matrix,
}

impl Problem {
    /// The problem of a symmetric k x k matrix A and a positive semidefinite operator B in the isometric packing
    /// (m x m, m = k (k + 1) / 2; see [`pack`](super::pack)).
    ///
    /// Asymmetry up to 1e-10 of the largest entry is taken for rounding and averaged away.
    ///
    /// # Errors
    /// If a shape is wrong, an entry not finite, a matrix not symmetric or B not positive semidefinite.
    pub fn new(a: Matrix, b: Matrix) -> Result<Self, SdcpError> {
        let k = a.rows();
        let a = symmetric(a, "A", k)?;
        let b = symmetric(b, "B", packed_len(k))?;
        if !is_semidefinite(&b) {
            return Err(SdcpError::Indefinite);
        }
        Ok(Self { a, b })
    }

    /// The problem whose operator is `scale` times the Gram matrix of tensors `D_ij`:
    /// `gram[(ij), (kl)] = <D_ij, D_kl>` over the pairs i <= j in the order of [`pairs`], without weights.
    ///
    /// `B[X]_ij = scale sum_kl <D_ij, D_kl> X_kl`, i.e. `scale S gram S` packed, with S = sqrt 2 on the
    /// off-diagonal pairs.
    ///
    /// # Errors
    /// As [`Problem::new`].
    pub fn from_gram(a: Matrix, gram: &Matrix, scale: f64) -> Result<Self, SdcpError> {
        let weights: Vec<f64> = pairs(a.rows()).map(weight).collect();
        let m = weights.len();
        check_shape(gram, "the Gram matrix", m)?;
        // The product of two weights is formed first, so that it is 2 to a rounding and symmetric.
        let b = Matrix::from_fn(m, m, |p, q| scale * (weights[p] * weights[q]) * gram[(p, q)]);
        Self::new(a, b)
    }

    /// The order k of A.
    pub fn order(&self) -> usize {
        self.a.rows()
    }

    /// The symmetric matrix A.
    pub fn a(&self) -> &Matrix {
        &self.a
    }

    /// The operator B in the isometric packing.
    pub fn b(&self) -> &Matrix {
        &self.b
    }

    /// `R = A + B[X]` of a symmetric k x k matrix X.
    ///
    /// # Panics
    /// If X is not k x k: a bug of the caller.
    pub fn residual(&self, x: &Matrix) -> Matrix {
        residual(&self.a, &self.b, x)
    }
}

fn check_shape(matrix: &Matrix, name: &'static str, expected: usize) -> Result<(), SdcpError> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    if rows == expected && cols == expected {
        return Ok(());
    }
    Err(SdcpError::Shape { name, rows, cols, expected })
}

fn symmetric(mut matrix: Matrix, name: &'static str, order: usize) -> Result<Matrix, SdcpError> {
    check_shape(&matrix, name, order)?;
    if matrix.data().iter().any(|entry| !entry.is_finite()) {
        return Err(SdcpError::NotFinite(name));
    }
    let largest = dense::largest(&matrix);
    for (i, j) in pairs(order) {
        let (upper, lower) = (matrix[(i, j)], matrix[(j, i)]);
        if (upper * 0.5 - lower * 0.5).abs() > 0.5e-10 * largest {
            return Err(SdcpError::NotSymmetric(name));
        }
        if upper != lower {
            let mean = upper * 0.5 + lower * 0.5;
            matrix[(i, j)] = mean;
            matrix[(j, i)] = mean;
        }
    }
    Ok(matrix)
}

/// True if `B / max |b_ij| + 1e-10 I` has a Cholesky factor.
fn is_semidefinite(b: &Matrix) -> bool {
    let largest = dense::largest(b);
    if largest == 0.0 {
        return true;
    }
    let mut shifted = b.clone();
    shifted.data_mut().iter_mut().for_each(|entry| *entry /= largest);
    for p in 0..b.rows() {
        shifted[(p, p)] += 1e-10;
    }
    cholesky(&mut shifted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_data_is_refused() {
        let one = || Matrix::identity(1);
        assert!(matches!(Problem::new(Matrix::zeros(1, 2), one()), Err(SdcpError::Shape { .. })));
        assert!(matches!(Problem::new(Matrix::zeros(2, 2), one()), Err(SdcpError::Shape { .. })));
        assert!(matches!(Problem::from_gram(Matrix::zeros(2, 2), &one(), 1.0), Err(SdcpError::Shape { .. })));
        let nan = Matrix::from_fn(1, 1, |_, _| f64::NAN);
        assert_eq!(Problem::new(nan.clone(), one()).unwrap_err(), SdcpError::NotFinite("A"));
        assert_eq!(Problem::new(one(), nan).unwrap_err(), SdcpError::NotFinite("B"));
        assert_eq!(Problem::from_gram(one(), &one(), f64::NAN).unwrap_err(), SdcpError::NotFinite("B"));
        let skew = Matrix::from_fn(2, 2, |i, j| i as f64 - j as f64);
        assert_eq!(Problem::new(skew, Matrix::identity(3)).unwrap_err(), SdcpError::NotSymmetric("A"));
        let negative = Matrix::from_fn(1, 1, |_, _| -1.0);
        assert_eq!(Problem::new(one(), negative).unwrap_err(), SdcpError::Indefinite);
        // What is no rounding any more, by far less than the largest entry.
        let off =
            |by: f64| Matrix::from_fn(2, 2, |i, j| if (i, j) == (0, 1) { by } else { f64::from(i == j) });
        assert_eq!(Problem::new(off(1e-8), Matrix::identity(3)).unwrap_err(), SdcpError::NotSymmetric("A"));
        assert!(Problem::new(off(1e-12), Matrix::identity(3)).is_ok());
        let last = |value: f64| {
            Matrix::from_fn(3, 3, |i, j| {
                if i != j {
                    0.0
                } else if i == 2 {
                    value
                } else {
                    1.0
                }
            })
        };
        assert_eq!(Problem::new(Matrix::identity(2), last(-1e-8)).unwrap_err(), SdcpError::Indefinite);
        assert!(Problem::new(Matrix::identity(2), last(-1e-12)).is_ok());
    }

    #[test]
    fn the_gram_form_is_the_sum_over_all_index_pairs() {
        // D_ij in R^2, so that B[X] = sum_kl <D_ij, D_kl> X_kl can be summed by hand.
        let d = |i: usize, j: usize| [1.0 + (i + j) as f64, 0.5 * (i * j) as f64 - 0.3];
        let inner = |p: (usize, usize), q: (usize, usize)| {
            let (x, y) = (d(p.0, p.1), d(q.0, q.1));
            x[0] * y[0] + x[1] * y[1]
        };
        let order: Vec<_> = pairs(3).collect();
        let gram = Matrix::from_fn(6, 6, |p, q| inner(order[p], order[q]));
        let a = Matrix::from_fn(3, 3, |i, j| (i + j) as f64 * 0.1);
        let problem = Problem::from_gram(a.clone(), &gram, 0.7).unwrap();
        let x = Matrix::from_fn(3, 3, |i, j| 1.0 / (1.0 + (i + j) as f64));
        let r = problem.residual(&x);
        for (i, j) in pairs(3) {
            let mut expected = a[(i, j)];
            for k in 0..3 {
                for l in 0..3 {
                    expected += 0.7 * inner((i, j), (k, l)) * x[(k, l)];
                }
            }
            assert!((r[(i, j)] - expected).abs() <= 1e-13 * expected.abs());
        }
    }
}
