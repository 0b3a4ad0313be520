//! Checkable predictions, one a file in a folder a theory, each with a control that the same run must reject.
//!
//! A prediction names what it needs measured along the run (its probes) and judges the record. It never runs anything.
//! [`window`] says where averages are taken, [`average`] how certain they are, [`Averages`] how they are judged, on one run and
//! on all runs of an experiment together.

mod ablation;
mod adaptive;
pub mod average;
mod central_flow;
mod certificates;
mod comparison;
mod estimate;
mod excess;
mod gradient_descent;
mod largest;
mod observables;
mod recomputation;
mod stationary;
mod sweeps;
#[cfg(test)]
mod synthetic;
mod verdict;
mod weight_decay;
pub mod window;
mod worst;

use std::fmt;
use std::sync::LazyLock;

pub use comparison::{Comparison, Points, SweptRun};
pub use estimate::{Averages, Estimate, Estimates, Theory, judge_pooled};
pub use verdict::{Finding, Judgement, Outcome, Values};

use crate::experiment::{Plan, Probe, Record, Settings};
use crate::process::Kind;

/// A claim of the theory that a run can refute.
pub trait Prediction: Sync {
    /// The name in suite files.
    fn name(&self) -> &'static str;

    /// The claim in one sentence.
    fn statement(&self) -> &'static str;

    /// The processes whose series it reads.
    fn processes(&self) -> &'static [&'static Kind];

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

    /// The claim as one about the runs of a sweep, if it is: then it is judged on these together and on none alone.
    fn comparison(&self) -> Option<&dyn Comparison> {
        None
    }
}

/// The predictions of a theory, or of what checks the numerics: a folder, whose name stands for all of them in suite files.
pub struct Group {
    /// The name in suite files, which is the folder's.
    pub name: &'static str,
    /// What its predictions are about.
    pub meaning: &'static str,
    /// The update rules that they are about.
    pub about: About,
    /// In the order in which one would tell them.
    pub predictions: &'static [&'static dyn Prediction],
}

/// Which update rules and runs a group is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Every rule.
    Every,
    /// The rules of a kind, with a learning rate that is constant and no decay beside the step.
    Kind(&'static str),
    /// Rules whose preconditioner has a state.
    Adaptive,
    /// Rules whose preconditioner is the root of a state, one a weight, and of nothing else that changes.
    Roots,
    /// Rules whose step is the same for all weights, so that they have a largest sharpness.
    OneStep,
    /// Every rule, where weights decay.
    Decaying,
}

impl About {
    /// Whether the rule of a run is one of them.
    pub fn fits(self, settings: &Settings) -> bool {
        match self {
            About::Every => true,
            About::Kind(kind) => {
                let plain = settings.schedule.is_none() && settings.decoupled_weight_decay == 0.0;
                kind == settings.optimizer.kind() && plain
            }
            About::Adaptive => settings.is_adaptive(),
            About::OneStep => settings.rule().preconditioner().initial(2).len() < 2,
            About::Decaying => settings.decays(),
            About::Roots => settings.is_adaptive() && settings.rule().roots().is_some(),
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            About::Every => write!(f, "every rule"),
            About::Kind(kind) => {
                write!(f, "{kind} with a constant learning rate and no decay beside the step")
            }
            About::Adaptive => write!(f, "rules whose preconditioner has a state"),
            About::OneStep => write!(f, "rules whose step is the same for all weights"),
            About::Decaying => write!(f, "runs with weight_decay or decoupled_weight_decay"),
            About::Roots => {
                write!(
                    f,
                    "rules whose preconditioner is the root of a state, with a constant learning rate and no decay beside the step"
                )
            }
        }
    }
}

/// All groups; a new folder gets its line here.
pub fn groups() -> &'static [Group] {
    const GROUPS: &[Group] = &[
        gradient_descent::GROUP,
        central_flow::GROUP,
        adaptive::GROUP,
        stationary::GROUP,
        weight_decay::GROUP,
        observables::GROUP,
        sweeps::GROUP,
        certificates::GROUP,
    ];
    GROUPS
}

/// All predictions, group by group.
pub fn registry() -> &'static [&'static dyn Prediction] {
    static ALL: LazyLock<Vec<&dyn Prediction>> =
        LazyLock::new(|| groups().iter().flat_map(|group| group.predictions).copied().collect());
    &ALL
}

/// What some predictions need run and measured.
pub fn plan(predictions: &[&dyn Prediction]) -> Plan {
    let processes: Vec<&Kind> = predictions.iter().flat_map(|claim| claim.processes()).copied().collect();
    Plan::new(&processes, predictions.iter().flat_map(|claim| claim.probes()).collect())
}

/// The prediction of that name.
pub fn find(name: &str) -> Option<&'static dyn Prediction> {
    registry().iter().copied().find(|prediction| prediction.name() == name)
}

/// The group of that name.
pub fn find_group(name: &str) -> Option<&'static Group> {
    groups().iter().find(|group| group.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::process::{
        CentralSample, FlowSample, MapSample, MidpointSample, SegmentSample, StationarySample, kinds,
    };

    /// What predictions share, beside the folders of the groups.
    const SHARED: [&str; 11] = [
        "mod",
        "ablation",
        "average",
        "comparison",
        "estimate",
        "excess",
        "largest",
        "recomputation",
        "verdict",
        "window",
        "worst",
    ];

    /// The names of the entries of a folder of predictions: modules without their ending.
    fn entries(folder: &str) -> Vec<String> {
        let folder = format!("{}/src/prediction/{folder}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(folder).expect("the folder is there");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("readable").file_name();
        entries.map(|entry| name(entry).to_string_lossy().trim_end_matches(".rs").to_string()).collect()
    }

    #[test]
    fn every_folder_is_a_group_and_every_file_in_it_is_registered_under_its_name() {
        let mut names: BTreeSet<String> = SHARED.map(String::from).into();
        names.insert("synthetic".into());
        names.extend(groups().iter().map(|group| group.name.to_string()));
        assert_eq!(BTreeSet::from_iter(entries("")), names);
        for group in groups() {
            let mut files = entries(group.name);
            let mut names: Vec<&str> = group.predictions.iter().map(|prediction| prediction.name()).collect();
            names.push("mod");
            files.sort();
            names.sort();
            assert_eq!(files, names, "{}", group.name);
        }
    }

    #[test]
    fn names_are_of_one_prediction_or_group() {
        let names = registry().iter().map(|prediction| prediction.name());
        let all: Vec<&str> = names.chain(groups().iter().map(|group| group.name)).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
        for group in groups() {
            assert!(find_group(group.name).is_some_and(|found| found.meaning == group.meaning));
            for prediction in group.predictions {
                assert!(find(prediction.name()).is_some());
            }
        }
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

    type Change = fn(&mut crate::process::Sample);

    const REMOVE: [(&str, Change); 9] = [
        ("stationary preconditioner", |s| s.remove::<StationarySample>()),
        ("midpoint", |s| s.remove::<MidpointSample>()),
        ("gradient flow", |s| s.remove::<FlowSample>()),
        ("central flow", |s| s.remove::<CentralSample>()),
        ("map", |s| s.remove::<MapSample>()),
        ("distance", |s| s.get_mut::<FlowSample>().into_iter().for_each(|f| f.to_central_flow = None)),
        ("segment", |s| s.remove::<SegmentSample>()),
        ("rest", |s| {
            s.get_mut::<SegmentSample>().into_iter().for_each(|s| (s.rest, s.to_gradient_flow) = (None, None))
        }),
        ("eigenvalues", |s| {
            s.get_mut::<MidpointSample>().into_iter().for_each(|m| m.eigenvalues.clear());
            s.get_mut::<CentralSample>().into_iter().for_each(|c| c.eigenvalues.clear());
            for map in s.get_mut::<SegmentSample>().into_iter().map(|segment| &mut segment.map) {
                (map.eigenvalues, map.sigma, map.oscillation) = (vec![], vec![], vec![]);
            }
        }),
    ];

    fn run_text(text: &str) -> Record {
        let suite = crate::suite::parse("test.toml", text).unwrap_or_else(|error| panic!("{error}"));
        let case = crate::suite::Case { all_processes: true, ..suite.cases().remove(0) };
        case.run(&crate::experiment::Unwatched).expect("runs")
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

    /// A suite of one prediction runs what it names and nothing else; it must not read more.
    #[test]
    fn a_prediction_reads_only_the_processes_that_it_names() {
        let estimates = |claim: &dyn Prediction, record: &Record| {
            claim.averages().map(|averages| averages.estimates(record))
        };
        for (prediction, kind) in
            registry().iter().flat_map(|claim| kinds().iter().map(move |kind| (claim, kind)))
        {
            let what = format!("{} without {}", prediction.name(), kind.name);
            let whole = synthetic::truth::of(prediction.name());
            let without = synthetic::truth::without(&whole, kind.name);
            if plan(&[*prediction]).processes().contains(kind) {
                let named = prediction.processes().contains(kind) && prediction.probes().is_empty();
                assert!(!named || prediction.judge(&without) != prediction.judge(&whole), "{what}");
            } else {
                assert_eq!(prediction.judge(&without), prediction.judge(&whole), "{what}");
                assert_eq!(estimates(*prediction, &without), estimates(*prediction, &whole), "{what}");
            }
        }
    }

    type Set = fn(&mut crate::process::Sample, f64);

    /// Numbers of the central flow and of gradient flow at each step, by the predictions that read them at every step.
    const NUMBERS: [(&str, Set); 7] = [
        ("central_flow_stays_stable", |s, x| {
            s.get_mut::<CentralSample>().into_iter().for_each(|c| c.eigenvalues[0] = x)
        }),
        ("central_flow_stays_stable", |s, x| {
            s.get_mut::<MapSample>().into_iter().for_each(|c| c.sharpness = x)
        }),
        ("sigma_in_critical_eigenspace", |s, x| {
            s.get_mut::<CentralSample>().into_iter().for_each(|c| c.effective_variance = x)
        }),
        ("sigma_complementary", |s, x| {
            s.get_mut::<CentralSample>().into_iter().for_each(|c| c.complementarity = x)
        }),
        ("central_flow_descends", |s, x| {
            s.get_mut::<CentralSample>()
                .into_iter()
                .filter_map(|c| c.ascent.as_mut())
                .for_each(|ascent| ascent.change = x);
        }),
        ("follows_gradient_flow", |s, x| {
            s.get_mut::<MidpointSample>().into_iter().for_each(|m| m.to_gradient_flow = Some(x));
        }),
        ("progressive_sharpening", |s, x| {
            s.get_mut::<MidpointSample>().into_iter().for_each(|m| m.sharpening = x)
        }),
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
