//! The central map from `w_0`.

use serde::{Deserialize, Serialize};

use crate::dynamics::series::Quantity;

/// The central map from `w_0`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapSample {
    /// Its distance to the central flow with n substeps: n - 1 times the latter's global error, both being of first order.
    pub distance: Option<f64>,
    /// Its distance to gradient descent's iterate.
    pub to_descent: f64,
    /// Its distance to gradient descent's midpoint.
    pub to_midpoint: Option<f64>,
    /// The largest effective eigenvalue along it.
    pub sharpness: f64,
    /// `tr Sigma` along it.
    pub trace: f64,
    /// `tr(h H Sigma h H)` along it, in natural coordinates.
    pub effective_variance: f64,
}

impl MapSample {
    /// What stands in the series.
    pub(in crate::dynamics) const QUANTITIES: &[Quantity<Self>] = &[
        Quantity::number(
            "to_central_flow",
            "w",
            "the distance to the central flow with n substeps, n - 1 times its error",
            |s| s.distance,
        ),
        Quantity::number("to_descent", "w", "the distance to w_t", |s| Some(s.to_descent)),
        Quantity::number("to_midpoint", "w", "the distance to w*_t", |s| s.to_midpoint),
        Quantity::number("eigenvalue", "1", "eta S, the largest effective eigenvalue", |s| Some(s.sharpness)),
        Quantity::number("trace_sigma", "w^2", "tr Sigma", |s| Some(s.trace)),
        Quantity::number("effective_variance", "w^2", "tr(h H Sigma h H)", |s| Some(s.effective_variance)),
    ];
}
