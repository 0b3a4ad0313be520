//! The least eigenvalue of a symmetric matrix: Householder's reduction to a tridiagonal one, then bisection on the sign
//! of Sturm's sequence (Golub and Van Loan, Matrix Computations, sections 8.3 and 8.4).

/// Room for the reduction of a matrix: four vectors of its order.
pub type Room<'a> = [&'a mut [f64]; 4];

/// `max(0, -lambda_min(A))` of a symmetric A of order k, by columns, to rounding in its norm; NaN if an entry is not
/// finite. A is destroyed.
#[inline(always)]
pub fn negative_part(k: usize, a: &mut [f64], room: &mut Room) -> f64 {
    let tridiagonal = Tridiagonal::of(k, a, room);
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
struct Tridiagonal<'a> {
    diagonal: &'a [f64],
    /// The squares of the entries next to the diagonal, after a zero.
    squares: &'a [f64],
}

impl<'a> Tridiagonal<'a> {
    /// The orthogonally similar matrix of a symmetric one.
    #[inline(always)]
    fn of(k: usize, a: &mut [f64], [diagonal, squares, v, w]: &'a mut Room) -> Self {
        squares.fill(0.0);
        for c in 1..k {
            squares[c] = eliminate(k, a, c, v, w);
        }
        for i in 0..k {
            diagonal[i] = a[i * k + i];
        }
        Self { diagonal, squares }
    }

    /// No eigenvalue has a larger magnitude.
    #[inline(always)]
    fn bound(&self) -> f64 {
        let largest = |values: &[f64]| {
            values.iter().fold(0.0, |best: f64, x| if x.abs() <= best { best } else { x.abs() })
        };
        largest(self.diagonal) + 2.0 * largest(self.squares).sqrt()
    }

    /// True if an eigenvalue is below the shift: if a pivot of the shifted matrix is negative.
    #[inline(always)]
    fn has_below(&self, shift: f64, bound: f64) -> bool {
        let tiny = f64::EPSILON * f64::EPSILON * bound;
        let mut pivot = f64::INFINITY;
        for (d, square) in self.diagonal.iter().zip(self.squares) {
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
///
/// All of a column is computed, whose length the compiler knows; v and w are zero above c.
#[inline(always)]
fn eliminate(k: usize, a: &mut [f64], c: usize, v: &mut [f64], w: &mut [f64]) -> f64 {
    v.copy_from_slice(&a[(c - 1) * k..][..k]);
    v[..c].fill(0.0);
    let rest: f64 = v[c + 1..].iter().map(|x| x * x).sum();
    let square = v[c] * v[c] + rest;
    if rest == 0.0 {
        return square;
    }
    let norm = square.sqrt();
    let beta = 1.0 / (square + norm * v[c].abs());
    v[c] += norm.copysign(v[c]);
    w.fill(0.0);
    for j in c..k {
        let factor = beta * v[j];
        for i in 0..k {
            w[i] += factor * a[j * k + i];
        }
    }
    w[..c].fill(0.0);
    let half = 0.5 * beta * w[c..].iter().zip(&v[c..]).map(|(w, v)| w * v).sum::<f64>();
    for i in 0..k {
        w[i] -= half * v[i];
    }
    for j in c..k {
        let (vj, wj) = (v[j], w[j]);
        for i in 0..k {
            a[j * k + i] -= v[i] * wj + w[i] * vj;
        }
    }
    square
}

#[cfg(test)]
mod tests {
    use crate::numeric::{Matrix, random::Stream, symmetric_eigen};

    fn negative_part(a: &Matrix) -> f64 {
        let k = a.rows();
        let mut room = vec![f64::NAN; 4 * k.max(1)];
        let mut parts = room.chunks_exact_mut(k.max(1)).map(|part| &mut part[..k]);
        let mut room = std::array::from_fn(|_| parts.next().unwrap());
        super::negative_part(k, a.clone().data_mut(), &mut room)
    }

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
