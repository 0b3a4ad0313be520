//! Cholesky factors and inverses of matrices of some hundred rows, with the same bits on every processor.

use crate::numeric::Matrix;
use crate::numeric::cholesky::{cholesky, solve_lower, solve_lower_from, solve_lower_transposed};
use crate::numeric::vector::dot;

/// L with `A = L L'`, by columns; what is above the diagonal is zero.
pub struct Cholesky(Matrix);

impl Cholesky {
    /// Of a symmetric matrix, of which the lower triangle is read; none if a pivot is not positive and finite.
    pub fn new(mut a: Matrix) -> Option<Self> {
        cholesky(&mut a).then_some(Self(a))
    }

    /// `A^-1 x`.
    pub fn solve(&self, x: &[f64]) -> Vec<f64> {
        let mut x = x.to_vec();
        solve_lower(&self.0, &mut x);
        solve_lower_transposed(&self.0, &mut x);
        x
    }

    /// `A^-1 = W' W` with `W = L^-1`.
    pub fn inverse(&self) -> Matrix {
        let n = self.0.rows();
        let mut w = Matrix::identity(n);
        (0..n).for_each(|j| solve_lower_from(j, &self.0, w.col_mut(j)));
        let mut inverse = Matrix::zeros(n, n);
        for j in 0..n {
            for i in j..n {
                let entry = dot(&w.col(i)[i..], &w.col(j)[i..]);
                inverse[(i, j)] = entry;
                inverse[(j, i)] = entry;
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Stream;

    #[test]
    fn inverses_and_solutions_are_those_of_the_matrix() {
        for n in [1, 2, 7, 40] {
            let mut stream = Stream::new(n as u64, "cholesky");
            let root = Matrix::from_columns(n, n, stream.normals(n * n));
            let a = Matrix::from_fn(n, n, |i, j| dot(root.col(i), root.col(j)) + f64::from(i == j));
            let x = stream.normals(n);
            let product: Vec<f64> = (0..n).map(|i| dot(a.col(i), &x)).collect();
            let factor = Cholesky::new(a.clone()).expect("positive definite");
            let inverse = factor.inverse();
            for (i, found) in factor.solve(&product).into_iter().enumerate() {
                assert!((found - x[i]).abs() < 1e-10 && (dot(inverse.col(i), &product) - x[i]).abs() < 1e-10);
            }
        }
    }

    #[test]
    fn what_is_not_positive_definite_has_no_factor() {
        for corner in [-1e-3, 0.0, f64::NAN, f64::INFINITY] {
            let a = Matrix::from_fn(3, 3, |i, j| if i != j { 0.0 } else { [2.0, 1.0, corner][i] });
            assert!(Cholesky::new(a).is_none(), "{corner}");
        }
    }
}
