//! Momentum as an exponential moving average of gradients.

use std::sync::Arc;

use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

use crate::optimizer::inertial::{Inertial, read_momentum};
use crate::optimizer::{Entry, Momentum, Rule};
use crate::source::{Kind, Parsed, Source};

/// Named `ema_momentum`: `m_{t+1} = beta m_t + (1 - beta) grad L(w_t)`, `w_{t+1} = w_t - eta m_{t+1}`, the heavy ball with
/// `(1 - beta) eta`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EmaMomentumEntry {
    /// The momentum beta.
    pub momentum: f64,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "ema_momentum", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    Ok(Arc::new(EmaMomentumEntry { momentum: read_momentum(source, table)? }))
}

impl Entry for EmaMomentumEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        let momentum = Momentum { kept: self.momentum, intake: 1.0 - self.momentum, ..Momentum::NONE };
        Arc::new(Inertial::new(learning_rate, momentum))
    }

    fn description(&self) -> String {
        format!("averaged gradients of momentum {}", self.momentum)
    }
}
