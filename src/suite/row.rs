//! One line of the result: a prediction judged on one run, or on all runs of an experiment together.

use std::fmt;

use serde::{Serialize, Serializer};

use super::KnownFinding;
use crate::prediction::{Estimates, Finding, Judgement, Prediction, judge_pooled};

/// A prediction and its control, judged on runs of one experiment. It serialises flat, the control's judgement nested under
/// `control`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerdictRow {
    /// The suite.
    pub suite: String,
    /// The experiment.
    pub experiment: String,
    /// The runs, by their seeds.
    #[serde(flatten)]
    pub runs: Runs,
    /// The prediction's name.
    pub prediction: &'static str,
    /// The judgements of the claim and of its control.
    #[serde(flatten, serialize_with = "flat")]
    pub finding: Finding,
    /// What a claim about averages is judged by, to be pooled with that of other runs.
    #[serde(skip)]
    pub estimates: Option<Estimates>,
}

/// The runs that a row is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Runs {
    /// One run.
    One {
        /// Its seed.
        seed: u64,
    },
    /// All runs of an experiment that have something to pool.
    Pooled {
        /// Their seeds.
        seeds: Vec<u64>,
    },
    /// The runs of a sweep that have one seed.
    Compared {
        /// Their seed.
        seed: u64,
        /// The setting in which they differ.
        over: &'static str,
        /// Its values.
        values: Vec<f64>,
    },
}

impl Runs {
    /// The seed, where it is one run.
    pub fn seed(&self) -> Option<u64> {
        match self {
            Runs::One { seed } => Some(*seed),
            Runs::Pooled { .. } | Runs::Compared { .. } => None,
        }
    }
}

/// `seed7` or `pooled`; runs that are compared have one seed.
impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Runs::One { seed } | Runs::Compared { seed, .. } => write!(f, "seed{seed}"),
            Runs::Pooled { .. } => write!(f, "pooled"),
        }
    }
}

impl VerdictRow {
    /// True if the claim holds and its control is violated.
    pub fn passes(&self) -> bool {
        self.finding.passes()
    }

    /// Whether the verdict is as it should be: the claim holds and its control is violated, or a known finding is found
    /// again.
    pub fn is_as_expected(&self, findings: &[KnownFinding]) -> bool {
        let covers = |known: &KnownFinding| match &self.runs {
            Runs::One { seed } | Runs::Compared { seed, .. } => known.seeds.contains(seed),
            Runs::Pooled { .. } => known.pooled,
        };
        match findings.iter().find(|known| known.prediction == self.prediction && covers(known)) {
            Some(known) => self.finding.claim.verdict == known.verdict,
            None => self.passes(),
        }
    }

    /// `suite::experiment::seedN::prediction`, or `pooled` for the seed.
    pub fn name(&self) -> String {
        format!("{}::{}::{}::{}", self.suite, self.experiment, self.runs, self.prediction)
    }

    /// The row of all runs together, beside the rows of one prediction on each run of an experiment; `None` if the claim is
    /// not about averages or fewer than two runs have any.
    pub fn pooled(prediction: &dyn Prediction, rows: &[&VerdictRow]) -> Option<VerdictRow> {
        let claim = prediction.averages()?;
        let pooled: Vec<(u64, &Estimates)> =
            rows.iter().filter_map(|row| Some((row.runs.seed()?, row.estimates.as_ref()?))).collect();
        let (seeds, estimates): (Vec<u64>, Vec<Estimates>) =
            pooled.into_iter().map(|(seed, estimates)| (seed, estimates.clone())).unzip();
        let first = rows.first()?;
        Some(VerdictRow {
            suite: first.suite.clone(),
            experiment: first.experiment.clone(),
            runs: Runs::Pooled { seeds },
            prediction: first.prediction,
            finding: judge_pooled(claim, &estimates)?,
            estimates: None,
        })
    }
}

/// The rows, after those of each experiment the pooled ones of its runs.
pub(super) fn with_pooled(rows: Vec<VerdictRow>) -> Vec<VerdictRow> {
    let mut out = Vec::with_capacity(rows.len());
    for experiment in rows.chunk_by(|a, b| (&a.suite, &a.experiment) == (&b.suite, &b.experiment)) {
        out.extend_from_slice(experiment);
        for &prediction in crate::prediction::registry() {
            let of: Vec<&VerdictRow> =
                experiment.iter().filter(|row| row.prediction == prediction.name()).collect();
            out.extend(VerdictRow::pooled(prediction, &of));
        }
    }
    out
}

/// A finding with the claim's fields at its own level.
#[derive(Serialize)]
struct Flat<'a> {
    #[serde(flatten)]
    claim: &'a Judgement,
    control: &'a Judgement,
}

fn flat<S: Serializer>(finding: &Finding, serializer: S) -> Result<S::Ok, S::Error> {
    Flat { claim: &finding.claim, control: &finding.control }.serialize(serializer)
}

#[cfg(test)]
mod tests;
