//! A learning rate that rises from zero in the beginning.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Schedule, steps};
use crate::source::{Kind, Parsed, Source};

/// Named `warm_up`: linearly over so many steps, constant from then on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WarmUp {
    /// The number of steps.
    pub steps: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    steps: Spanned<u32>,
}

pub(super) const KIND: Kind<dyn Schedule> = Kind { name: "warm_up", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Schedule>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(WarmUp { steps: *source.check("steps", &raw.steps, steps)? }))
}

impl Schedule for WarmUp {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    /// `t / steps`, as if half a gradient had been taken before the first one.
    fn factor(&self, time: f64) -> f64 {
        (time.max(0.5) / f64::from(self.steps)).min(1.0)
    }

    fn rate(&self, time: f64) -> f64 {
        if time > 0.5 && time < f64::from(self.steps) { 1.0 / time } else { 0.0 }
    }

    fn description(&self) -> String {
        format!("risen over {} steps", self.steps)
    }
}
