//! Gradient descent at the edge of stability: where eigen-solvers are compared, and what they seek there.

use centralflow::autodiff::Program;
use centralflow::eigen::Request;
use centralflow::numeric::vector::axpy;
use centralflow::optimizer::GradientDescent;

/// Steps of gradient descent before the first point.
pub const WARM_UP: usize = 300;
/// Pairs sought, and their relative residual.
pub const REQUEST: Request = Request { count: 4, tolerance: 1e-6, max_products: 5000, seed: 0 };

/// Consecutive points of gradient descent from `w`, after the warm-up.
pub fn points(program: &Program<f64>, mut w: Vec<f64>, rule: GradientDescent, count: usize) -> Vec<Vec<f64>> {
    let mut points = Vec::with_capacity(count);
    for step in 0..WARM_UP + count {
        if step >= WARM_UP {
            points.push(w.clone());
        }
        let at = program.linearize(&w);
        axpy(-rule.learning_rate, at.gradient(), &mut w);
    }
    points
}
