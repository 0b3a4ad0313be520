//! Analytic landscapes with closed-form derivatives: quadratics and a valley that sharpens downhill.

use super::{Linearization, Objective};
use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot, norm, scale};
use crate::numeric::{pair_count, pairs};

/// An analytic function.
#[derive(Debug, Clone, PartialEq)]
pub enum Landscape {
    /// `L(x) = 1/2 sum_i lambda_i <q_i, x>^2`.
    Quadratic {
        /// The eigenvalues.
        spectrum: Vec<f64>,
        /// The orthonormal eigenvectors q_i as columns.
        basis: Matrix,
        /// The starting point.
        start: Vec<f64>,
    },
    /// `L(x, y) = 1/2 (curvature + y) sum_i c_i x_i^2 - slope y + y^2 / 200` with `c_i = 1 / (1 + i / 50)`: a toy
    /// for self-stabilisation (Damian, Nichani, Lee 2023) with one or more sharp directions; y is the last coordinate.
    Valley {
        /// The sharpness at y = 0.
        curvature: f64,
        /// The slope along the valley.
        slope: f64,
        /// The starting point; all but the last coordinate are sharp.
        start: Vec<f64>,
    },
}

impl Landscape {
    /// A quadratic in a random orthonormal basis (stream `quadratic` of `seed`), started at a random point.
    pub fn quadratic(spectrum: &[f64], seed: u64) -> Self {
        let n = spectrum.len();
        let mut stream = Stream::new(seed, "quadratic");
        let mut basis = Matrix::zeros(n, 0);
        while basis.cols() < n {
            let mut q = stream.normals(n);
            for _ in 0..2 {
                for j in 0..basis.cols() {
                    axpy(-dot(basis.col(j), &q), basis.col(j), &mut q);
                }
            }
            scale(1.0 / norm(&q), &mut q);
            basis.push_col(&q);
        }
        let start = stream.normals(n);
        Landscape::Quadratic { spectrum: spectrum.to_vec(), basis, start }
    }

    /// A valley, started near its floor at y = 0 (stream `valley` of `seed`).
    pub fn valley(curvature: f64, slope: f64, directions: usize, seed: u64) -> Self {
        let mut stream = Stream::new(seed, "valley");
        let mut start: Vec<f64> = stream.normals(directions).iter().map(|x| 0.01 * x).collect();
        start.push(0.0);
        Landscape::Valley { curvature, slope, start }
    }
}

impl Objective for Landscape {
    fn dim(&self) -> usize {
        self.start().len()
    }

    fn start(&self) -> Vec<f64> {
        match self {
            Landscape::Quadratic { start, .. } | Landscape::Valley { start, .. } => start.clone(),
        }
    }

    fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
        match self {
            Landscape::Quadratic { spectrum, basis, .. } => Box::new(QuadraticAt::new(spectrum, basis, w)),
            Landscape::Valley { curvature, slope, .. } => Box::new(ValleyAt::new(*curvature, *slope, w)),
        }
    }
}

/// The quadratic at a point.
struct QuadraticAt<'a> {
    spectrum: &'a [f64],
    basis: &'a Matrix,
    loss: f64,
    gradient: Vec<f64>,
}

impl<'a> QuadraticAt<'a> {
    fn new(spectrum: &'a [f64], basis: &'a Matrix, w: &[f64]) -> Self {
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

/// The valley at a point, with `S = curvature + y`, `c_i` the relative curvatures.
struct ValleyAt {
    w: Vec<f64>,
    sharpness: f64,
    loss: f64,
    gradient: Vec<f64>,
}

/// The curvature along the valley, far below the edge: it bends the floor.
const FLOOR_CURVATURE: f64 = 0.01;

fn relative_curvature(i: usize) -> f64 {
    1.0 / (1.0 + i as f64 / 50.0)
}

impl ValleyAt {
    fn new(curvature: f64, slope: f64, w: &[f64]) -> Self {
        let n = w.len() - 1;
        let y = w[n];
        let sharpness = curvature + y;
        let square: f64 = (0..n).map(|i| relative_curvature(i) * w[i] * w[i]).sum();
        let loss = 0.5 * sharpness * square - slope * y + 0.5 * FLOOR_CURVATURE * y * y;
        let mut gradient: Vec<f64> = (0..n).map(|i| sharpness * relative_curvature(i) * w[i]).collect();
        gradient.push(0.5 * square - slope + FLOOR_CURVATURE * y);
        Self { w: w.to_vec(), sharpness, loss, gradient }
    }
}

impl Linearization for ValleyAt {
    fn loss(&self) -> f64 {
        self.loss
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        let n = self.w.len() - 1;
        Matrix::from_fn(n + 1, v.cols(), |i, j| {
            let v = v.col(j);
            if i < n {
                relative_curvature(i) * (self.sharpness * v[i] + self.w[i] * v[n])
            } else {
                (0..n).map(|l| relative_curvature(l) * self.w[l] * v[l]).sum::<f64>() + FLOOR_CURVATURE * v[n]
            }
        })
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        // u' H v = sum_l c_l [S u_l v_l + x_l (u_l v_y + v_l u_y)] + const u_y v_y
        let n = self.w.len() - 1;
        let mut out = Matrix::zeros(n + 1, 0);
        for (i, j) in pairs(u.cols()) {
            let (a, b) = (u.col(i), u.col(j));
            let mut column: Vec<f64> =
                (0..n).map(|l| relative_curvature(l) * (a[l] * b[n] + b[l] * a[n])).collect();
            column.push((0..n).map(|l| relative_curvature(l) * a[l] * b[l]).sum());
            out.push_col(&column);
        }
        out
    }
}
