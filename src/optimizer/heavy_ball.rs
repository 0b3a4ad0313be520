//! The heavy ball (Polyak 1964).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::entry::share;
use super::{Constant, Entry, Momentum, Preconditioner, Rule, UpdateRule};
use crate::source::{Kind, Parsed, Source};

/// Named `heavy_ball`: a momentum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HeavyBallEntry {
    /// The momentum beta.
    pub momentum: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    momentum: Spanned<f64>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "heavy_ball", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(HeavyBallEntry { momentum: *source.check("momentum", &raw.momentum, share)? }))
}

impl Entry for HeavyBallEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        Arc::new(HeavyBall::new(learning_rate, self.momentum))
    }

    fn description(&self) -> String {
        format!("heavy ball of momentum {}", self.momentum)
    }
}

/// `m_{t+1} = beta m_t + grad L(w_t)`, `w_{t+1} = w_t - eta m_{t+1}`, that is
/// `w_{t+1} = w_t - eta grad L(w_t) + beta (w_t - w_{t-1})`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeavyBall {
    preconditioner: Constant,
    momentum: f64,
}

impl HeavyBall {
    /// With learning rate eta and momentum beta.
    pub const fn new(learning_rate: f64, momentum: f64) -> Self {
        Self { preconditioner: Constant { learning_rate }, momentum }
    }
}

impl UpdateRule for HeavyBall {
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
        Momentum { kept: self.momentum, ..Momentum::NONE }
    }
}
