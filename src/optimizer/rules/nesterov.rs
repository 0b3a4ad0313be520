//! Nesterov's accelerated gradient (Nesterov 1983), with constant momentum.

use std::sync::Arc;

use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

use crate::optimizer::inertial::{Inertial, read_momentum};
use crate::optimizer::{Entry, Momentum, Rule};
use crate::source::{Kind, Parsed, Source};

/// Named `nesterov`: as the heavy ball, with the gradient where inertia leads, at `y_t = w_t + beta (w_t - w_{t-1})`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NesterovEntry {
    /// The momentum beta.
    pub momentum: f64,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "nesterov", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    Ok(Arc::new(NesterovEntry { momentum: read_momentum(source, table)? }))
}

impl Entry for NesterovEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        let momentum = Momentum { kept: self.momentum, ahead: true, ..Momentum::NONE };
        Arc::new(Inertial::new(learning_rate, momentum))
    }

    fn description(&self) -> String {
        format!("Nesterov's rule of momentum {}", self.momentum)
    }
}
