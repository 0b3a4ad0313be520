//! The reduction of curvature by the oscillation makes the path flatter: the ablated flow, without it, ends sharper (Cohen et al. 2025, part 2, acceleration via regularization; R6, D13).

use crate::prediction::ablation::Ablation;

/// The reduction of curvature by the oscillation makes the path flatter: the ablated flow, without it, ends sharper.
pub const CLAIM: Ablation = Ablation {
    name: "curvature_is_reduced",
    statement: "the sharpness is less than along the ablated flow, whose weights do not feel the oscillation",
    control: "WRONG: without its reduction of curvature the flow ends flatter",
    terms: |s, midpoint, ablated| {
        let sharpness = midpoint.eigenvalues.first()? / s.discrete.edge_step;
        Some((sharpness, ablated.sharpness?))
    },
};
