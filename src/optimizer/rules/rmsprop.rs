//! RMSProp (Tieleman and Hinton 2012), with bias correction and epsilon outside the root.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use crate::optimizer::entry::{decay, epsilon};
use crate::optimizer::{Entry, Preconditioner, Relative, Rule, State, Steps, UpdateRule};
use crate::source::{Kind, Parsed, Source};

/// Named `rmsprop`: the share of averages that is kept, and what keeps divisors from zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RmspropEntry {
    /// beta2.
    pub beta2: f64,
    /// epsilon.
    pub epsilon: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    beta2: Spanned<f64>,
    epsilon: Option<Spanned<f64>>,
}

/// Small beside the roots of all averages that matter.
pub(super) const EPSILON: f64 = 1e-7;

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "rmsprop", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(RmspropEntry {
        beta2: *source.check("beta2", &raw.beta2, decay)?,
        epsilon: match &raw.epsilon {
            Some(value) => *source.check("epsilon", value, epsilon)?,
            None => EPSILON,
        },
    }))
}

impl Entry for RmspropEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        Arc::new(Rmsprop(Roots { learning_rate, beta2: self.beta2, epsilon: self.epsilon }))
    }

    fn description(&self) -> String {
        format!("RMSProp with beta2 = {}", self.beta2)
    }
}

/// `w_{t+1} = w_t - P_t^-1 grad L(w_t)` with P made of [`Roots`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rmsprop(pub Roots);

impl UpdateRule for Rmsprop {
    fn learning_rate(&self) -> f64 {
        self.0.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self(Roots { learning_rate: eta, ..self.0 }))
    }

    fn preconditioner(&self) -> &dyn Preconditioner {
        &self.0
    }
}

/// `P_t = diag(sqrt(nu_t / (1 - beta2^t)) + epsilon) / eta`, where nu has taken in t gradients:
/// `nu_t = beta2 nu_{t-1} + (1 - beta2) g_t^2` coordinate by coordinate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Roots {
    /// The learning rate eta.
    pub learning_rate: f64,
    /// beta2.
    pub beta2: f64,
    /// epsilon.
    pub epsilon: f64,
}

impl Roots {
    /// `1 - beta2^t`: what t averages of one make.
    pub fn filled(&self, time: f64) -> f64 {
        -libm::expm1(time * libm::log(self.beta2))
    }
}

impl Preconditioner for Roots {
    fn steps(&self, state: &State) -> Steps {
        let filled = self.filled(state.time);
        let step = |nu: &f64| self.learning_rate / ((nu / filled).sqrt() + self.epsilon);
        Steps::Each(state.squares.iter().map(step).collect())
    }

    fn initial(&self, dim: usize) -> Vec<f64> {
        vec![0.0; dim]
    }

    fn least_time(&self) -> usize {
        1
    }

    fn roots(&self) -> Option<&Roots> {
        Some(self)
    }

    fn after(&self, state: &State, squares: &[f64]) -> Vec<f64> {
        let next = |(nu, q): (&f64, &f64)| self.beta2 * nu + (1.0 - self.beta2) * q;
        state.squares.iter().zip(squares).map(next).collect()
    }

    fn velocity(&self, state: &State, squares: &[f64]) -> Vec<f64> {
        let rate = (1.0 - self.beta2) / self.beta2;
        state.squares.iter().zip(squares).map(|(nu, q)| rate * (q - nu)).collect()
    }

    /// With `n = nu / f`, `f = 1 - beta2^t`: `d ln P = dn / (2 sqrt(n) (sqrt(n) + epsilon))`,
    /// `dn = dnu / f + nu beta2^t ln(beta2) / f^2 dt`.
    fn hardening(&self, state: &State, change: &[f64], time: f64) -> Relative {
        let filled = self.filled(state.time);
        let filling = (1.0 - filled) * libm::log(self.beta2) / (filled * filled) * time;
        let relative = |(nu, change): (&f64, &f64)| {
            let root = (nu / filled).sqrt();
            // A coordinate whose gradient is zero always stays as it is.
            if root > 0.0 {
                (change / filled + nu * filling) / (2.0 * root * (root + self.epsilon))
            } else {
                0.0
            }
        };
        Relative::Each(state.squares.iter().zip(change).map(relative).collect())
    }
}
