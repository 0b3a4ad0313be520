//! Update rules, one a file: where each has its edge of stability, and how its mean path goes.
//!
//! A rule is a recursion of its last two iterates and a gradient. It knows neither objectives nor solvers; flows know what a
//! rule says of itself and none by its name. So far all rules are preconditioned by `P = I / eta`.

mod entry;
mod gradient_descent;
mod heavy_ball;
#[cfg(test)]
mod laws;

use std::fmt::Debug;
use std::sync::Arc;

pub use entry::{Entry, kinds, read, serialize};
pub use gradient_descent::{GradientDescent, GradientDescentEntry};
pub use heavy_ball::{HeavyBall, HeavyBallEntry};

use crate::numeric::vector::scale;

/// A rule, shared by the processes of a run.
pub type Rule = Arc<dyn UpdateRule>;

/// The effective sharpness at the edge of stability, of every rule.
pub const EDGE: f64 = 2.0;

/// An update rule with learning rate eta, preconditioned by `P = I / eta`.
///
/// On a quadratic a rule is stable as long as all eigenvalues of the Hessian are below `kappa / eta`, with kappa = 2 for
/// gradient descent. What matters of a rule at the edge is therefore its *edge step* `h = 2 eta / kappa`: its *effective
/// sharpness* `h S`, like that of gradient descent, is [`EDGE`] there.
pub trait UpdateRule: Debug + Send + Sync {
    /// The learning rate eta.
    fn learning_rate(&self) -> f64;

    /// The same rule with another learning rate.
    fn with_learning_rate(&self, eta: f64) -> Rule;

    /// `w_{t+1}` of `w_{t-1}`, `w_t` and the gradient; at the start `w_{-1} = w_0`.
    fn next(&self, before: &[f64], here: &[f64], gradient: &[f64]) -> Vec<f64>;

    /// h: a quadratic whose largest curvature is `2 / h` is at the edge.
    fn edge_step(&self) -> f64;

    /// R: in a step the mean path moves by `-R` times the mean gradient.
    fn mean_step(&self) -> f64;

    /// Euler substeps a step that the mean path needs at least: at the edge `dt R S <= 2` up to `dt = h / R`.
    fn least_substeps(&self) -> usize {
        // A quotient that is whole may be rounded up.
        (self.mean_step() / self.edge_step() - 1e-9).ceil().max(1.0) as usize
    }

    /// q: with an effective sharpness of `2 + y` an oscillation grows by the factor `1 + q y` a step, to first order in y.
    fn growth(&self) -> f64 {
        1.0
    }

    /// beta: the share of the last step that is made again.
    fn momentum(&self) -> f64 {
        0.0
    }

    /// The effective eigenvalue `h lambda` of an eigenvalue of the Hessian.
    fn effective(&self, eigenvalue: f64) -> f64 {
        self.edge_step() * eigenvalue
    }

    /// `v <- h v`, which makes a product with the Hessian an effective one.
    fn make_effective(&self, v: &mut [f64]) {
        scale(self.edge_step(), v);
    }

    /// `v <- -R v`: the velocity of the mean path under a mean gradient.
    fn drift(&self, v: &mut [f64]) {
        scale(-self.mean_step(), v);
    }
}
