//! Gradient descent, `P = I / eta`.

use crate::numeric::vector::axpy;

/// Gradient descent with a fixed learning rate: `w <- w - eta grad L(w)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientDescent {
    /// The learning rate eta.
    pub learning_rate: f64,
}

impl GradientDescent {
    /// Does one update in place.
    pub fn update(&self, w: &mut [f64], gradient: &[f64]) {
        axpy(-self.learning_rate, gradient, w);
    }

    /// `eta lambda`: the effective eigenvalue of an eigenvalue of the Hessian.
    pub fn effective(&self, eigenvalue: f64) -> f64 {
        self.learning_rate * eigenvalue
    }

    /// The factor `1 - eta lambda` by which a coordinate along an eigenvector changes in one step on a quadratic.
    pub fn factor(&self, eigenvalue: f64) -> f64 {
        1.0 - self.effective(eigenvalue)
    }
}
