//! The optimizer at an iterate: what all processes run beside.

use serde::{Deserialize, Serialize};

use super::Part;
use super::series::Quantity;

/// The optimizer at an iterate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiscreteSample {
    /// `L(w_t)`.
    pub loss: f64,
    /// `|grad L(w_t)|^2`.
    pub gradient_square: f64,
    /// `|w_{t+1} - w_t|`.
    pub step_length: f64,
    /// The edge step h of this step, in natural coordinates.
    pub edge_step: f64,
    /// By how much the effective sharpness would be beyond 2 at the edge if decay of the weights had not moved that; 0 without decay, none where it
    /// moves each eigenvalue by something else.
    pub shift: Option<f64>,
}

impl Part for DiscreteSample {
    const PROCESS: &'static str = "descent";

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number("loss", "L", "L(w_t)", |s| Some(s.loss)),
            Self::number("gradient_square", "L^2/w^2", "|grad L(w_t)|^2", |s| Some(s.gradient_square)),
            Self::number("edge_step", "w^2/L", "h: at the edge of stability the sharpness is 2/h", |s| {
                Some(s.edge_step)
            }),
            Self::number("step_length", "w", "|w_{t+1} - w_t|", |s| Some(s.step_length)),
        ]
    }
}
