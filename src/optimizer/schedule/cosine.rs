//! A learning rate that goes to another one along half a wave (Loshchilov and Hutter 2017).

use std::f64::consts::PI;
use std::sync::Arc;

use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

use super::Schedule;
use super::ramp::Ramp;
use crate::source::{Kind, Parsed, Source};

/// Named `cosine`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Cosine(pub Ramp);

pub(super) const KIND: Kind<dyn Schedule> = Kind { name: "cosine", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Schedule>> {
    Ok(Arc::new(Cosine(Ramp::read(source, table)?)))
}

impl Schedule for Cosine {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    /// `1 + (to - 1) (1 - cos(pi s)) / 2`, s the share of its time that is over.
    fn factor(&self, time: f64) -> f64 {
        self.0.factor(time, |s| 0.5 * (1.0 - libm::cos(PI * s)))
    }

    fn rate(&self, time: f64) -> f64 {
        self.0.rate(time, self.factor(time), |s| 0.5 * PI * libm::sin(PI * s))
    }

    fn description(&self) -> String {
        format!("going along a cosine {}", self.0.description())
    }
}
