//! Gradient descent at the edge of stability: where eigen-solvers are compared, and what they seek there.

use centralflow::eigen::Request;
use centralflow::numeric::vector::axpy;
use centralflow::objective::Objective;

/// Steps of gradient descent before the first point.
pub const WARM_UP: usize = 300;
/// Pairs sought, and their relative residual.
pub const REQUEST: Request = Request { count: 4, tolerance: 1e-6, max_products: 5000, seed: 0 };

/// Consecutive points of gradient descent from the start of the objective, after the warm-up.
pub fn points(objective: &dyn Objective, eta: f64, count: usize) -> Vec<Vec<f64>> {
    let mut w = objective.start();
    let mut points = Vec::with_capacity(count);
    for step in 0..WARM_UP + count {
        if step >= WARM_UP {
            points.push(w.clone());
        }
        let at = objective.linearize(&w);
        axpy(-eta, at.gradient(), &mut w);
    }
    points
}
