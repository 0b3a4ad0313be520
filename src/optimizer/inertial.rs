//! A constant learning rate with inertia: what rules with momentum and no other state share.

use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;

use super::entry::share;
use super::{Constant, Momentum, Preconditioner, Rule, UpdateRule};
use crate::source::{Parsed, Source};

/// `P = I / eta` with a momentum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Inertial {
    preconditioner: Constant,
    momentum: Momentum,
}

impl Inertial {
    pub fn new(learning_rate: f64, momentum: Momentum) -> Self {
        Self { preconditioner: Constant { learning_rate }, momentum }
    }
}

impl UpdateRule for Inertial {
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
        self.momentum
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    momentum: Spanned<f64>,
}

/// The momentum beta of a table that has nothing else.
pub(super) fn read_momentum(source: &Source, table: Spanned<DeValue>) -> Parsed<f64> {
    let raw: Raw = source.read(table)?;
    source.check("momentum", &raw.momentum, share).copied()
}
