//! Recurrent networks of long short-term memory (Hochreiter and Schmidhuber 1997).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::layers::linear::{linear, usual_affine};
use super::layers::lstm::lstm;
use super::{Architecture, Builder, Entry, Start, Task, limits};
use crate::autodiff::NodeId;
use crate::source::{Kind, Parsed, Source};

/// Named `lstm`: rows of an example are times; layers read each other's states.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LstmEntry {
    /// The numbers of a state.
    pub width: usize,
    /// The layers.
    pub depth: usize,
    /// The numbers that a row becomes before the first layer reads it; left out, the layer reads rows as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<usize>,
}

/// The network for sequences of some length.
#[derive(Debug)]
struct Lstm {
    entry: LstmEntry,
    task: Task,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    width: Spanned<usize>,
    depth: Option<Spanned<usize>>,
    embedding: Option<Spanned<usize>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "lstm", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let size = |key, value| limits::size(source, key, value);
    Ok(Arc::new(LstmEntry {
        width: size("width", &raw.width)?,
        depth: limits::depth(source, &raw.depth)?,
        embedding: raw.embedding.as_ref().map(|width| size("embedding", width)).transpose()?,
    }))
}

impl Entry for LstmEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String> {
        Ok(Box::new(Lstm { entry: self.clone(), task: task.clone() }))
    }

    fn description(&self) -> String {
        let Self { width, depth, embedding } = self;
        let embedded = embedding.map(|width| format!(", embedding {width}")).unwrap_or_default();
        format!("long short-term memory, width {width}, depth {depth}{embedded}")
    }
}

/// Layers and outputs start uniform in `+- 1 / sqrt(width)`, the embedding standard normal, as in PyTorch.
impl Architecture for Lstm {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn inputs(&self) -> (usize, usize) {
        self.task.times()
    }

    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let mut x = match self.entry.embedding {
            Some(width) => linear(network, inputs, width, Start::Normal(1.0)),
            None => inputs,
        };
        for _ in 0..self.entry.depth {
            x = lstm(network, x, self.entry.width);
        }
        let last = self.task.answering(network, x);
        usual_affine(network, last, self.task.outputs)
    }
}
