//! Momentum as an exponential moving average of gradients.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::entry::share;
use super::{Constant, Entry, Momentum, Preconditioner, Rule, UpdateRule};
use crate::source::{Kind, Parsed, Source};

/// Named `ema_momentum`: a momentum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EmaMomentumEntry {
    /// The momentum beta.
    pub momentum: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    momentum: Spanned<f64>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "ema_momentum", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(EmaMomentumEntry { momentum: *source.check("momentum", &raw.momentum, share)? }))
}

impl Entry for EmaMomentumEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        Arc::new(EmaMomentum::new(learning_rate, self.momentum))
    }

    fn description(&self) -> String {
        format!("averaged gradients of momentum {}", self.momentum)
    }
}

/// `m_{t+1} = beta m_t + (1 - beta) grad L(w_t)`, `w_{t+1} = w_t - eta m_{t+1}`: the heavy ball with `(1 - beta) eta`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EmaMomentum {
    preconditioner: Constant,
    momentum: f64,
}

impl EmaMomentum {
    /// With learning rate eta and momentum beta.
    pub const fn new(learning_rate: f64, momentum: f64) -> Self {
        Self { preconditioner: Constant { learning_rate }, momentum }
    }
}

impl UpdateRule for EmaMomentum {
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
        Momentum { kept: self.momentum, intake: 1.0 - self.momentum, ..Momentum::NONE }
    }
}
