//! At the edge a step is as long as curvature allows: the ablated flow, which is sharper, takes smaller ones (Cohen et al. 2025, part 2, acceleration via regularization; R6, D13).

use crate::prediction::ablation::Ablation;

/// At the edge a step is as long as curvature allows: the ablated flow, which is sharper, takes smaller ones.
pub const CLAIM: Ablation = Ablation {
    name: "steps_grow_by_flatness",
    statement: "the mean step over the weights is longer than along the ablated flow",
    control: "WRONG: without its reduction of curvature the flow takes longer steps",
    terms: |_, _, ablated| Some((ablated.mean_step, ablated.mean_step_of_descent)),
};
