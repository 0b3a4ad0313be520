//! Adam (Kingma and Ba 2015), with both bias corrections and epsilon outside the root.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::rmsprop::{EPSILON, Roots};
use crate::optimizer::entry::{decay, epsilon, share};
use crate::optimizer::{Entry, Momentum, Preconditioner, Relative, Rule, State, Steps, UpdateRule};
use crate::source::{Kind, Parsed, Source};

/// Named `adam`: the shares of both averages that are kept, and what keeps divisors from zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AdamEntry {
    /// beta1.
    pub beta1: f64,
    /// beta2.
    pub beta2: f64,
    /// epsilon.
    pub epsilon: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    beta1: Spanned<f64>,
    beta2: Spanned<f64>,
    epsilon: Option<Spanned<f64>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "adam", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(AdamEntry {
        beta1: *source.check("beta1", &raw.beta1, share)?,
        beta2: *source.check("beta2", &raw.beta2, decay)?,
        epsilon: match &raw.epsilon {
            Some(value) => *source.check("epsilon", value, epsilon)?,
            None => EPSILON,
        },
    }))
}

impl Entry for AdamEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        let roots = Roots { learning_rate, beta2: self.beta2, epsilon: self.epsilon };
        Arc::new(Adam { roots, beta1: self.beta1 })
    }

    fn description(&self) -> String {
        format!("Adam with beta1 = {}, beta2 = {}", self.beta1, self.beta2)
    }
}

/// `m_{t+1} = beta1 m_t + (1 - beta1) grad L(w_t)`, `w_{t+1} = w_t - P^-1 m_{t+1} / (1 - beta1^{t+1})`, P that of RMSProp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// P without what corrects the momentum.
    pub roots: Roots,
    /// beta1.
    pub beta1: f64,
}

impl Adam {
    /// `1 - beta1^t`, by which the average of t gradients is too small.
    fn filled(&self, time: f64) -> f64 {
        1.0 - libm::pow(self.beta1, time)
    }
}

impl UpdateRule for Adam {
    fn learning_rate(&self) -> f64 {
        self.roots.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self { roots: Roots { learning_rate: eta, ..self.roots }, ..*self })
    }

    fn preconditioner(&self) -> &dyn Preconditioner {
        self
    }

    fn momentum(&self) -> Momentum {
        Momentum { kept: self.beta1, intake: 1.0 - self.beta1, ..Momentum::NONE }
    }
}

impl Preconditioner for Adam {
    fn steps(&self, state: &State) -> Steps {
        self.roots.steps(state).times(1.0 / self.filled(state.time))
    }

    fn initial(&self, dim: usize) -> Vec<f64> {
        self.roots.initial(dim)
    }

    fn least_time(&self) -> usize {
        self.roots.least_time()
    }

    fn roots(&self) -> Option<&Roots> {
        Some(&self.roots)
    }

    fn after(&self, state: &State, squares: &[f64]) -> Vec<f64> {
        self.roots.after(state, squares)
    }

    fn velocity(&self, state: &State, squares: &[f64]) -> Vec<f64> {
        self.roots.velocity(state, squares)
    }

    /// That of the roots, and of the correction: `d ln(1 - beta1^t) = -beta1^t ln(beta1) / (1 - beta1^t) dt`.
    fn hardening(&self, state: &State, change: &[f64], time: f64) -> Relative {
        let Relative::Each(mut relative) = self.roots.hardening(state, change, time) else {
            unreachable!("the roots are one a coordinate")
        };
        if self.beta1 > 0.0 {
            let kept = libm::pow(self.beta1, state.time);
            let corrected = -kept * libm::log(self.beta1) / (1.0 - kept) * time;
            relative.iter_mut().for_each(|relative| *relative += corrected);
        }
        Relative::Each(relative)
    }
}
