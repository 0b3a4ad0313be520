//! The least eigenvalue of a symmetric matrix: Householder's reduction to a tridiagonal one, then bisection on the sign
//! of Sturm's sequence (Golub and Van Loan, Matrix Computations, sections 8.3 and 8.4).

use crate::numeric::Matrix;

/// `max(0, -lambda_min(A))` of a symmetric A, to rounding in its norm; NaN if an entry is not finite.
pub fn negative_part(a: &Matrix) -> f64 {
    let tridiagonal = Tridiagonal::of(a.clone());
    let bound = tridiagonal.bound();
    if !bound.is_finite() {
        return f64::NAN;
    }
    if !tridiagonal.has_below(0.0, bound) {
        return 0.0;
    }
    // From rounding upwards, since solutions violate `A >= 0` by no more than that.
    let resolution = 0.125 * f64::EPSILON * bound;
    let (mut low, mut high) = (0.0, resolution);
    while tridiagonal.has_below(-high, bound) {
        low = high;
        high *= 16.0;
    }
    while high - low > resolution.max(f64::EPSILON * high) {
        let middle = 0.5 * (low + high);
        if tridiagonal.has_below(-middle, bound) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// A symmetric tridiagonal matrix.
struct Tridiagonal {
    diagonal: Vec<f64>,
    /// The squares of the entries next to the diagonal, after a zero.
    squares: Vec<f64>,
}

impl Tridiagonal {
    /// The orthogonally similar matrix of a symmetric one.
    fn of(mut a: Matrix) -> Self {
        let n = a.rows();
        let mut squares = vec![0.0; n];
        let mut w = vec![0.0; n];
        for c in 1..n {
            squares[c] = eliminate(&mut a, c, &mut w);
        }
        Self { diagonal: (0..n).map(|i| a[(i, i)]).collect(), squares }
    }

    /// No eigenvalue has a larger magnitude.
    fn bound(&self) -> f64 {
        let largest = |values: &[f64]| {
            values.iter().fold(0.0, |best: f64, x| if x.abs() <= best { best } else { x.abs() })
        };
        largest(&self.diagonal) + 2.0 * largest(&self.squares).sqrt()
    }

    /// True if an eigenvalue is below the shift: if a pivot of the shifted matrix is negative.
    fn has_below(&self, shift: f64, bound: f64) -> bool {
        let tiny = f64::EPSILON * f64::EPSILON * bound;
        let mut pivot = f64::INFINITY;
        for (d, square) in self.diagonal.iter().zip(&self.squares) {
            pivot = d - shift - square / pivot;
            if pivot < -tiny {
                return true;
            }
            pivot = pivot.max(tiny);
        }
        false
    }
}

/// Reflects `x = A[c.., c - 1]` onto its first entry and returns that entry's square: `A - v w' - w v'` with the
/// reflection `I - beta v v'`, `p = beta A v` and `w = p - (beta / 2) (p . v) v`.
fn eliminate(a: &mut Matrix, c: usize, w: &mut [f64]) -> f64 {
    let n = a.rows();
    let mut v = a.col(c - 1).to_vec();
    let rest: f64 = v[c + 1..].iter().map(|x| x * x).sum();
    let square = v[c] * v[c] + rest;
    if rest == 0.0 {
        return square;
    }
    let norm = square.sqrt();
    v[c] += norm.copysign(v[c]);
    let beta = 1.0 / (square + norm * a[(c, c - 1)].abs());
    w[c..].fill(0.0);
    for j in c..n {
        for (w, entry) in w[c..].iter_mut().zip(&a.col(j)[c..]) {
            *w += beta * v[j] * entry;
        }
    }
    let half = 0.5 * beta * w[c..].iter().zip(&v[c..]).map(|(w, v)| w * v).sum::<f64>();
    for (w, v) in w[c..].iter_mut().zip(&v[c..]) {
        *w -= half * v;
    }
    for j in c..n {
        let (vj, wj) = (v[j], w[j]);
        for ((entry, v), w) in a.col_mut(j)[c..].iter_mut().zip(&v[c..]).zip(&w[c..]) {
            *entry -= v * wj + w * vj;
        }
    }
    square
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::{random::Stream, symmetric_eigen};

    #[test]
    fn agrees_with_the_eigenvalues() {
        let mut s = Stream::new(0, "least");
        for n in 1..=16 {
            for shift in [-10.0, -1.0, -1e-9, 0.0, 1.0, 10.0] {
                let g = s.normals(n * n);
                let entry =
                    |i: usize, j: usize| g[i.max(j) * n + i.min(j)] + if i == j { shift } else { 0.0 };
                let a = Matrix::from_fn(n, n, entry);
                let (values, _) = symmetric_eigen(&a);
                let found = negative_part(&a);
                let size = values[0].abs().max(values[n - 1].abs());
                assert!((found - (-values[n - 1]).max(0.0)).abs() <= 1e-14 * size, "{n}, {shift}: {found:e}");
            }
        }
    }

    #[test]
    fn exact_cases_are_exact() {
        assert_eq!(negative_part(&Matrix::zeros(0, 0)), 0.0);
        assert_eq!(negative_part(&Matrix::zeros(4, 4)), 0.0);
        assert_eq!(negative_part(&Matrix::from_fn(3, 3, |i, j| if i == j { i as f64 } else { 0.0 })), 0.0);
        assert!(negative_part(&Matrix::from_fn(2, 2, |_, _| f64::NAN)).is_nan());
        let swap = negative_part(&Matrix::from_fn(2, 2, |i, j| if i == j { 0.0 } else { 1.0 }));
        assert!((swap - 1.0).abs() <= f64::EPSILON);
    }
}
