//! Gradient descent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use crate::optimizer::{Constant, Entry, Preconditioner, Rule, UpdateRule};
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
        Arc::new(GradientDescent::new(learning_rate))
    }

    fn description(&self) -> String {
        "gradient descent".to_string()
    }
}

/// `w_{t+1} = w_t - eta grad L(w_t)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientDescent(Constant);

impl GradientDescent {
    /// With learning rate eta.
    pub const fn new(learning_rate: f64) -> Self {
        Self(Constant { learning_rate })
    }
}

impl UpdateRule for GradientDescent {
    fn learning_rate(&self) -> f64 {
        self.0.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self::new(eta))
    }

    fn preconditioner(&self) -> &dyn Preconditioner {
        &self.0
    }
}
