//! How a run is made: a learning rate, a number of steps, the length of segments and the numerical settings.

use std::sync::Arc;

use serde::Serialize;

use crate::dynamics::Numerics;
use crate::optimizer::{self, Decayed, GradientDescentEntry, Rule, Scheduled};

/// What a run takes beside an objective and a seed.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// The optimizer.
    #[serde(serialize_with = "optimizer::serialize")]
    pub optimizer: Arc<dyn optimizer::Entry>,
    /// The learning rate eta.
    pub learning_rate: f64,
    /// How it changes over time, if it does.
    #[serde(serialize_with = "optimizer::serialize_schedule", skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Arc<dyn optimizer::Schedule>>,
    /// gamma: the decay of the weights, as a part of the loss, `gamma/2 |w|^2`.
    pub weight_decay: f64,
    /// gamma: the decay of the weights beside the step, `w - eta gamma w`, of which neither momentum nor the state of a preconditioner takes notice.
    pub decoupled_weight_decay: f64,
    /// The number of steps of the optimizer.
    pub steps: usize,
    /// The number of steps made before all processes start, at what they have led to; a rule whose preconditioner is made of gradients
    /// makes one at least.
    pub warm_up: usize,
    /// Whether the preconditioner then stays as the warm-up has left it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
    /// The number of steps after which the theory is started anew at a midpoint, once the transient is over; the flows
    /// from `w_0` end with the first such segment.
    pub segment: usize,
    /// Numerical settings.
    pub numerics: Numerics,
}

impl Settings {
    /// Whether the preconditioner has a state that moves along the run.
    pub fn is_adaptive(&self) -> bool {
        self.rule().is_adaptive() && !self.frozen
    }

    /// The rule with its learning rate, constant or not, as it makes the steps of the warm-up.
    pub fn rule(&self) -> Rule {
        let plain = self.optimizer.rule(self.learning_rate);
        let rule = match self.decoupled_weight_decay {
            0.0 => plain,
            gamma => Arc::new(Decayed::new(plain, gamma)),
        };
        match &self.schedule {
            Some(schedule) => Arc::new(Scheduled::new(rule, schedule.clone())),
            None => rule,
        }
    }

    /// Whether weights decay, in either way.
    pub fn decays(&self) -> bool {
        self.weight_decay > 0.0 || self.decoupled_weight_decay > 0.0
    }

    /// The largest learning rate of the run.
    pub fn largest_learning_rate(&self) -> f64 {
        let Some(schedule) = &self.schedule else { return self.learning_rate };
        let factors = (1..=self.warm_up + self.steps).map(|time| schedule.factor(time as f64));
        self.learning_rate * factors.fold(0.0, f64::max)
    }

    /// `a = eta gamma`: the share of the weights that a step with the learning rate eta takes away by itself.
    pub fn decoupled_share(&self) -> f64 {
        self.learning_rate * self.decoupled_weight_decay
    }
}

/// Long enough for several cycles of the sharpness, short enough that flows hardly spread.
pub const DEFAULT_SEGMENT: usize = 400;

impl Settings {
    /// So many steps of gradient descent with this learning rate, and what is usual for the rest.
    pub fn new(learning_rate: f64, steps: usize) -> Self {
        Self {
            optimizer: Arc::new(GradientDescentEntry {}),
            learning_rate,
            schedule: None,
            weight_decay: 0.0,
            decoupled_weight_decay: 0.0,
            steps,
            warm_up: 0,
            frozen: false,
            segment: DEFAULT_SEGMENT,
            numerics: Numerics::default(),
        }
    }
}
