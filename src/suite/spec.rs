//! What an experiment is: an objective and how it is run.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::experiment::{self, Memory, Plan, Progress, Record, Settings};
use crate::objective::{BuildError, Entry};

/// One experiment: gradient descent and the flows beside it, from one seeded starting point.
#[derive(Debug, Clone, Serialize)]
pub struct ExperimentSpec {
    /// The experiment's name; lower-case letters, digits and hyphens.
    pub name: String,
    /// The function to minimise.
    #[serde(serialize_with = "named")]
    pub objective: Arc<dyn Entry>,
    /// How it is run.
    #[serde(flatten)]
    pub settings: Settings,
}

impl ExperimentSpec {
    /// Builds the objective of `seed` and runs it.
    ///
    /// # Errors
    /// If the objective cannot be built.
    pub fn run(&self, seed: u64, plan: &Plan, progress: &dyn Progress) -> Result<Record, BuildError> {
        Ok(experiment::run(&*self.objective.build(seed)?, &self.settings, seed, plan, progress))
    }

    /// The memory that a run takes.
    pub fn memory(&self) -> Memory {
        self.settings.memory(&self.objective.memory())
    }
}

fn named<S: Serializer>(objective: &Arc<dyn Entry>, serializer: S) -> Result<S::Ok, S::Error> {
    (**objective).serialize(serializer)
}
