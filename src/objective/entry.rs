//! What a suite file says of an objective: an open set of kinds, each in a file of its own.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use toml::Spanned;
use toml::de::DeValue;

use super::{Objective, ObjectiveMemory, landscape, network};
use crate::source::{self, Kind, Parameters, Parsed, Source};
use crate::{data, model};

/// An objective as a suite file has it: its parameters, and all that is to be known before it is built. It serialises as in the
/// file, its kind's name being the key.
pub trait Entry: Parameters + fmt::Debug + Send + Sync {
    /// The name of its kind.
    fn kind(&self) -> &'static str;

    /// Builds the objective; everything random in it comes from `seed`.
    ///
    /// # Errors
    /// If the parameters make none.
    fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError>;

    /// The memory of the objective that this builds.
    fn memory(&self) -> ObjectiveMemory;

    /// Roughly the multiplications of one gradient.
    fn cost(&self) -> f64;

    /// The objective in words.
    fn description(&self) -> String;
}

impl Serialize for dyn Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        source::serialize(self.kind(), self, serializer)
    }
}

/// Why an objective cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// More examples than the data set has, or none.
    #[error("examples = {asked}, but the data set has {available}: accepted are 1 to {available}")]
    Examples {
        /// What was asked for.
        asked: usize,
        /// What there is.
        available: usize,
    },
    /// An architecture that does not take such examples.
    #[error("model: {0}")]
    Model(String),
    /// An empty spectrum or no sharp direction.
    #[error("{0}")]
    Empty(&'static str),
    /// Parameters that do not make what is named: of a landscape, or a loss that is not for these targets.
    #[error("{0}")]
    Shape(&'static str),
}

/// All kinds of objectives.
pub fn kinds() -> Vec<&'static Kind<dyn Entry>> {
    [&network::KIND].into_iter().chain(landscape::KINDS.iter().copied()).collect()
}

/// The objective that a suite file has for the key `objective`.
pub fn read(source: &Source, objective: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    source::choose(source, "objective", objective, &kinds())
}

/// Whether the value at those keys of an objective is an array, if there is such a kind of objective.
pub fn is_list(path: &[&str]) -> Option<bool> {
    let [kind, key, rest @ ..] = path else { return None };
    let kinds = kinds();
    let kind = kinds.iter().find(|other| other.name == *kind)?;
    Some(match *key {
        "data" => data::is_list(rest),
        "model" => model::is_list(rest),
        key => kind.lists.contains(&key),
    })
}
