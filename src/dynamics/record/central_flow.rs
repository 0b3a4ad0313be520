//! The central flow at a time, or the central map of a segment.

use serde::{Deserialize, Serialize};

use crate::dynamics::SingleEigenvalue;
use crate::dynamics::ascent::Ascent;
use crate::dynamics::series::Quantity;

/// The central flow at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CentralSample {
    /// The loss.
    pub loss: f64,
    /// `|grad L|^2`.
    pub gradient_square: f64,
    /// The edge step h, in natural coordinates.
    pub edge_step: f64,
    /// The critical effective eigenvalues and the next one, descending.
    pub eigenvalues: Vec<f64>,
    /// The largest relative residual of the eigenpairs.
    pub residual: f64,
    /// The eigenvalues of Sigma, descending, one a critical eigenvalue.
    pub sigma: Vec<f64>,
    /// `<q_i, w_t - w*_t>` along the eigenvectors q_i of Sigma; empty before t = 1.
    pub oscillation: Vec<f64>,
    /// The most by which a direction's effective eigenvalue would rise in a substep without Sigma.
    pub rise: f64,
    /// `tr(H Sigma H)`.
    pub gradient_variance: f64,
    /// `tr(h H Sigma h H)` in natural coordinates.
    pub effective_variance: f64,
    /// Violation of the complementarity conditions.
    pub complementarity: f64,
    /// The same for half of Sigma, which is wrong.
    pub half_complementarity: f64,
    /// The closed form for one critical eigenvalue.
    pub single: Option<SingleEigenvalue>,
    /// The path length so far.
    pub path: f64,
    /// The change of the loss in the worst substep since the last step; none at the start.
    pub ascent: Option<Ascent>,
}

impl CentralSample {
    /// `tr Sigma`.
    pub fn trace(&self) -> f64 {
        self.sigma.iter().fold(0.0, |sum, sigma| sum + sigma)
    }

    /// The i-th eigenvalue of Sigma if it is positive beyond rounding: more than 1e-9 of the trace.
    pub fn positive_sigma(&self, i: usize) -> Option<f64> {
        self.sigma.get(i).copied().filter(|&sigma| sigma > 1e-9 * self.trace())
    }
}

impl CentralSample {
    /// What stands in the series.
    pub(in crate::dynamics) const QUANTITIES: &[Quantity<Self>] = &[
        Quantity::number("loss", "L", "L(w(t))", |s| Some(s.loss)),
        Quantity::number("gradient_square", "L^2/w^2", "|grad L(w(t))|^2", |s| Some(s.gradient_square)),
        Quantity::number("edge_step", "w^2/L", "h: at the edge of stability the sharpness is 2/h", |s| {
            Some(s.edge_step)
        }),
        Quantity::list("eigenvalue", "1", "eta lambda_i, the critical ones and the next, descending", |s| {
            &s.eigenvalues
        }),
        Quantity::number("residual", "1", "the largest relative residual of the eigenpairs", |s| {
            Some(s.residual)
        }),
        Quantity::number("trace_sigma", "w^2", "tr Sigma", |s| Some(s.trace())),
        Quantity::list("sigma", "w^2", "the eigenvalues of Sigma, descending", |s| &s.sigma),
        Quantity::list("oscillation", "w", "<q_i, w_t - w*_t> along the eigenvectors q_i of Sigma", |s| {
            &s.oscillation
        }),
        Quantity::number(
            "rise",
            "1",
            "the most by which a critical direction's eta lambda would rise in a substep without Sigma",
            |s| Some(s.rise),
        ),
        Quantity::number("trace_h_sigma_h", "L^2/w^2", "tr(H Sigma H)", |s| Some(s.gradient_variance)),
        Quantity::number("effective_variance", "w^2", "tr(h H Sigma h H)", |s| Some(s.effective_variance)),
        Quantity::number("complementarity", "1", "the violation of the complementarity conditions", |s| {
            Some(s.complementarity)
        }),
        Quantity::number("half_complementarity", "1", "the same for half of Sigma, which is wrong", |s| {
            Some(s.half_complementarity)
        }),
        Quantity::number(
            "closed_form",
            "w^2",
            "sigma^2 = 2 <-grad L, grad S> / |grad S|^2, where one eigenvalue is critical",
            |s| s.single.map(|single| single.closed_form),
        ),
        Quantity::number("closed_form_solved", "w^2", "the same by the complementarity problem", |s| {
            s.single.map(|single| single.solved)
        }),
        Quantity::number(
            "projection_mismatch",
            "1",
            "the distance of the velocity to projected gradient flow, over eta |grad L|, where one eigenvalue is critical",
            |s| s.single.map(|single| single.projection_mismatch),
        ),
        Quantity::number(
            "projection_cosine",
            "1",
            "|<grad L, grad S>| / (|grad L| |grad S|), where one eigenvalue is critical",
            |s| s.single.map(|single| single.cosine),
        ),
        Quantity::number("path", "w", "the length of the path so far", |s| Some(s.path)),
        Quantity::number(
            "ascent",
            "1",
            "the change of the loss in the worst substep since the last step, over gradient flow's descent",
            |s| s.ascent.map(|ascent| ascent.relative()),
        ),
        Quantity::number("ascent_error", "1", "the share of it that is numerical", |s| {
            s.ascent.map(|ascent| ascent.relative_error())
        }),
    ];
}
