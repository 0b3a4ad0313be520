//! One line of the result: a prediction judged on one run.

use serde::{Serialize, Serializer};

use crate::prediction::{Finding, Judgement};

/// A prediction and its control, judged on the run of one experiment with one seed. It serialises flat, the control's
/// judgement nested under `control`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerdictRow {
    /// The suite.
    pub suite: String,
    /// The experiment.
    pub experiment: String,
    /// The seed of the run.
    pub seed: u64,
    /// The prediction's name.
    pub prediction: &'static str,
    /// The judgements of the claim and of its control.
    #[serde(flatten, serialize_with = "flat")]
    pub finding: Finding,
}

impl VerdictRow {
    /// True if the claim holds and its control is violated.
    pub fn passes(&self) -> bool {
        self.finding.passes()
    }

    /// `suite::experiment::prediction::seedN`.
    pub fn name(&self) -> String {
        format!("{}::{}::{}::seed{}", self.suite, self.experiment, self.prediction, self.seed)
    }
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
