//! Gradient descent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Entry, Rule, UpdateRule};
use crate::numeric::vector::axpy;
use crate::source::{Kind, Parsed, Source};

/// Named `gradient_descent`: nothing but a learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradientDescentEntry {}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "gradient_descent", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    Ok(Arc::new(source.read::<GradientDescentEntry>(table)?))
}

impl Entry for GradientDescentEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        Arc::new(GradientDescent { learning_rate })
    }

    fn description(&self) -> String {
        "gradient descent".to_string()
    }
}

/// `w_{t+1} = w_t - eta grad L(w_t)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientDescent {
    /// The learning rate eta.
    pub learning_rate: f64,
}

impl UpdateRule for GradientDescent {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self { learning_rate: eta })
    }

    fn next(&self, _: &[f64], here: &[f64], gradient: &[f64]) -> Vec<f64> {
        let mut next = here.to_vec();
        axpy(-self.learning_rate, gradient, &mut next);
        next
    }

    /// Along an eigenvector of a quadratic a step multiplies by `1 - eta lambda`, which is -1 at `2 / eta`.
    fn edge_step(&self) -> f64 {
        self.learning_rate
    }

    fn mean_step(&self) -> f64 {
        self.learning_rate
    }
}
