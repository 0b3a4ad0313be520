//! Decoupled weight decay (Loshchilov and Hutter 2019): weights shrink beside the step, and neither momentum nor state sees it.
//!
//! `w_{t+1} = (1 - a) w_t - P^-1 m_{t+1}` with `a = eta_t gamma`; m and nu are made of the gradient of L alone. Decay inside the gradient (L2) is
//! a part of the objective instead (`objective::Penalised`). For gradient descent both are the same rule,
//! `w - eta (g + gamma w)`; a momentum would speed up the one and not the other, and a state would divide it.
//!
//! *The edge.* On a quadratic, where x is an eigenvalue of `P^-1 H`, `P^-1 m_{t+1} = (1 - a) w_t - w_{t+1}` turns the recursion of the buffer into
//! one of the weights, with the multipliers
//!
//! ```text
//! z^2 - (1 - a + beta - c x) z + beta (1 - a) = 0.
//! ```
//!
//! One is -1 at `x = (1 + beta) (2 - a) / c`. Looking ahead, the gradient is taken where inertia alone leads,
//! `y_t = w_t - beta P^-1 m_t`, not where decay leads as well; then `m_{t+1} = beta m_t + c H y_t` and
//!
//! ```text
//! z^2 - ((1 + beta) (1 - c x) - a) z + beta (1 - a) (1 - c x) = 0,
//! ```
//!
//! with -1 at `x = (1 + beta) (2 - a) / (c (1 + beta (2 - a)))`. There `w_{t+1} = -w_t`, hence `P^-1 m_t = -(2 - a) w_t` and `y_t` is
//! `1 + beta (2 - a)` times `w_t`. All that is said of rules without decay is so with `2 - a` for 2; an edge step that is as much longer
//! makes the edge 2 again, so that flows need not know.
//!
//! *The mean path.* The mean of the recursion is the recursion of the mean, which is the central map. Its slow part has
//! `m = c E g / (1 - beta)` and `dw/dt = -R E g - a w`, R what it is without decay: decay is outside momentum, which does not speed it up.

use std::sync::Arc;

use super::{Momentum, Preconditioner, Rule, State, UpdateRule};

/// What a step takes away from the weights by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decay {
    /// a: the share of the weights, from 0 to less than 1.
    pub share: f64,
    /// `d ln a / dt`, where a learning rate changes.
    pub rate: f64,
}

impl Decay {
    /// None.
    pub const NONE: Decay = Decay { share: 0.0, rate: 0.0 };
}

/// A rule with decoupled weight decay; what a schedule makes of the learning rate is around it.
#[derive(Debug, Clone)]
pub struct Decayed {
    rule: Rule,
    gamma: f64,
}

impl Decayed {
    /// The rule, of which each step also takes away eta gamma times the weights.
    pub fn new(rule: Rule, gamma: f64) -> Self {
        Self { rule, gamma }
    }
}

impl UpdateRule for Decayed {
    fn learning_rate(&self) -> f64 {
        self.rule.learning_rate()
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self { rule: self.rule.with_learning_rate(eta), gamma: self.gamma })
    }

    fn preconditioner(&self) -> &dyn Preconditioner {
        self.rule.preconditioner()
    }

    fn momentum(&self) -> Momentum {
        self.rule.momentum()
    }

    fn decay(&self, _: &State) -> Decay {
        Decay { share: self.learning_rate() * self.gamma, rate: 0.0 }
    }
}
