//! The claims of the theory of central flows, whatever the update rule: sharpening, the edge of stability, Sigma, the path, time averages.
//!
//! They are told for gradient descent. With another rule eta stands for its edge step h where a sharpness is compared with
//! 2/eta, and in what follows from that, and for its mean step R in velocities ([`crate::optimizer::UpdateRule`]).

use super::{About, Group};

mod central_flow_descends;
mod central_flow_stays_stable;
mod central_map_is_descent;
mod gradient_norm_decomposes;
mod keeps_pace;
mod loss_decomposes;
mod nearer_than_gradient_flow;
mod oscillation_correlations;
mod oscillation_size;
mod oscillation_variances;
mod progressive_sharpening;
mod projected_gradient_flow;
mod sharpness_equilibrates;
mod sigma_complementary;
mod sigma_in_critical_eigenspace;
mod single_critical_eigenvalue;
mod third_order_expansion;
mod tracks_central_flow;
mod tracks_in_segments;

/// In the order of the talk.
pub(super) const GROUP: Group = Group {
    name: "central_flow",
    meaning: "the edge of stability, Sigma, the path and time averages, whatever the update rule; for other rules than gradient descent \
              eta stands for what makes the edge 2/eta",
    about: About::Every,
    predictions: &[
        &progressive_sharpening::ProgressiveSharpening,
        &third_order_expansion::ThirdOrderExpansion,
        &sharpness_equilibrates::SharpnessEquilibrates,
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
