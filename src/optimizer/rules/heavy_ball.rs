//! The heavy ball (Polyak 1964).

use std::sync::Arc;

use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

use crate::optimizer::inertial::{Inertial, read_momentum};
use crate::optimizer::{Entry, Momentum, Rule};
use crate::source::{Kind, Parsed, Source};

/// Named `heavy_ball`: `m_{t+1} = beta m_t + grad L(w_t)`, `w_{t+1} = w_t - eta m_{t+1}`, that is
/// `w_{t+1} = w_t - eta grad L(w_t) + beta (w_t - w_{t-1})`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HeavyBallEntry {
    /// The momentum beta.
    pub momentum: f64,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "heavy_ball", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    Ok(Arc::new(HeavyBallEntry { momentum: read_momentum(source, table)? }))
}

impl Entry for HeavyBallEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        let momentum = Momentum { kept: self.momentum, ..Momentum::NONE };
        Arc::new(Inertial::new(learning_rate, momentum))
    }

    fn description(&self) -> String {
        format!("heavy ball of momentum {}", self.momentum)
    }
}
