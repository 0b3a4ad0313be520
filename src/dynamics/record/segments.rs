//! The theory started anew at a midpoint.

use serde::{Deserialize, Serialize};

use super::CentralSample;
use crate::dynamics::series::Quantity;

/// A step of a segment: the theory started anew at a midpoint, `step - start` steps ago.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentSample {
    /// The step at whose midpoint the segment began.
    pub start: usize,
    /// The central map.
    pub map: CentralSample,
    /// The distance of the midpoint to the central map.
    pub to_map: f64,
    /// By how many steps the midpoint is ahead of the central map: `<w*_t - m_t, v> / |v|^2`, v the map's velocity.
    pub ahead: f64,
    /// The distance of the midpoint to gradient flow from the same start.
    pub to_gradient_flow: Option<f64>,
    /// The distance of the central map to the central flow from the same start, along the first segment.
    pub map_to_flow: Option<f64>,
    /// `eta q_i' H(w*_t) q_i` at the midpoint along the eigenvectors q_i of the map's Sigma, at every few steps.
    pub curvature: Vec<f64>,
    /// What the theory's expansion leaves out at the amplitude of the oscillation, at the same steps.
    pub rest: Option<ExpansionRest>,
}

/// What the expansion of the gradient to second order in the oscillation leaves out, with `x_i = sqrt(sigma_i)` along the
/// eigenvectors q_i of the central map's Sigma, `F = 1/2 grad <H, Sigma>` and
/// `R = sum_i [1/2 (g(m + x_i q_i) + g(m - x_i q_i)) - g(m)] - F`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExpansionRest {
    /// `|R| / |F|`: the relative error of the force of the oscillation.
    pub force: f64,
    /// `eta |<R, v>| / |v|^2`, v the map's velocity: the relative error of the pace.
    pub pace: f64,
    /// `eta sum_i sigma_i |q_i' (g(m + x_i q_i) - g(m - x_i q_i)) / (2 x_i) - q_i' H(m) q_i| / tr Sigma`: the difference between the
    /// curvature over the oscillation, which gradient descent feels, and that at its middle.
    pub curvature: f64,
    /// `|F|^2 / tr(H Sigma H)`: the mean gradient is `g + F`, orthogonal to F, so that the square of it is less by this than
    /// `|g|^2`, which the theory says.
    pub gradient: f64,
}

impl SegmentSample {
    /// What stands in the series.
    pub(in crate::dynamics) const QUANTITIES: &[Quantity<Self>] = &[
        Quantity::number("start", "steps", "the step at whose midpoint the segment began", |s| {
            Some(s.start as f64)
        }),
        Quantity::number("to_midpoint", "w", "the distance of the central map to w*_t", |s| Some(s.to_map)),
        Quantity::number(
            "ahead",
            "steps",
            "by how many steps w*_t is ahead of the central map: <w*_t - m_t, v> / |v|^2",
            |s| Some(s.ahead),
        ),
        Quantity::number(
            "gradient_flow_to_midpoint",
            "w",
            "the distance of gradient flow from the same start to w*_t",
            |s| s.to_gradient_flow,
        ),
        Quantity::number(
            "to_central_flow",
            "w",
            "the distance of the central map to the central flow from the same start",
            |s| s.map_to_flow,
        ),
        Quantity::list("curvature", "1", "eta q_i' H(w*_t) q_i along the eigenvectors q_i of Sigma", |s| {
            &s.curvature
        }),
        Quantity::number(
            "rest_force",
            "1",
            "what the expansion leaves out of the force F of the oscillation, relative",
            |s| s.rest.map(|rest| rest.force),
        ),
        Quantity::number("rest_pace", "1", "the same of the pace", |s| s.rest.map(|rest| rest.pace)),
        Quantity::number("rest_curvature", "1", "the same of the curvature, in eta lambda", |s| {
            s.rest.map(|rest| rest.curvature)
        }),
        Quantity::number("rest_gradient", "1", "|F|^2 / tr(H Sigma H)", |s| s.rest.map(|rest| rest.gradient)),
    ];
}
