//! A positive semidefinite matrix by few columns.

use crate::numeric::Matrix;
use crate::numeric::vector::axpy;

/// V with `V V'` the matrix but for a share of its trace, by Cholesky's method with the largest diagonal entry first: each column is of the
/// greatest remaining one (Higham, *Accuracy and Stability of Numerical Algorithms*, 10.3).
pub fn columns(mut a: Matrix, share: f64) -> Matrix {
    let n = a.rows();
    let mut factor = Matrix::zeros(n, 0);
    let trace = |a: &Matrix| (0..n).fold(0.0, |sum, i| sum + a[(i, i)].max(0.0));
    let least = share * trace(&a);
    while factor.cols() < n && trace(&a) > least {
        let largest = (0..n).max_by(|&i, &j| a[(i, i)].total_cmp(&a[(j, j)])).expect("not empty");
        let root = a[(largest, largest)].sqrt();
        let column: Vec<f64> = a.col(largest).iter().map(|entry| entry / root).collect();
        (0..n).for_each(|j| axpy(-column[j], &column, a.col_mut(j)));
        factor.push_col(&column);
    }
    factor
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Stream;
    use crate::numeric::vector::norm;

    #[test]
    fn a_matrix_of_low_rank_has_as_many_columns() {
        let mut stream = Stream::new(0, "low rank");
        for (n, rank) in [(1, 1), (5, 2), (30, 4), (6, 0)] {
            let mut a = Matrix::zeros(n, n);
            for _ in 0..rank {
                let v = stream.normals(n);
                (0..n).for_each(|j| axpy(v[j], &v, a.col_mut(j)));
            }
            let factor = columns(a.clone(), 1e-12);
            assert_eq!(factor.cols(), rank);
            let mut rest = a.clone();
            for k in 0..rank {
                (0..n).for_each(|j| axpy(-factor[(j, k)], factor.col(k), rest.col_mut(j)));
            }
            assert!(norm(rest.data()) <= 1e-6 * norm(a.data()), "{n} {rank}");
        }
    }
}
