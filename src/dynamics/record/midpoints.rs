//! The midpoint of an iterate, and its distances to the flows from `w_0`.

use serde::{Deserialize, Serialize};

use crate::dynamics::series::Quantity;

/// The midpoint of an iterate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MidpointSample {
    /// The loss at the midpoint.
    pub loss: f64,
    /// `|grad L|^2` there.
    pub gradient_square: f64,
    /// Tracked effective eigenvalues, descending.
    pub eigenvalues: Vec<f64>,
    /// The largest relative residual of the eigenpairs.
    pub residual: f64,
    /// `<-grad L, grad S>` at the midpoint: the rate of progressive sharpening under gradient flow, over eta.
    pub sharpening: f64,
    /// `|grad S|^2` at the midpoint.
    pub sharpness_gradient_square: f64,
    /// The length of the path of midpoints so far.
    pub path: f64,
    /// `|w_t - w*_t|^2`.
    pub displacement_square: f64,
    /// The distance of the midpoint to gradient flow.
    pub to_gradient_flow: Option<f64>,
    /// The distance of the midpoint to the central flow.
    pub to_central_flow: Option<f64>,
}

impl MidpointSample {
    /// What stands in the series.
    pub(in crate::dynamics) const QUANTITIES: &[Quantity<Self>] = &[
        Quantity::number("loss", "L", "L(w*_t), w*_t = (2 w_t + w_{t+1} + w_{t-1}) / 4", |s| Some(s.loss)),
        Quantity::number("gradient_square", "L^2/w^2", "|grad L(w*_t)|^2", |s| Some(s.gradient_square)),
        Quantity::list(
            "eigenvalue",
            "1",
            "eta lambda_i of the Hessian at w*_t, the largest, descending",
            |s| &s.eigenvalues,
        ),
        Quantity::number(
            "residual",
            "1",
            "the largest relative residual of the eigenpairs at or above the edge",
            |s| Some(s.residual),
        ),
        Quantity::number(
            "sharpening",
            "L^2/w^4",
            "<-grad L, grad S>, the rate of progressive sharpening over eta",
            |s| Some(s.sharpening),
        ),
        Quantity::number("sharpness_gradient_square", "L^2/w^6", "|grad S|^2", |s| {
            Some(s.sharpness_gradient_square)
        }),
        Quantity::number("path", "w", "the length of the path of midpoints so far", |s| Some(s.path)),
        Quantity::number("displacement_square", "w^2", "|w_t - w*_t|^2", |s| Some(s.displacement_square)),
        Quantity::number("to_gradient_flow", "w", "the distance to gradient flow", |s| s.to_gradient_flow),
        Quantity::number("to_central_flow", "w", "the distance to the central flow", |s| s.to_central_flow),
    ];
}
