//! The heavy ball (Polyak 1964).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Entry, Rule, UpdateRule};
use crate::numeric::vector::axpy;
use crate::source::{Kind, Parsed, Source, require};

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
    let accepted = |beta: &f64| {
        require((0.0..1.0).contains(beta), || {
            "accepted are numbers from 0 up to, but not including, 1".into()
        })
    };
    Ok(Arc::new(HeavyBallEntry { momentum: *source.check("momentum", &raw.momentum, accepted)? }))
}

impl Entry for HeavyBallEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        Arc::new(HeavyBall { learning_rate, momentum: self.momentum })
    }

    fn description(&self) -> String {
        format!("heavy ball of momentum {}", self.momentum)
    }
}

/// `w_{t+1} = w_t - eta grad L(w_t) + beta (w_t - w_{t-1})`.
///
/// On a quadratic, z with `z^2 - (1 + beta - eta lambda) z + beta = 0` multiplies a step; one of the two is -1 at
/// `eta lambda = 2 (1 + beta)`. The mean c of the path obeys `c_{t+1} - c_t = beta (c_t - c_{t-1}) - eta E grad L`, whose slow part is
/// `(1 - beta) dc/dt = -eta E grad L`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeavyBall {
    /// The learning rate eta.
    pub learning_rate: f64,
    /// The momentum beta.
    pub momentum: f64,
}

impl UpdateRule for HeavyBall {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self { learning_rate: eta, ..*self })
    }

    fn next(&self, before: &[f64], here: &[f64], gradient: &[f64]) -> Vec<f64> {
        let mut next: Vec<f64> = here.to_vec();
        axpy(self.momentum, here, &mut next);
        axpy(-self.momentum, before, &mut next);
        axpy(-self.learning_rate, gradient, &mut next);
        next
    }

    fn edge_step(&self) -> f64 {
        self.learning_rate / (1.0 + self.momentum)
    }

    fn mean_step(&self) -> f64 {
        self.learning_rate / (1.0 - self.momentum)
    }

    /// With `h S = 2 + y` the larger root is `-(1 + y (1 + beta) / (1 - beta))` to first order in y.
    fn growth(&self) -> f64 {
        (1.0 + self.momentum) / (1.0 - self.momentum)
    }

    fn momentum(&self) -> f64 {
        self.momentum
    }
}
