//! A rule whose preconditioner stays as it is: what is left of it is momentum.

use std::sync::Arc;

use super::{Momentum, Preconditioner, Relative, Rule, State, Steps, UpdateRule};

/// A rule with the preconditioner that it has at a state, P constant from there on. Its edge, `kappa P`, is what it would be on a quadratic,
/// for Adam `2 (1 + beta1) / ((1 - beta1) eta)` in units of the root of nu: 38/eta at 0.9 (Cohen et al. 2022, arXiv 2207.14484).
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    learning_rate: f64,
    momentum: Momentum,
    steps: Steps,
}

impl Frozen {
    /// The rule at that state.
    pub fn new(rule: &dyn UpdateRule, state: &State) -> Self {
        Self {
            learning_rate: rule.learning_rate(),
            momentum: rule.momentum(),
            steps: rule.preconditioner().steps(state),
        }
    }
}

impl UpdateRule for Frozen {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        let steps = self.steps.clone().times(eta / self.learning_rate);
        Arc::new(Self { learning_rate: eta, steps, ..*self })
    }

    fn preconditioner(&self) -> &dyn Preconditioner {
        self
    }

    fn momentum(&self) -> Momentum {
        self.momentum
    }
}

impl Preconditioner for Frozen {
    fn steps(&self, _: &State) -> Steps {
        self.steps.clone()
    }

    fn hardening(&self, _: &State, _: &[f64], _: f64) -> Relative {
        match &self.steps {
            Steps::Uniform(_) => Relative::Uniform(0.0),
            Steps::Each(steps) => Relative::Each(vec![0.0; steps.len()]),
        }
    }
}
