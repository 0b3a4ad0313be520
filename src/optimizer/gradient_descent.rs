//! Gradient descent.

use std::sync::Arc;

use super::{Rule, UpdateRule};
use crate::numeric::vector::axpy;

/// Its edge: along an eigenvector of a quadratic it multiplies by `1 - eta lambda`, which reaches -1 there.
pub const EDGE: f64 = 2.0;

/// `w_{t+1} = w_t - eta grad L(w_t)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientDescent {
    /// The learning rate eta.
    pub learning_rate: f64,
}

impl UpdateRule for GradientDescent {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self { learning_rate: eta })
    }

    fn next(&self, _: &[f64], here: &[f64], gradient: &[f64]) -> Vec<f64> {
        let mut next = here.to_vec();
        axpy(-self.learning_rate, gradient, &mut next);
        next
    }

    fn edge(&self) -> f64 {
        EDGE
    }

    fn pace(&self) -> f64 {
        1.0
    }
}
