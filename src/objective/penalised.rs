//! An objective with weight decay.

use super::{Linearization, Objective};
use crate::autodiff::Curved;
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, dot};

/// `L(w) + gamma/2 |w|^2`: its gradient has `gamma w` more, its Hessian `gamma` in each direction, its third derivatives are those of L.
///
/// This is decay inside the gradient (L2). Along it all theory is that of the sum: an eigenvalue of H is at the edge where `lambda + gamma` is
/// `2/eta`.
pub struct Penalised<'a> {
    objective: &'a dyn Objective,
    decay: f64,
}

impl<'a> Penalised<'a> {
    /// The objective with the decay gamma.
    pub fn new(objective: &'a dyn Objective, decay: f64) -> Self {
        Self { objective, decay }
    }
}

impl Objective for Penalised<'_> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }

    fn start(&self) -> Vec<f64> {
        self.objective.start()
    }

    fn outputs(&self, w: &[f64], v: &Matrix) -> Curved<f64> {
        self.objective.outputs(w, v)
    }

    fn accuracy(&self, outputs: &[f64]) -> Option<f64> {
        self.objective.accuracy(outputs)
    }

    fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
        let at = self.objective.linearize(w);
        if self.decay == 0.0 {
            return at;
        }
        let mut gradient = at.gradient().to_vec();
        axpy(self.decay, w, &mut gradient);
        let loss = at.loss() + 0.5 * self.decay * dot(w, w);
        Box::new(Around { at, loss, gradient, decay: self.decay })
    }
}

/// The objective around a point.
struct Around<'a> {
    at: Box<dyn Linearization + 'a>,
    loss: f64,
    gradient: Vec<f64>,
    decay: f64,
}

impl Linearization for Around<'_> {
    fn loss(&self) -> f64 {
        self.loss
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        let mut product = self.at.hvp(v);
        axpy(self.decay, v.data(), product.data_mut());
        product
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        self.at.third_order(u)
    }
}
