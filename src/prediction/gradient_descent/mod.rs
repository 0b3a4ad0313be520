//! The claims of the theory of gradient descent at the edge of stability (the talk), one a file.

use super::Group;

mod central_flow_descends;
mod central_flow_stays_stable;
mod central_map_is_descent;
mod euler_term;
mod follows_gradient_flow;
mod gradient_norm_decomposes;
mod keeps_pace;
mod loss_decomposes;
mod nearer_than_gradient_flow;
mod oscillation_correlations;
mod oscillation_size;
mod oscillation_variances;
mod progressive_sharpening;
mod projected_gradient_flow;
mod quadratic_modes;
mod sharpness_equilibrates;
mod sigma_complementary;
mod sigma_in_critical_eigenspace;
mod single_critical_eigenvalue;
mod splits_from_gradient_flow;
mod steps_by_the_gradient;
mod third_order_expansion;
mod tracks_central_flow;
mod tracks_in_segments;

/// In the order of the talk.
pub(super) const GROUP: Group = Group {
    name: "gradient_descent",
    meaning: "the claims of the theory of gradient descent at the edge of stability",
    predictions: &[
        &quadratic_modes::QuadraticModes,
        &steps_by_the_gradient::StepsByTheGradient,
        &progressive_sharpening::ProgressiveSharpening,
        &follows_gradient_flow::FollowsGradientFlow,
        &euler_term::EulerTerm,
        &splits_from_gradient_flow::SplitsFromGradientFlow,
        &sharpness_equilibrates::SharpnessEquilibrates,
        &third_order_expansion::ThirdOrderExpansion,
        &single_critical_eigenvalue::SingleCriticalEigenvalue,
        &projected_gradient_flow::ProjectedGradientFlow,
        &central_flow_stays_stable::CentralFlowStaysStable,
        &sigma_in_critical_eigenspace::SigmaInCriticalEigenspace,
        &sigma_complementary::SigmaComplementary,
        &central_flow_descends::CentralFlowDescends,
        &central_map_is_descent::CentralMapIsDescent,
        &tracks_central_flow::TracksCentralFlow,
        &tracks_in_segments::TracksInSegments,
        &keeps_pace::KeepsPace,
        &nearer_than_gradient_flow::NearerThanGradientFlow,
        &oscillation_size::OscillationSize,
        &oscillation_variances::OscillationVariances,
        &oscillation_correlations::OscillationCorrelations,
        &loss_decomposes::LossDecomposes,
        &gradient_norm_decomposes::GradientNormDecomposes,
    ],
};
