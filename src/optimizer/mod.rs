//! Update rules, one a file in `rules`: how each is preconditioned, what inertia it has, and with that where its edge of stability is and how its
//! mean path goes.
//!
//! A rule is `w_{t+1} = (1 - a) w_t - P^-1 m_{t+1}` with a diagonal [`Preconditioner`] P, made of a state that follows squares of
//! gradients, a [`Momentum`] m, and a [`Decay`] a, mostly none. It knows neither objectives nor solvers; flows know what a rule says of itself and none
//! by its name.

mod decay;
mod entry;
mod frozen;
mod inertial;
mod iterate;
#[cfg(test)]
mod laws;
mod momentum;
mod preconditioner;
mod rules;
mod schedule;
mod steps;

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

pub use decay::{Decay, Decayed};
pub use entry::{Entry, read, serialize};
pub use frozen::Frozen;
pub use iterate::{Iterate, State};
pub use momentum::Momentum;
pub use preconditioner::{Constant, OneAtTheEdge, Preconditioner};
pub use rules::{
    Adam, AdamEntry, EmaMomentumEntry, GradientDescent, GradientDescentEntry, HeavyBallEntry, NesterovEntry,
    Rmsprop, RmspropEntry, Roots, ScalarRmsprop, ScalarRmspropEntry, kinds,
};
pub use schedule::{Schedule, Scheduled, read_schedule, schedules, serialize_schedule};
pub use steps::{Relative, Steps};

use crate::numeric::vector::{axpy, scale};

/// A rule, shared by the processes of a run.
pub type Rule = Arc<dyn UpdateRule>;

/// The effective sharpness at the edge of stability, of every rule.
pub const EDGE: f64 = 2.0;

/// An update rule: its preconditioner P, its momentum and its decay, from which all else follows.
///
/// On a quadratic a rule is stable as long as all eigenvalues of `P^-1 H` are below kappa ([`Momentum::edge`]), 2 for
/// gradient descent. What matters of a rule at the edge is therefore its *edge step* `h = (2 / kappa) P^-1`: its *effective
/// sharpness*, the largest eigenvalue of `h H`, is [`EDGE`] there, like that of gradient descent.
pub trait UpdateRule: Debug + Send + Sync {
    /// The learning rate eta.
    fn learning_rate(&self) -> f64;

    /// The same rule with another learning rate.
    fn with_learning_rate(&self, eta: f64) -> Rule;

    /// How it is preconditioned.
    fn preconditioner(&self) -> &dyn Preconditioner;

    /// How it carries gradients on.
    fn momentum(&self) -> Momentum {
        Momentum::NONE
    }

    /// What the step that goes by this state takes away from the weights by itself.
    fn decay(&self, _: &State) -> Decay {
        Decay::NONE
    }
}

/// What follows for every rule.
impl dyn UpdateRule + '_ {
    /// The iterate before the first step.
    pub fn begin(&self, weights: Vec<f64>) -> Iterate {
        let squares = self.preconditioner().initial(weights.len());
        let buffer = if self.momentum().kept == 0.0 { vec![] } else { vec![0.0; weights.len()] };
        Iterate { weights, buffer, state: State { squares, time: 0.0 } }
    }

    /// The point at which the gradient is taken.
    pub fn query<'a>(&self, at: &'a Iterate) -> Cow<'a, [f64]> {
        let Momentum { kept, ahead, .. } = self.momentum();
        if !ahead || at.buffer.is_empty() {
            return Cow::Borrowed(&at.weights);
        }
        let mut carried = at.buffer.clone();
        self.preconditioner().steps(&at.state).times(kept).descend(&mut carried);
        axpy(1.0, &at.weights, &mut carried);
        Cow::Owned(carried)
    }

    /// The next iterate, for the gradient at the point of `query`.
    pub fn next(&self, at: &Iterate, gradient: &[f64]) -> Iterate {
        self.next_mean(at, gradient, &at.state.squares_of(gradient))
    }

    /// The next iterate on a mean path, for a mean gradient and mean squares of it.
    pub fn next_mean(&self, at: &Iterate, gradient: &[f64], squares: &[f64]) -> Iterate {
        let state =
            State { squares: self.preconditioner().after(&at.state, squares), time: at.state.time + 1.0 };
        let buffer = self.carried(&at.buffer, gradient);
        let mut step = if buffer.is_empty() { gradient.to_vec() } else { buffer.clone() };
        self.preconditioner().steps(&state).descend(&mut step);
        axpy(1.0 - self.decay(&state).share, &at.weights, &mut step);
        Iterate { weights: step, buffer, state }
    }

    /// `m_{t+1}`; empty without momentum.
    fn carried(&self, buffer: &[f64], gradient: &[f64]) -> Vec<f64> {
        let Momentum { kept, intake, .. } = self.momentum();
        let mut next = buffer.to_vec();
        if !next.is_empty() {
            scale(kept, &mut next);
            axpy(intake, gradient, &mut next);
        }
        next
    }

    /// h: at the edge the largest eigenvalue of `h H` is 2.
    pub fn edge_steps(&self, state: &State) -> Steps {
        self.preconditioner().steps(state).times(EDGE / self.edge(state))
    }

    /// kappa: on a quadratic the rule is stable as long as all eigenvalues of `P^-1 H` are below.
    pub fn edge(&self, state: &State) -> f64 {
        self.momentum().edge(self.decay(state).share)
    }

    /// By how much an oscillation of period 2 is larger where gradients are taken than in the weights.
    pub fn amplification(&self, state: &State) -> f64 {
        self.momentum().amplification(self.decay(state).share)
    }

    /// `d ln(1/h)` where nu changes by `change` and time by `time`, to first order: what P hardens by, and what a changing decay moves the edge by,
    /// `d ln kappa = -da / ((2 - a) A)` with the amplification A ([`Momentum::amplification`]).
    pub fn hardening(&self, state: &State, change: &[f64], time: f64) -> Relative {
        let hardening = self.preconditioner().hardening(state, change, time);
        let Decay { share, rate } = self.decay(state);
        if share * rate == 0.0 {
            return hardening;
        }
        hardening.plus(-share * rate * time / ((2.0 - share) * self.amplification(state)))
    }

    /// `dw/dt = -R E g - a w` of the mean path, for a mean gradient at these weights.
    pub fn drift(&self, weights: &[f64], state: &State, mut mean_gradient: Vec<f64>) -> Vec<f64> {
        self.edge_steps(state).times(self.pace(state)).descend(&mut mean_gradient);
        let Decay { share, .. } = self.decay(state);
        if share != 0.0 {
            axpy(-share, weights, &mut mean_gradient);
        }
        mean_gradient
    }

    /// The roots of which the preconditioner is made, if its state can come to rest: the program of that rest has the edge at kappa, which decay
    /// beside the step lowers.
    pub fn roots(&self) -> Option<&Roots> {
        let any = State { squares: vec![], time: 1.0 };
        self.preconditioner().roots().filter(|_| self.decay(&any).share == 0.0)
    }

    /// Whether the preconditioner has a state.
    pub fn is_adaptive(&self) -> bool {
        !self.preconditioner().initial(1).is_empty()
    }

    /// R / h: in a step the mean path moves by `-R` times the mean gradient.
    pub fn pace(&self, state: &State) -> f64 {
        self.momentum().pace() * self.edge(state) / EDGE
    }

    /// Euler substeps a step that the mean path needs at least with this decay: at the edge `dt (R S + a) <= 2`, where `R S` is 2 R / h.
    pub fn least_substeps(&self, state: &State) -> usize {
        // A quotient that is whole may be rounded up.
        (self.pace(state) + self.decay(state).share / EDGE - 1e-9).ceil().max(1.0) as usize
    }
}
