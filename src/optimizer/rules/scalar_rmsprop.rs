//! RMSProp with one average for all coordinates (Cohen et al. 2025, part 2).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use crate::optimizer::entry::decay;
use crate::optimizer::{Entry, OneAtTheEdge, Preconditioner, Relative, Rule, State, Steps, UpdateRule};
use crate::source::{Kind, Parsed, Source};

/// Named `scalar_rmsprop`: the share of the average that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ScalarRmspropEntry {
    /// beta2.
    pub beta2: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    beta2: Spanned<f64>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "scalar_rmsprop", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(ScalarRmspropEntry { beta2: *source.check("beta2", &raw.beta2, decay)? }))
}

impl Entry for ScalarRmspropEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn rule(&self, learning_rate: f64) -> Rule {
        Arc::new(ScalarRmsprop { learning_rate, beta2: self.beta2 })
    }

    fn description(&self) -> String {
        format!("scalar RMSProp with beta2 = {}", self.beta2)
    }
}

/// `nu_t = beta2 nu_{t-1} + (1 - beta2) |grad L(w_t)|^2`, `w_{t+1} = w_t - eta / sqrt(nu_t) grad L(w_t)`; the first nu is the first
/// square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScalarRmsprop {
    /// The learning rate eta.
    pub learning_rate: f64,
    /// beta2.
    pub beta2: f64,
}

impl UpdateRule for ScalarRmsprop {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self { learning_rate: eta, ..*self })
    }

    fn preconditioner(&self) -> &dyn Preconditioner {
        self
    }
}

fn sum(squares: &[f64]) -> f64 {
    squares.iter().sum()
}

impl Preconditioner for ScalarRmsprop {
    fn steps(&self, state: &State) -> Steps {
        Steps::Uniform(self.learning_rate / state.squares[0].sqrt())
    }

    fn initial(&self, _: usize) -> Vec<f64> {
        vec![0.0]
    }

    fn least_time(&self) -> usize {
        1
    }

    fn after(&self, state: &State, squares: &[f64]) -> Vec<f64> {
        let square = sum(squares);
        if state.time == 0.0 {
            vec![square]
        } else {
            vec![self.beta2 * state.squares[0] + (1.0 - self.beta2) * square]
        }
    }

    fn velocity(&self, state: &State, squares: &[f64]) -> Vec<f64> {
        vec![(1.0 - self.beta2) / self.beta2 * (sum(squares) - state.squares[0])]
    }

    /// `[b <-g, grad S> + (1 - b) (S^2 / 4 - |g|^2 / eta^2)] / [b |grad S|^2 / 2 + (1 - b) S^2 / eta^2]`, b = beta2: that
    /// `d/dt (eta S / sqrt(nu)) = 0` at the edge, where `nu = eta^2 S^2 / 4`. It is gradient descent's `2 <-g, grad S> / |grad S|^2` as
    /// b goes to 1, and a weighted mean of that and `eta^2 / 4 - |g|^2 / S^2`. With the edge at kappa `nu = eta^2 S^2 / kappa^2`, which makes of
    /// the terms with `1 - b` kappa/2 times `S^2 / kappa^2 - |g|^2 / eta^2` and `S^2 / eta^2`.
    fn single(&self, at: &OneAtTheEdge) -> Option<f64> {
        let (b, rate) = (self.beta2, 0.5 * at.edge * (1.0 - self.beta2) / self.learning_rate.powi(2));
        let square = at.sharpness * at.sharpness;
        let quarter = 0.5 / at.edge * (1.0 - b) * at.sharpness * at.sharpness;
        let rise = b * at.sharpening + quarter - rate * at.gradient_square;
        Some(rise / (0.5 * b * at.slope_square + rate * square))
    }

    /// `d ln sqrt(nu)`.
    fn hardening(&self, state: &State, change: &[f64], _: f64) -> Relative {
        Relative::Uniform(0.5 * change[0] / state.squares[0])
    }
}
