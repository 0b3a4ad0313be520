//! A learning rate that goes to another one at a constant speed.

use std::sync::Arc;

use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

use super::Schedule;
use super::ramp::Ramp;
use crate::source::{Kind, Parsed, Source};

/// Named `linear`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Linear(pub Ramp);

pub(super) const KIND: Kind<dyn Schedule> = Kind { name: "linear", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Schedule>> {
    Ok(Arc::new(Linear(Ramp::read(source, table)?)))
}

impl Schedule for Linear {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    /// `1 + (to - 1) s`, s the share of its time that is over.
    fn factor(&self, time: f64) -> f64 {
        self.0.factor(time, |s| s)
    }

    fn rate(&self, time: f64) -> f64 {
        self.0.rate(time, self.factor(time), |_| 1.0)
    }

    fn description(&self) -> String {
        format!("going linearly {}", self.0.description())
    }
}
