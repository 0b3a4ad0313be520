//! A learning rate that goes to another one at a constant speed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Schedule, factor, steps};
use crate::source::{Kind, Parsed, Source};

/// Named `linear`: from a step on, over so many steps, to a multiple of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Linear {
    /// The step at which it starts.
    pub from: u32,
    /// The number of steps that it takes.
    pub steps: u32,
    /// The factor at its end.
    pub to: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    from: u32,
    steps: Spanned<u32>,
    to: Spanned<f64>,
}

pub(super) const KIND: Kind<dyn Schedule> = Kind { name: "linear", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Schedule>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(Linear {
        from: raw.from,
        steps: *source.check("steps", &raw.steps, steps)?,
        to: *source.check("to", &raw.to, factor)?,
    }))
}

impl Linear {
    /// The share of its time that is over.
    fn share(&self, time: f64) -> f64 {
        (time - f64::from(self.from)) / f64::from(self.steps)
    }
}

impl Schedule for Linear {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    /// `1 + (to - 1) s`, s the share of its time that is over.
    fn factor(&self, time: f64) -> f64 {
        1.0 + (self.to - 1.0) * self.share(time).clamp(0.0, 1.0)
    }

    fn rate(&self, time: f64) -> f64 {
        let changing = (0.0..1.0).contains(&self.share(time));
        if changing { (self.to - 1.0) / f64::from(self.steps) / self.factor(time) } else { 0.0 }
    }

    fn description(&self) -> String {
        format!(
            "going linearly to {} times as much from step {} on, in {} steps",
            self.to, self.from, self.steps
        )
    }
}
