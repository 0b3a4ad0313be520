//! Checkable predictions of the theory, one a file, each with a control that the same run must reject.
//!
//! A prediction names what it needs measured along the run (its probes) and judges the record. It never runs anything.
//! [`window`] says where averages are taken, [`average`] how certain they are, [`Averages`] how they are judged, on one run and
//! on all runs of an experiment together.

pub mod average;
mod central_flow_descends;
mod central_flow_stays_stable;
mod central_map_is_descent;
mod distances_as_recorded;
mod eigenpairs_certified;
mod estimate;
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
mod recomputation;
mod sharpness_equilibrates;
mod sigma_acts_as_reported;
mod sigma_complementary;
mod sigma_holds_the_edge;
mod sigma_in_critical_eigenspace;
mod single_critical_eigenvalue;
mod splits_from_gradient_flow;
mod steps_by_the_gradient;
mod third_order_expansion;
mod tracks_central_flow;
mod tracks_in_segments;
mod verdict;
pub mod window;

pub use estimate::{Averages, Estimate, Estimates, Theory, judge_pooled};
pub use verdict::{Finding, Judgement, Outcome, Values};

use crate::dynamics::{Probe, Record};

/// A claim of the theory that a run can refute.
pub trait Prediction: Sync {
    /// The name in suite files.
    fn name(&self) -> &'static str;

    /// The claim in one sentence.
    fn statement(&self) -> &'static str;

    /// What must be measured beside the time series.
    fn probes(&self) -> Vec<Probe> {
        Vec::new()
    }

    /// Judges the claim and its control on a run.
    fn judge(&self, record: &Record) -> Finding;

    /// The claim as one about averages, if it is: then the runs of an experiment are judged together as well.
    fn averages(&self) -> Option<&dyn Averages> {
        None
    }
}

/// All predictions, in the order of the talk.
pub fn registry() -> &'static [&'static dyn Prediction] {
    &[
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
        &sigma_holds_the_edge::SigmaHoldsTheEdge,
        &sigma_acts_as_reported::SigmaActsAsReported,
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
        &distances_as_recorded::DistancesAsRecorded,
        &eigenpairs_certified::EigenpairsCertified,
    ]
}

/// The prediction of that name.
pub fn find(name: &str) -> Option<&'static dyn Prediction> {
    registry().iter().copied().find(|prediction| prediction.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_registered_under_its_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/prediction");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| {
                entry.expect("readable").file_name().to_string_lossy().trim_end_matches(".rs").to_string()
            })
            .filter(|name| {
                !["mod", "verdict", "window", "average", "estimate", "recomputation"].contains(&name.as_str())
            })
            .collect();
        let mut names: Vec<_> = registry().iter().map(|prediction| prediction.name().to_string()).collect();
        files.sort();
        names.sort();
        assert_eq!(files, names);
    }
}
