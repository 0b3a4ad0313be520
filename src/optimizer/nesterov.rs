//! Nesterov's accelerated gradient (Nesterov 1983), with constant momentum.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::entry::share;
use super::{Constant, Entry, Momentum, Preconditioner, Rule, UpdateRule};
use crate::source::{Kind, Parsed, Source};

/// Named `nesterov`: a momentum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NesterovEntry {
    /// The momentum beta.
    pub momentum: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    momentum: Spanned<f64>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "nesterov", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(NesterovEntry { momentum: *source.check("momentum", &raw.momentum, share)? }))
}

impl Entry for NesterovEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        Arc::new(Nesterov::new(learning_rate, self.momentum))
    }

    fn description(&self) -> String {
        format!("Nesterov's rule of momentum {}", self.momentum)
    }
}

/// As the heavy ball, with the gradient where inertia leads: at `y_t = w_t + beta (w_t - w_{t-1})`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nesterov {
    preconditioner: Constant,
    momentum: f64,
}

impl Nesterov {
    /// With learning rate eta and momentum beta.
    pub const fn new(learning_rate: f64, momentum: f64) -> Self {
        Self { preconditioner: Constant { learning_rate }, momentum }
    }
}

impl UpdateRule for Nesterov {
    fn learning_rate(&self) -> f64 {
        self.preconditioner.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self::new(eta, self.momentum))
    }

    fn preconditioner(&self) -> &dyn Preconditioner {
        &self.preconditioner
    }

    fn momentum(&self) -> Momentum {
        Momentum { kept: self.momentum, ahead: true, ..Momentum::NONE }
    }
}
