//! Vector operations on f64 slices with sums in one fixed order on every processor.

use super::dispatch::dispatched;

const LANES: usize = 16;

dispatched! {
    /// `<x, y>`: sixteen interleaved partial sums, added pairwise at the end; no fused operations.
    pub fn dot(x: &[f64], y: &[f64]) -> f64 {
        assert_eq!(x.len(), y.len());
        let mut lanes = [0.0f64; LANES];
        let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
        let tail: f64 = xs.remainder().iter().zip(ys.remainder()).fold(0.0, |sum, (a, b)| sum + a * b);
        for (a, b) in xs.zip(ys) {
            for l in 0..LANES {
                lanes[l] += a[l] * b[l];
            }
        }
        let mut width = LANES / 2;
        while width > 0 {
            for l in 0..width {
                lanes[l] += lanes[l + width];
            }
            width /= 2;
        }
        lanes[0] + tail
    }
}

dispatched! {
    /// `y += a x`.
    pub fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
        assert_eq!(x.len(), y.len());
        for (y, x) in y.iter_mut().zip(x) {
            *y += a * x;
        }
    }
}

dispatched! {
    /// `y *= a`.
    pub fn scale(a: f64, y: &mut [f64]) {
        for y in y.iter_mut() {
            *y *= a;
        }
    }
}

/// The Euclidean norm `|x|`.
pub fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// The distance `|x - y|`.
pub fn distance(x: &[f64], y: &[f64]) -> f64 {
    let difference: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
    norm(&difference)
}
