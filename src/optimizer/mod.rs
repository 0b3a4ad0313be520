//! Update rules, one a file: where each has its edge of stability, and how its mean path goes.
//!
//! A rule is a recursion of its last two iterates and a gradient. It knows neither objectives nor solvers; flows know what a
//! rule says of itself and none by its name. So far all rules are preconditioned by `P = I / eta`.

mod gradient_descent;

use std::fmt::Debug;
use std::sync::Arc;

pub use gradient_descent::{EDGE, GradientDescent};

use crate::numeric::vector::scale;

/// A rule, shared by the processes of a run.
pub type Rule = Arc<dyn UpdateRule>;

/// An update rule with learning rate eta, preconditioned by `P = I / eta`.
///
/// Its *effective sharpness* is the largest eigenvalue `eta S` of `P^-1 H`.
pub trait UpdateRule: Debug + Send + Sync {
    /// The learning rate eta.
    fn learning_rate(&self) -> f64;

    /// The same rule with another learning rate.
    fn with_learning_rate(&self, eta: f64) -> Rule;

    /// `w_{t+1}` of `w_{t-1}`, `w_t` and the gradient; at the start `w_{-1} = w_0`.
    fn next(&self, before: &[f64], here: &[f64], gradient: &[f64]) -> Vec<f64>;

    /// kappa: the effective sharpness at which a quadratic becomes unstable.
    fn edge(&self) -> f64;

    /// r: the mean path is `dw/dt = -r P^-1 (grad L + 1/2 grad <H, Sigma>)`, a step being a unit of time.
    fn pace(&self) -> f64;

    /// `v <- P^-1 v`.
    fn precondition(&self, v: &mut [f64]) {
        scale(self.learning_rate(), v);
    }

    /// The effective eigenvalue `eta lambda` of an eigenvalue of the Hessian.
    fn effective(&self, eigenvalue: f64) -> f64 {
        self.learning_rate() * eigenvalue
    }

    /// The velocity of the mean path under a mean gradient: `-r P^-1 v`, in place.
    fn drift(&self, v: &mut [f64]) {
        scale(-(self.pace() * self.learning_rate()), v);
    }
}
