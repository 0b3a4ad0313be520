//! The reduction of curvature, by the longer steps that it allows, makes the loss fall faster: the ablated flow is behind (Cohen et al. 2025, part 2, acceleration via regularization; R6, D13).

use crate::prediction::ablation::Ablation;

/// The reduction of curvature, by the longer steps that it allows, makes the loss fall faster: the ablated flow is behind.
pub const CLAIM: Ablation = Ablation {
    name: "flatness_is_faster",
    statement: "the loss at midpoints is less than along the ablated flow",
    control: "WRONG: without its reduction of curvature the loss falls faster",
    terms: |_, midpoint, ablated| Some((midpoint.loss, ablated.loss)),
};
