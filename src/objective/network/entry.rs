//! What a suite file says of a network on data.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Loss, Network, graph};
use crate::autodiff::Footprint;
use crate::data;
use crate::model::mlp::{Activation, Mlp};
use crate::objective::{BuildError, Entry, Objective, ObjectiveMemory};
use crate::source::{Kind, Parsed, Source, require};

/// A fully connected network, its data and its loss.
#[derive(Debug, Clone, Serialize)]
pub struct NetworkEntry {
    /// The data set.
    #[serde(serialize_with = "data::serialize")]
    pub data: Arc<dyn data::Entry>,
    /// The number of examples used, chosen by the seed.
    pub examples: usize,
    /// The widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// The pointwise function after each hidden layer.
    pub activation: Activation,
    /// The loss.
    pub loss: Loss,
}

const WIDEST: usize = 10_000;
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
    hidden: Vec<Spanned<usize>>,
    activation: Activation,
    loss: Loss,
}

pub(in crate::objective) const KIND: Kind<dyn Entry> = Kind { name: "network", lists: &["hidden"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let data = table.get_ref().get("data").cloned();
    let raw: Raw = source.read(table)?;
    let data = data::read(source, data.expect("what has been read has it"))?;
    let available = data.available();
    let examples = source.check("examples", &raw.examples, |x| {
        require((1..=available).contains(x), || {
            format!("accepted are 1 to {available}, the size of this data set")
        })
    })?;
    let width = |width| source.check("hidden width", width, accepted_width).copied();
    Ok(Arc::new(NetworkEntry {
        data,
        examples: *examples,
        hidden: raw.hidden.iter().map(width).collect::<Parsed<_>>()?,
        activation: raw.activation,
        loss: raw.loss,
    }))
}

fn accepted_width(width: &usize) -> Result<(), String> {
    require((1..=WIDEST).contains(width), || {
        format!("accepted are layers 1 to {WIDEST} wide; hidden = [] is a linear model")
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
        if self.hidden.contains(&0) {
            return Err(BuildError::Empty("hidden has a layer of width 0: accepted is at least 1"));
        }
        let data = self.data.examples(self.examples, seed);
        Ok(Box::new(Network::new(&self.architecture(), &data, self.loss, seed)))
    }

    fn memory(&self) -> ObjectiveMemory {
        let graph = graph(&self.architecture(), self.loss);
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
        let Mlp { inputs, hidden, outputs, .. } = self.architecture();
        let widths = [vec![inputs], hidden, vec![outputs]].concat();
        let weights: f64 = widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum();
        weights * self.examples as f64
    }

    fn description(&self) -> String {
        format!(
            "network of hidden widths {:?}, activation {}, loss {}, on {} examples of {}",
            self.hidden,
            spelled(&self.activation),
            spelled(&self.loss),
            self.examples,
            self.data.description(),
        )
    }
}

impl NetworkEntry {
    /// The network, between the widths of the data.
    fn architecture(&self) -> Mlp {
        let (inputs, outputs) = (self.data.features(), self.data.targets());
        Mlp { inputs, hidden: self.hidden.clone(), outputs, activation: self.activation }
    }
}

/// The value as a suite file spells it.
fn spelled(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_string()
}
