//! Dense kernels of the solver: congruences, refined solves.

use super::packing::{pack, pack_onto, unpack_into};
use crate::numeric::cholesky::{solve_lower, solve_lower_transposed};
use crate::numeric::dispatch::dispatched;
use crate::numeric::{Matrix, vector};

dispatched! {
    /// The largest magnitude of an entry; a NaN does not count.
    pub fn largest(a: &Matrix) -> f64 {
        let larger = |best: f64, x: f64| if x > best { x } else { best };
        let (chunks, mut best) = (a.data().chunks_exact(32), [0.0; 32]);
        let rest = chunks.remainder().iter().fold(0.0, |best, entry| larger(best, entry.abs()));
        for chunk in chunks {
            for l in 0..32 {
                best[l] = larger(best[l], chunk[l].abs());
            }
        }
        best.into_iter().fold(rest, larger)
    }
}

/// `y += x`.
pub fn add(x: &Matrix, y: &mut Matrix) {
    for (y, x) in y.data_mut().iter_mut().zip(x.data()) {
        *y += x;
    }
}

/// `<X, Y>`, the sum of products of entries.
pub fn inner(x: &Matrix, y: &Matrix) -> f64 {
    vector::dot(x.data(), y.data())
}

/// `|X|`, the Frobenius norm.
pub fn norm(x: &Matrix) -> f64 {
    vector::norm(x.data())
}

/// `B x` of a symmetric matrix B.
pub fn apply(b: &Matrix, x: &[f64]) -> Vec<f64> {
    (0..b.cols()).map(|p| vector::dot(b.col(p), x)).collect()
}

/// `max(|A|, | |B| |x| |)`: the size of the terms that rounding acts on in `A + B[X]`.
pub fn rounding_scale(a: &Matrix, b: &Matrix, x: &Matrix) -> f64 {
    let magnitudes: Vec<f64> = pack(x).iter().map(|entry| entry.abs()).collect();
    let row = |p| b.col(p).iter().zip(&magnitudes).fold(0.0, |sum, (entry, x)| sum + entry.abs() * x);
    let terms: Vec<f64> = (0..b.cols()).map(row).collect();
    vector::norm(&terms).max(norm(a))
}

/// `out = A B`.
pub fn product_into(a: &Matrix, b: &Matrix, out: &mut Matrix) {
    for j in 0..b.cols() {
        let column = out.col_mut(j);
        column.fill(0.0);
        for (l, &factor) in b.col(j).iter().enumerate() {
            for (entry, x) in column.iter_mut().zip(a.col(l)) {
                *entry += factor * x;
            }
        }
    }
}

/// `A B`.
pub fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let mut out = Matrix::zeros(a.rows(), b.cols());
    product_into(a, b, &mut out);
    out
}

/// The transpose of A.
pub fn transpose(a: &Matrix) -> Matrix {
    Matrix::from_fn(a.cols(), a.rows(), |i, j| a[(j, i)])
}

/// The symmetric part of A.
pub fn symmetric_part(a: &Matrix) -> Matrix {
    Matrix::from_fn(a.rows(), a.rows(), |i, j| 0.5 * (a[(i, j)] + a[(j, i)]))
}

/// `G' M G` of a symmetric M, exactly symmetric.
pub fn congruence(g: &Matrix, m: &Matrix) -> Matrix {
    symmetric_part(&product(&transpose(g), &product(m, g)))
}

/// `G diag(d) G'`, exactly symmetric.
pub fn spectral(g: &Matrix, d: &[f64]) -> Matrix {
    let scaled = Matrix::from_fn(g.rows(), g.cols(), |i, j| g[(i, j)] * d[j]);
    symmetric_part(&product(&scaled, &transpose(g)))
}

/// The operator `M -> G' B[G M G'] G` in the isometric packing, exactly symmetric.
pub fn transform_operator(b: &Matrix, g: &Matrix) -> Matrix {
    let half = transform_columns(b, g);
    symmetric_part(&transform_columns(&transpose(&half), g))
}

/// Each column, unpacked to a matrix M, becomes `G' M G`.
fn transform_columns(b: &Matrix, g: &Matrix) -> Matrix {
    let (k, gt) = (g.rows(), transpose(g));
    let (mut m, mut mg, mut gmg) = (Matrix::zeros(k, k), Matrix::zeros(k, k), Matrix::zeros(k, k));
    let mut data = Vec::with_capacity(b.data().len());
    for p in 0..b.cols() {
        unpack_into(b.col(p), &mut m);
        product_into(&m, g, &mut mg);
        product_into(&gt, &mg, &mut gmg);
        pack_onto(&gmg, &mut data);
    }
    Matrix::from_columns(b.rows(), b.cols(), data)
}

/// The solution of `A x = rhs` from the Cholesky factor L of A, with one step of iterative refinement.
pub fn solve_refined(a: &Matrix, l: &Matrix, rhs: &[f64]) -> Vec<f64> {
    let solve = |mut x: Vec<f64>| {
        solve_lower(l, &mut x);
        solve_lower_transposed(l, &mut x);
        x
    };
    let mut x = solve(rhs.to_vec());
    let defect = apply(a, &x).iter().zip(rhs).map(|(ax, b)| b - ax).collect();
    vector::axpy(1.0, &solve(defect), &mut x);
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::cholesky::cholesky;
    use crate::sdcp::packing::unpack;

    #[test]
    fn cholesky_solves_and_refuses() {
        let a = Matrix::from_fn(5, 5, |i, j| 1.0 / (1.0 + (i + j) as f64) + if i == j { 1.0 } else { 0.0 });
        let mut l = a.clone();
        assert!(cholesky(&mut l));
        let x = solve_refined(&a, &l, &apply(&a, &[1.0, -2.0, 3.0, 0.5, 0.25]));
        assert!(vector::distance(&x, &[1.0, -2.0, 3.0, 0.5, 0.25]) <= 1e-14);
        assert!(!cholesky(&mut Matrix::from_fn(2, 2, |_, _| 1.0)));
        assert!(!cholesky(&mut Matrix::from_fn(1, 1, |_, _| f64::NAN)));
    }

    #[test]
    fn the_transformed_operator_acts_as_defined() {
        let b = Matrix::from_fn(6, 6, |p, q| libm::cos((p * q) as f64) + if p == q { 6.0 } else { 0.0 });
        let g = Matrix::from_fn(3, 3, |i, j| libm::sin(1.0 + (i + 3 * j) as f64));
        let m = Matrix::from_fn(3, 3, |i, j| 1.0 / (1.0 + (i + j) as f64));
        let direct = congruence(&g, &unpack(3, &apply(&b, &pack(&congruence(&transpose(&g), &m)))));
        let packed = unpack(3, &apply(&transform_operator(&b, &g), &pack(&m)));
        assert!(vector::distance(direct.data(), packed.data()) <= 1e-13 * norm(&direct));
    }
}
