//! A learning rate that jumps.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Schedule, factor, steps};
use crate::source::{Kind, Parsed, Source};

/// Named `step`: a factor each so many steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// The number of steps between.
    pub every: u32,
    /// The factor.
    pub factor: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    every: Spanned<u32>,
    factor: Spanned<f64>,
}

pub(super) const KIND: Kind<dyn Schedule> = Kind { name: "step", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Schedule>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(Step {
        every: *source.check("every", &raw.every, steps)?,
        factor: *source.check("factor", &raw.factor, factor)?,
    }))
}

impl Schedule for Step {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn factor(&self, time: f64) -> f64 {
        libm::pow(self.factor, (time / f64::from(self.every)).floor())
    }

    fn rate(&self, _: f64) -> f64 {
        0.0
    }

    fn description(&self) -> String {
        format!("{} times as much each {} steps", self.factor, self.every)
    }
}
