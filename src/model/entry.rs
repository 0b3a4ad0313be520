//! What a suite file says of an architecture: an open set of kinds, each in a file of its own.

use std::fmt;
use std::sync::Arc;

use serde::Serializer;
use toml::Spanned;
use toml::de::DeValue;

use super::{Architecture, Task, cnn, deep_linear, lstm, mamba, mlp, resnet, transformer, vit};
use crate::source::{self, Kind, Parameters, Parsed, Source};

/// An architecture as a suite file has it. It serialises as there.
pub trait Entry: Parameters + fmt::Debug + Send + Sync {
    /// The name of its kind.
    fn kind(&self) -> &'static str;

    /// The network for a task.
    ///
    /// # Errors
    /// If there is none: what would be accepted.
    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String>;

    /// The architecture in words.
    fn description(&self) -> String;
}

/// All kinds of architectures; a new file gets its line here.
pub fn kinds() -> Vec<&'static Kind<dyn Entry>> {
    vec![
        &mlp::KIND,
        &deep_linear::KIND,
        &cnn::KIND,
        &resnet::KIND,
        &vit::KIND,
        &transformer::KIND,
        &lstm::KIND,
        &mamba::KIND,
    ]
}

/// The architecture that a suite file has for the key `model`.
pub fn read(source: &Source, model: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    source::choose(source, "model", model, &kinds())
}

/// Whether the value at those keys of `model` is an array.
pub fn is_list(path: &[&str]) -> bool {
    let [kind, key, ..] = path else { return false };
    kinds().iter().any(|other| other.name == *kind && other.lists.contains(key))
}

/// Serialises the architecture as a suite file has it.
pub fn serialize<S: Serializer>(model: &Arc<dyn Entry>, serializer: S) -> Result<S::Ok, S::Error> {
    source::serialize(model.kind(), &**model, serializer)
}
