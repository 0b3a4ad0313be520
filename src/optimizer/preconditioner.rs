//! What gradients are divided by: how it is made of a rule's state, and how the state follows the gradient.

use std::fmt::Debug;

use super::iterate::State;
use super::rules::Roots;
use super::steps::{Relative, Steps};

/// A diagonal preconditioner P of a state nu that follows the squares of the gradient by coordinate, `q`.
///
/// Along a path q is the mean square, the square of the mean gradient and the variance that an oscillation adds, so that the reaction of
/// the state to a gradient, of first and second order, is its reaction to q, which is linear.
pub trait Preconditioner: Debug + Send + Sync {
    /// `P^-1`.
    fn steps(&self, state: &State) -> Steps;

    /// nu before any gradient of p coordinates.
    fn initial(&self, _dim: usize) -> Vec<f64> {
        vec![]
    }

    /// The gradients that must have been taken in before P is defined.
    fn least_time(&self) -> usize {
        0
    }

    /// nu after a gradient of squares q; linear in nu and q together.
    fn after(&self, _state: &State, _squares: &[f64]) -> Vec<f64> {
        vec![]
    }

    /// `dnu/dt` with mean squares q, the time being that of steps; linear in nu and q together, like [`Preconditioner::after`], so that it
    /// goes through the same values on a path that changes little in a step.
    fn velocity(&self, _state: &State, _squares: &[f64]) -> Vec<f64> {
        vec![]
    }

    /// The roots of a state that follows squares of the gradient, one a weight, if P is made of them and of nothing that changes.
    fn roots(&self) -> Option<&Roots> {
        None
    }

    /// `sigma^2` where one eigenvalue is critical, if it has a closed form that takes the state into account; may be negative.
    fn single(&self, _: &OneAtTheEdge) -> Option<f64> {
        None
    }

    /// `d ln P` where nu changes by `change` and time by `time`, to first order.
    fn hardening(&self, state: &State, change: &[f64], time: f64) -> Relative;
}

/// One critical eigenvalue at the edge, in natural coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneAtTheEdge {
    /// kappa: S over P, 2 without momentum and decay.
    pub edge: f64,
    /// S, the sharpness at the edge.
    pub sharpness: f64,
    /// `<-grad L, grad S>`, and what a decay adds to it.
    pub sharpening: f64,
    /// `|grad S|^2`.
    pub slope_square: f64,
    /// `|grad L|^2`.
    pub gradient_square: f64,
}

/// `P = I / eta`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant {
    /// The learning rate eta.
    pub learning_rate: f64,
}

impl Preconditioner for Constant {
    fn steps(&self, _: &State) -> Steps {
        Steps::Uniform(self.learning_rate)
    }

    fn hardening(&self, _: &State, _: &[f64], _: f64) -> Relative {
        Relative::Uniform(0.0)
    }
}
