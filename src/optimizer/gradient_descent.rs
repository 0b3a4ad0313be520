//! Gradient descent.

use std::sync::Arc;

use super::kind::Kind;
use super::{Rule, UpdateRule};
use crate::numeric::vector::axpy;

pub(super) const KIND: Kind = Kind {
    name: "gradient_descent",
    meaning: "w_{t+1} = w_t - eta grad L(w_t)",
    parameters: &[],
    build: |learning_rate, _| Arc::new(GradientDescent { learning_rate }),
};

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

    /// Along an eigenvector of a quadratic a step multiplies by `1 - eta lambda`, which is -1 at `2 / eta`.
    fn edge_step(&self) -> f64 {
        self.learning_rate
    }

    fn mean_step(&self) -> f64 {
        self.learning_rate
    }
}
