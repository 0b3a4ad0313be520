//! The time over which a learning rate goes to another one.

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{factor, steps};
use crate::source::{Parsed, Source};

/// From a step on, over so many steps, to a multiple of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ramp {
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

impl Ramp {
    /// The ramp that a table has.
    pub(super) fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Self> {
        let raw: Raw = source.read(table)?;
        Ok(Self {
            from: raw.from,
            steps: *source.check("steps", &raw.steps, steps)?,
            to: *source.check("to", &raw.to, factor)?,
        })
    }

    /// The share s of its time that is over: below 0 before it, 1 and more after it.
    pub(super) fn share(&self, time: f64) -> f64 {
        (time - f64::from(self.from)) / f64::from(self.steps)
    }

    /// `1 + (to - 1) shape(s)`, for a shape that goes from 0 to 1 with s.
    pub(super) fn factor(&self, time: f64, shape: impl Fn(f64) -> f64) -> f64 {
        1.0 + (self.to - 1.0) * shape(self.share(time).clamp(0.0, 1.0))
    }

    /// `d ln factor / dt` for a factor and the slope `d shape / ds`; 0 before and after.
    pub(super) fn rate(&self, time: f64, factor: f64, slope: impl Fn(f64) -> f64) -> f64 {
        let share = self.share(time);
        let speed = || (self.to - 1.0) * slope(share) / f64::from(self.steps);
        if (0.0..1.0).contains(&share) { speed() / factor } else { 0.0 }
    }

    /// Where it goes, in words.
    pub(super) fn description(&self) -> String {
        format!("to {} times as much from step {} on, in {} steps", self.to, self.from, self.steps)
    }
}
