//! Objectives as tests of other modules name them.

use std::sync::Arc;

use super::{BuildError, Entry, Loss, NetworkEntry, Objective, ObjectiveMemory, Quadratic, Valley};
use crate::data::digits::Digits;
use crate::model::mlp::Activation;

/// An objective and its parameters.
#[allow(missing_docs)]
pub enum ObjectiveSpec {
    Network(NetworkSpec),
    Quadratic { spectrum: Vec<f64> },
    Valley { curvature: f64, slope: f64, directions: usize },
}

/// A network and its parameters.
#[allow(missing_docs)]
pub struct NetworkSpec {
    pub data: DataName,
    pub examples: usize,
    pub hidden: Vec<usize>,
    pub activation: Activation,
    pub loss: Loss,
}

/// A data set.
#[allow(missing_docs)]
pub enum DataName {
    Digits,
}

impl ObjectiveSpec {
    /// As [`Entry::build`].
    pub fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        self.entry().build(seed)
    }

    /// As [`Entry::memory`].
    pub fn memory(&self) -> ObjectiveMemory {
        self.entry().memory()
    }

    fn entry(&self) -> Box<dyn Entry> {
        match self {
            ObjectiveSpec::Network(NetworkSpec {
                data: DataName::Digits,
                examples,
                hidden,
                activation,
                loss,
            }) => {
                let (data, hidden) = (Arc::new(Digits {}), hidden.clone());
                Box::new(NetworkEntry {
                    data,
                    examples: *examples,
                    hidden,
                    activation: *activation,
                    loss: *loss,
                })
            }
            ObjectiveSpec::Quadratic { spectrum } => Box::new(Quadratic { spectrum: spectrum.clone() }),
            &ObjectiveSpec::Valley { curvature, slope, directions } => {
                Box::new(Valley { curvature, slope, directions })
            }
        }
    }
}
