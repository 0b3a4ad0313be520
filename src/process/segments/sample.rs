//! What is written down of a segment at a step.

use serde::{Deserialize, Serialize};

use super::KIND;
use crate::process::series::Quantity;
use crate::process::{CentralSample, Part};

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
    /// The state of the preconditioner, where it has one.
    pub state: Option<StateSample>,
}

/// The state nu of a preconditioner, beside that of the central map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateSample {
    /// The sum of nu over its coordinates.
    pub size: f64,
    /// That of the central map.
    pub predicted: f64,
    /// e: by how much the steps are longer than those of the central map, relative to them and weighted by the oscillation,
    /// `tr((h_t / h - 1) Sigma) / tr Sigma` in natural coordinates.
    pub longer: f64,
    /// The squares of the gradient by coordinate, at the end of a segment, where there is a state for each.
    pub by_coordinate: Option<ByCoordinate>,
}

/// Cosines of sums over a segment of the squares of the gradient, by coordinate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ByCoordinate {
    /// With the central map's `g^2 + diag(H Sigma H)`.
    pub predicted: f64,
    /// With its `g^2` alone.
    pub without: f64,
    /// Between two halves of the segment that take turns.
    pub halves: f64,
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
    /// `2 (a/R) |<w, F>| / tr(H Sigma H)`: where weights decay beside the step F is orthogonal to the mean gradient and `(a/R) w` together, and not to
    /// the mean gradient, so that this is left to its square; of second order in x, as what the theory keeps.
    pub decay: f64,
}

impl Part for SegmentSample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        let map = CentralSample::quantities().into_iter().map(|q| q.within(|s: &Self| &s.map));
        let own = vec![
            Self::number("start", "steps", "the step at whose midpoint the segment began", |s| {
                Some(s.start as f64)
            }),
            Self::number("to_midpoint", "w", "the distance of the central map to w*_t", |s| Some(s.to_map)),
            Self::number(
                "ahead",
                "steps",
                "by how many steps w*_t is ahead of the central map: <w*_t - m_t, v> / |v|^2",
                |s| Some(s.ahead),
            ),
            Self::number(
                "gradient_flow_to_midpoint",
                "w",
                "the distance of gradient flow from the same start to w*_t",
                |s| s.to_gradient_flow,
            ),
            Self::number(
                "to_central_flow",
                "w",
                "the distance of the central map to the central flow from the same start",
                |s| s.map_to_flow,
            ),
            Self::list("curvature", "1", "eta q_i' H(w*_t) q_i along the eigenvectors q_i of Sigma", |s| {
                &s.curvature
            }),
            Self::number(
                "rest_force",
                "1",
                "what the expansion leaves out of the force F of the oscillation, relative",
                |s| s.rest.map(|rest| rest.force),
            ),
            Self::number("rest_pace", "1", "the same of the pace", |s| s.rest.map(|rest| rest.pace)),
            Self::number("rest_curvature", "1", "the same of the curvature, in eta lambda", |s| {
                s.rest.map(|rest| rest.curvature)
            }),
            Self::number("rest_gradient", "1", "|F|^2 / tr(H Sigma H)", |s| s.rest.map(|rest| rest.gradient)),
            Self::number(
                "state",
                "L^2/w^2",
                "the sum of the state nu of a preconditioner over its coordinates, in the run",
                |s| s.state.as_ref().map(|state| state.size),
            ),
            Self::number("state_predicted", "L^2/w^2", "the same along the central map", |s| {
                s.state.as_ref().map(|state| state.predicted)
            }),
            Self::number(
                "steps_longer",
                "1",
                "by how much steps are longer than the central map's, relative and weighted by Sigma",
                |s| s.state.as_ref().map(|state| state.longer),
            ),
            Self::number(
                "squares_cosine",
                "1",
                "of the squares of the gradient by coordinate with g^2 + diag(H Sigma H), over a segment, at its end",
                |s| s.state.as_ref()?.by_coordinate.map(|found| found.predicted),
            ),
            Self::number("squares_cosine_without", "1", "the same with g^2 alone", |s| {
                s.state.as_ref()?.by_coordinate.map(|found| found.without)
            }),
            Self::number(
                "squares_cosine_halves",
                "1",
                "the same between two halves of a segment that take turns",
                |s| s.state.as_ref()?.by_coordinate.map(|found| found.halves),
            ),
        ];
        own.into_iter().chain(map).collect()
    }
}
