//! Gradient flow at a time.

use serde::{Deserialize, Serialize};

use crate::dynamics::series::Quantity;

/// Gradient flow at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowSample {
    /// The loss.
    pub loss: f64,
    /// The effective sharpness.
    pub sharpness: f64,
    /// The sum of estimated local errors so far.
    pub error: f64,
    /// The path length so far.
    pub path: f64,
    /// What the error of Euler's method with unit steps amounts to along the flow.
    pub euler_error: f64,
}

impl FlowSample {
    /// What stands in the series.
    pub(in crate::dynamics) const QUANTITIES: &[Quantity<Self>] = &[
        Quantity::number("loss", "L", "L(w(t))", |s| Some(s.loss)),
        Quantity::number("eigenvalue", "1", "eta S, the largest effective eigenvalue", |s| Some(s.sharpness)),
        Quantity::number("error", "w", "the sum of estimated local errors so far", |s| Some(s.error)),
        Quantity::number("path", "w", "the length of the path so far", |s| Some(s.path)),
        Quantity::number(
            "euler_error",
            "w",
            "what the error of Euler's method with unit steps amounts to: half the largest speed so far",
            |s| Some(s.euler_error),
        ),
    ];
}
