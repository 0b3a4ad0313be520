//! A case: one experiment with one seed, and the predictions that are checked on its run.

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

    /// Judges all predictions on the run's record.
    pub fn judge(&self, record: &Record) -> Vec<VerdictRow> {
        self.predictions.iter().map(|&prediction| self.judge_one(prediction, record)).collect()
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

    /// The name of one prediction's check: `suite::experiment::seedN::prediction`.
    pub fn check_name(&self, prediction: &dyn Prediction) -> String {
        format!("{}::{}::seed{}::{}", self.suite, self.spec.name, self.seed, prediction.name())
    }

    /// Roughly how much work the run is, to start large cases first.
    pub fn cost(&self) -> f64 {
        let flow_steps = 2.0 + 1.5 * self.spec.settings.numerics.substeps as f64;
        self.spec.settings.steps as f64 * flow_steps * self.spec.objective.cost()
    }
}
