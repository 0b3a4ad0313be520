//! Quadratics `L(x) = 1/2 sum_i lambda_i <q_i, x>^2`: gradient descent on them is solved mode by mode.

use super::Landscape;
use super::basis::random_basis;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot};
use crate::numeric::{Matrix, pair_count};
use crate::objective::Linearization;

impl Landscape {
    /// A quadratic in a random orthonormal basis (stream `quadratic` of `seed`), started at a random point.
    pub fn quadratic(spectrum: &[f64], seed: u64) -> Self {
        let n = spectrum.len();
        let mut stream = Stream::new(seed, "quadratic");
        let basis = random_basis(n, &mut stream);
        let start = stream.normals(n);
        Landscape::Quadratic { spectrum: spectrum.to_vec(), basis, start }
    }
}

/// The quadratic at a point.
pub(super) struct QuadraticAt<'a> {
    spectrum: &'a [f64],
    basis: &'a Matrix,
    loss: f64,
    gradient: Vec<f64>,
}

impl<'a> QuadraticAt<'a> {
    pub(super) fn new(spectrum: &'a [f64], basis: &'a Matrix, w: &[f64]) -> Self {
        let gradient = apply_quadratic(spectrum, basis, w);
        Self { spectrum, basis, loss: 0.5 * dot(w, &gradient), gradient }
    }
}

/// `H v = sum_i lambda_i q_i <q_i, v>`.
fn apply_quadratic(spectrum: &[f64], basis: &Matrix, v: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; v.len()];
    for (i, &lambda) in spectrum.iter().enumerate() {
        axpy(lambda * dot(basis.col(i), v), basis.col(i), &mut out);
    }
    out
}

impl Linearization for QuadraticAt<'_> {
    fn loss(&self) -> f64 {
        self.loss
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        let mut out = Matrix::zeros(v.rows(), 0);
        for j in 0..v.cols() {
            out.push_col(&apply_quadratic(self.spectrum, self.basis, v.col(j)));
        }
        out
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        Matrix::zeros(u.rows(), pair_count(u.cols()))
    }
}
