//! A learning rate that goes to another one along half a wave (Loshchilov and Hutter 2017).

use std::f64::consts::PI;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Schedule, factor, steps};
use crate::source::{Kind, Parsed, Source};

/// Named `cosine`: from a step on, over so many steps, to a multiple of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cosine {
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

pub(super) const KIND: Kind<dyn Schedule> = Kind { name: "cosine", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Schedule>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(Cosine {
        from: raw.from,
        steps: *source.check("steps", &raw.steps, steps)?,
        to: *source.check("to", &raw.to, factor)?,
    }))
}

impl Cosine {
    /// The share of its time that is over.
    fn share(&self, time: f64) -> f64 {
        (time - f64::from(self.from)) / f64::from(self.steps)
    }
}

impl Schedule for Cosine {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    /// `1 + (to - 1) (1 - cos(pi s)) / 2`, s the share of its time that is over.
    fn factor(&self, time: f64) -> f64 {
        1.0 + 0.5 * (self.to - 1.0) * (1.0 - libm::cos(PI * self.share(time).clamp(0.0, 1.0)))
    }

    fn rate(&self, time: f64) -> f64 {
        let changing = (0.0..1.0).contains(&self.share(time));
        let speed = 0.5 * PI * (self.to - 1.0) * libm::sin(PI * self.share(time)) / f64::from(self.steps);
        if changing { speed / self.factor(time) } else { 0.0 }
    }

    fn description(&self) -> String {
        format!(
            "going along a cosine to {} times as much from step {} on, in {} steps",
            self.to, self.from, self.steps
        )
    }
}
