//! What a suite file says of a network on data.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Loss, Network, build};
use crate::autodiff::Footprint;
use crate::data;
use crate::model::{self, Architecture, Task};
use crate::objective::{BuildError, Entry, Objective, ObjectiveMemory};
use crate::source::{Kind, Parsed, Source, require};

/// A network, its data and its loss.
#[derive(Debug, Clone, Serialize)]
pub struct NetworkEntry {
    /// The data set.
    #[serde(serialize_with = "data::serialize")]
    pub data: Arc<dyn data::Entry>,
    /// The number of examples used, chosen by the seed.
    pub examples: usize,
    /// The architecture.
    #[serde(serialize_with = "model::serialize")]
    pub model: Arc<dyn model::Entry>,
    /// The loss.
    pub loss: Loss,
}

/// Bytes of a number.
const NUMBER: u64 = size_of::<f64>() as u64;
/// Chunks of examples whose coefficients a thread keeps at a time.
const CHUNKS: u64 = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// Read by itself.
    #[serde(rename = "data")]
    _data: IgnoredAny,
    examples: Spanned<usize>,
    /// Read by itself.
    #[serde(rename = "model")]
    _model: IgnoredAny,
    loss: Spanned<Loss>,
}

pub(in crate::objective) const KIND: Kind<dyn Entry> = Kind { name: "network", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let part = |key| table.get_ref().get(key).cloned();
    let (data, model) = (part("data"), part("model"));
    let raw: Raw = source.read(table)?;
    let data = data::read(source, data.expect("what has been read has it"))?;
    let model = model.expect("what has been read has it");
    let span = model.span();
    let model = model::read(source, model)?;
    model
        .network(&task(&*data))
        .map_err(|accepted| source.refuse(span, format!("model = {}: {accepted}", model.kind())))?;
    let available = data.available();
    let examples = source.check("examples", &raw.examples, |x| {
        require((1..=available).contains(x), || {
            format!("accepted are 1 to {available}, the size of this data set")
        })
    })?;
    let loss = source.check("loss", &raw.loss, |&loss| accepted_loss(loss, &*data))?;
    Ok(Arc::new(NetworkEntry { data, examples: *examples, model, loss: *loss }))
}

/// Cross-entropy is of probabilities, so of classes.
fn accepted_loss(loss: Loss, data: &dyn data::Entry) -> Result<(), String> {
    require(loss == Loss::Mse || data.has_classes(), || {
        format!("accepted is \"mse\": the targets of {} are real numbers and no classes", data.kind())
    })
}

impl Entry for NetworkEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        let (asked, available) = (self.examples, self.data.available());
        if asked == 0 || asked > available {
            return Err(BuildError::Examples { asked, available });
        }
        let model = self.network().map_err(BuildError::Model)?;
        if accepted_loss(self.loss, &*self.data).is_err() {
            return Err(BuildError::Shape("cross-entropy on targets that are no classes: accepted is mse"));
        }
        let data = self.data.examples(self.examples, seed);
        Ok(Box::new(Network::new(&*model, &data, self.loss, seed)))
    }

    fn memory(&self) -> ObjectiveMemory {
        let Ok(model) = self.network() else { return ObjectiveMemory::default() };
        let graph = build(&*model, self.loss).into_graph();
        let Footprint { tables, point, jet, chunks, packed } = Footprint::new::<f64>(&graph, self.examples);
        let dim = graph.dim() as u64;
        ObjectiveMemory {
            dim,
            // While it is built there are the data, a copy in the precision of the program, and one with room between rows.
            fixed: 3 * tables + NUMBER * dim,
            point: point + packed,
            direction: packed,
            sweep: jet * chunks.min(CHUNKS),
        }
    }

    fn cost(&self) -> f64 {
        let multiply_adds = |model: Box<dyn Architecture>| build(&*model, self.loss).multiply_adds().total();
        self.network().map_or(0.0, |model| multiply_adds(model) * self.examples as f64)
    }

    fn description(&self) -> String {
        format!(
            "network, {}, loss {}, on {} examples of {}",
            self.model.description(),
            spelled(&self.loss),
            self.examples,
            self.data.description(),
        )
    }
}

impl NetworkEntry {
    /// The network for these data.
    fn network(&self) -> Result<Box<dyn Architecture>, String> {
        self.model.network(&task(&*self.data))
    }
}

/// What data ask of a network.
pub fn task(data: &dyn data::Entry) -> Task {
    let data::Shape { rows, cols, channels } = data.shape();
    Task { rows, cols, channels, positions: data.positions(), outputs: data.targets() }
}

/// The value as a suite file spells it.
fn spelled(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_string()
}
