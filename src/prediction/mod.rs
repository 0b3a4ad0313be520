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
mod excess;
mod follows_gradient_flow;
mod gradient_norm_decomposes;
mod keeps_pace;
mod largest;
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
#[cfg(test)]
mod synthetic;
mod third_order_expansion;
mod tracks_central_flow;
mod tracks_in_segments;
mod verdict;
pub mod window;
mod worst;

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

    /// Files that are no prediction.
    const SHARED: [&str; 10] = [
        "mod",
        "average",
        "estimate",
        "excess",
        "largest",
        "recomputation",
        "synthetic",
        "verdict",
        "window",
        "worst",
    ];

    #[test]
    fn every_file_is_registered_under_its_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/prediction");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| {
                entry.expect("readable").file_name().to_string_lossy().trim_end_matches(".rs").to_string()
            })
            .filter(|name| !SHARED.contains(&name.as_str()))
            .collect();
        let mut names: Vec<_> = registry().iter().map(|prediction| prediction.name().to_string()).collect();
        files.sort();
        names.sort();
        assert_eq!(files, names);
    }

    /// The record of a short run, and mutilations of it: what a run may leave behind, and what a defect may.
    fn mutilated() -> Vec<(String, Record)> {
        let text = "description = ''\n[[experiment]]\nname = 'valley'\nseeds = [0]\npredictions = ['quadratic_modes', \
                    'third_order_expansion']\nlearning_rate = 0.5\nsteps = 400\n\
                    objective.valley = { curvature = 3.0, slope = 0.02, directions = 2 }\n";
        let whole = run_text(text);
        let mut records = vec![("whole".to_string(), whole.clone())];
        for length in [0, 1, 2, 13] {
            let mut record = whole.clone();
            record.samples.truncate(length);
            records.push((format!("{length} samples"), record.clone()));
            record.probes = Default::default();
            records.push((format!("{length} samples, no probes"), record));
        }
        for gap in [0..400, 100..200, 300..400, 0..1] {
            for (name, remove) in REMOVE {
                let mut record = whole.clone();
                record.samples[gap.clone()].iter_mut().for_each(remove);
                records.push((format!("no {name} at {gap:?}"), record));
            }
        }
        records
    }

    type Change = fn(&mut crate::dynamics::Sample);

    const REMOVE: [(&str, Change); 8] = [
        ("midpoint", |s| s.midpoint = None),
        ("gradient flow", |s| s.gradient_flow = None),
        ("central flow", |s| s.central_flow = None),
        ("map", |s| s.central_map = None),
        ("distance", |s| s.flows_apart = None),
        ("segment", |s| s.segment = None),
        ("rest", |s| s.segment.iter_mut().for_each(|s| (s.rest, s.to_gradient_flow) = (None, None))),
        ("eigenvalues", |s| {
            s.midpoint.iter_mut().for_each(|m| m.eigenvalues.clear());
            s.central_flow.iter_mut().for_each(|c| c.eigenvalues.clear());
            for map in s.segment.iter_mut().map(|segment| &mut segment.map) {
                (map.eigenvalues, map.sigma, map.oscillation) = (vec![], vec![], vec![]);
            }
        }),
    ];

    fn run_text(text: &str) -> Record {
        let suite = crate::suite::parse("test.toml", text).unwrap_or_else(|error| panic!("{error}"));
        suite.cases()[0].run(&crate::dynamics::Unwatched).expect("runs")
    }

    #[test]
    fn every_prediction_takes_every_record() {
        for (name, record) in mutilated() {
            for prediction in registry() {
                let judge = std::panic::AssertUnwindSafe(|| prediction.judge(&record));
                let judged = std::panic::catch_unwind(judge);
                assert!(judged.is_ok(), "{} panics on a record with {name}", prediction.name());
            }
        }
    }

    type Set = fn(&mut crate::dynamics::Sample, f64);

    /// Numbers of the central flow and of gradient flow at each step, by the predictions that read them at every step.
    const NUMBERS: [(&str, Set); 7] = [
        ("central_flow_stays_stable", |s, x| s.central_flow.iter_mut().for_each(|c| c.eigenvalues[0] = x)),
        ("central_flow_stays_stable", |s, x| s.central_map.iter_mut().for_each(|c| c.sharpness = x)),
        ("sigma_in_critical_eigenspace", |s, x| {
            s.central_flow.iter_mut().for_each(|c| c.gradient_variance = x)
        }),
        ("sigma_complementary", |s, x| s.central_flow.iter_mut().for_each(|c| c.complementarity = x)),
        ("central_flow_descends", |s, x| {
            s.central_flow.iter_mut().filter_map(|c| c.ascent.as_mut()).for_each(|ascent| ascent.change = x);
        }),
        ("follows_gradient_flow", |s, x| {
            s.midpoint.iter_mut().for_each(|m| m.to_gradient_flow = Some(x));
        }),
        ("progressive_sharpening", |s, x| s.midpoint.iter_mut().for_each(|m| m.sharpening = x)),
    ];

    #[test]
    fn one_number_that_is_none_keeps_a_claim_from_holding() {
        let whole = mutilated().swap_remove(0).1;
        let edge = window::edge(&whole).expect("the valley comes to the edge");
        for (name, set) in NUMBERS {
            let prediction = find(name).expect("registered");
            assert_eq!(prediction.judge(&whole).claim.verdict, Outcome::Holds, "{name}");
            for x in [f64::NAN, f64::INFINITY] {
                let mut record = whole.clone();
                let before = ["follows_gradient_flow", "progressive_sharpening"].contains(&name);
                let step = if before { edge / 2 } else { edge + 20 };
                set(&mut record.samples[step], x);
                let claim = prediction.judge(&record).claim;
                assert_ne!(claim.verdict, Outcome::Holds, "{name} with {x} at step {step}: {claim:?}");
            }
        }
    }
}
