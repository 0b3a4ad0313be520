//! A case: one experiment with one seed, and the predictions that are checked on its run.

use super::comparison::Share;
use super::sweep::Swept;
use super::{ExperimentSpec, KnownFinding, Runs, VerdictRow};
use crate::experiment::{Plan, Progress, Record};
use crate::objective::BuildError;
use crate::prediction::{self, Prediction};
use crate::process::kinds;

/// One experiment with one seed.
#[derive(Clone)]
pub struct Case {
    /// The suite it belongs to.
    pub suite: String,
    /// What is run.
    pub spec: ExperimentSpec,
    /// The seed of everything random in it.
    pub seed: u64,
    /// The predictions checked on the run.
    pub predictions: Vec<&'static dyn Prediction>,
    /// Those that are known not to hold on it.
    pub findings: Vec<KnownFinding>,
    /// The settings in which it differs from other cases of a sweep.
    pub swept: Vec<Swept>,
    /// Whether all processes run, to be looked at, and not only those that the predictions read.
    pub all_processes: bool,
}

impl Case {
    /// What the predictions need run and measured.
    pub fn plan(&self) -> Plan {
        let needed = prediction::plan(&self.predictions);
        if self.all_processes { Plan::new(kinds(), needed.probes().to_vec()) } else { needed }
    }

    /// Runs it, with all that its predictions need.
    ///
    /// # Errors
    /// If the objective cannot be built.
    pub fn run(&self, progress: &dyn Progress) -> Result<Record, BuildError> {
        self.spec.run(self.seed, &self.plan(), progress)
    }

    /// Judges all predictions on the run's record, but those that compare runs.
    pub fn judge(&self, record: &Record) -> Vec<VerdictRow> {
        self.alone().map(|prediction| self.judge_one(prediction, record)).collect()
    }

    /// The predictions that are judged on the run alone.
    pub fn alone(&self) -> impl Iterator<Item = &'static dyn Prediction> {
        self.predictions.iter().copied().filter(|prediction| prediction.comparison().is_none())
    }

    /// What the run contributes to predictions that compare the runs of a sweep.
    pub fn shares(&self, record: &Record) -> Vec<Share> {
        self.predictions.iter().filter_map(|&prediction| Share::of(self, prediction, record)).collect()
    }

    /// Judges one prediction on the run's record.
    pub fn judge_one(&self, prediction: &dyn Prediction, record: &Record) -> VerdictRow {
        VerdictRow {
            suite: self.suite.clone(),
            experiment: self.spec.name.clone(),
            runs: Runs::One { seed: self.seed },
            prediction: prediction.name(),
            finding: prediction.judge(record),
            estimates: prediction.averages().and_then(|claim| claim.estimates(record).ok()),
        }
    }

    /// The name of one prediction's check: `suite::experiment::seedN::prediction`, of a comparison with the family's name for the
    /// experiment's.
    pub fn check_name(&self, prediction: &dyn Prediction) -> String {
        let swept = prediction.comparison().and_then(|claim| self.swept_over(claim.over()));
        let name = swept.map_or(&self.spec.name, |swept| &swept.family);
        format!("{}::{name}::seed{}::{}", self.suite, self.seed, prediction.name())
    }

    /// Where the case is in a sweep of that setting.
    pub fn swept_over(&self, key: &str) -> Option<&Swept> {
        self.swept.iter().find(|swept| swept.key == key)
    }

    /// Roughly how much work the run is, to start large cases first.
    pub fn cost(&self) -> f64 {
        let flow_steps = 2.0 + 1.5 * self.spec.settings.numerics.substeps as f64;
        self.spec.settings.steps as f64 * flow_steps * self.spec.objective.cost()
    }
}
