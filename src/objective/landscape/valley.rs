//! A valley that sharpens downhill: the toy of self-stabilisation.

use super::Landscape;
use crate::numeric::random::Stream;
use crate::numeric::{Matrix, pairs};
use crate::objective::Linearization;

impl Landscape {
    /// A valley, started near its floor at y = 0 (stream `valley` of `seed`).
    pub fn valley(curvature: f64, slope: f64, directions: usize, seed: u64) -> Self {
        let mut stream = Stream::new(seed, "valley");
        let mut start: Vec<f64> = stream.normals(directions).iter().map(|x| 0.01 * x).collect();
        start.push(0.0);
        Landscape::Valley { curvature, slope, start }
    }
}

/// The valley at a point, with `S = curvature + y`, `c_i` the relative curvatures.
pub(super) struct ValleyAt {
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
    pub(super) fn new(curvature: f64, slope: f64, w: &[f64]) -> Self {
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
