//! Causal transformers: what comes next, told from all that came before (Vaswani et al. 2017).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::layers::activation::Activation;
use super::layers::attention::{Sight, attention};
use super::layers::linear::{affine, linear};
use super::layers::norm::{EPSILON, layer_norm};
use super::layers::positions::add_positions;
use super::{Architecture, Builder, Entry, Start, Task, limits};
use crate::autodiff::NodeId;
use crate::source::{Kind, Parsed, Source, require};

/// Named `transformer`: rows of an example become tokens, which go through blocks of attention and of a hidden layer. No token
/// sees a later one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TransformerEntry {
    /// The numbers of a token.
    pub width: usize,
    /// The blocks.
    pub depth: usize,
    /// The heads of attention, which share the width.
    pub heads: usize,
    /// The width of the hidden layer of a block.
    pub hidden: usize,
    /// The pointwise function of the hidden layer.
    pub activation: Activation,
    /// Where the norms are.
    pub norm: Placing,
}

/// Where the norms of a block are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placing {
    /// After each sum.
    After,
    /// Before each layer, and one more at the end.
    Before,
}

/// The network for sequences of some length.
#[derive(Debug)]
struct Transformer {
    entry: TransformerEntry,
    task: Task,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    width: Spanned<usize>,
    depth: Option<Spanned<usize>>,
    heads: Spanned<usize>,
    hidden: Spanned<usize>,
    activation: Activation,
    norm: Option<Placing>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "transformer", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let size = |key, value| limits::size(source, key, value);
    let width = size("width", &raw.width)?;
    Ok(Arc::new(TransformerEntry {
        width,
        depth: limits::depth(source, &raw.depth)?,
        heads: *source.check("heads", &raw.heads, |&heads| accepted_heads(heads, width))?,
        hidden: size("hidden", &raw.hidden)?,
        activation: raw.activation,
        norm: raw.norm.unwrap_or(Placing::After),
    }))
}

fn accepted_heads(heads: usize, width: usize) -> Result<(), String> {
    require(heads > 0 && width.is_multiple_of(heads), || format!("accepted are divisors of width = {width}"))
}

impl Entry for TransformerEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String> {
        accepted_heads(self.heads, self.width)?;
        Ok(Box::new(Transformer { entry: self.clone(), task: task.clone() }))
    }

    fn description(&self) -> String {
        let Self { width, depth, heads, hidden, activation, norm } = self;
        let norm = match norm {
            Placing::After => "after sums",
            Placing::Before => "before layers",
        };
        format!(
            "causal transformer, width {width}, depth {depth}, {heads} heads, hidden width {hidden}, activation {}, norms {norm}",
            activation.name()
        )
    }
}

/// Matrices of tokens and of attention start uniform by Glorot and Bengio (2010) with biases at zero, the hidden layers uniform
/// likewise with biases in `+- 1 / sqrt(fan-in)`, the outputs at zero.
impl Architecture for Transformer {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn inputs(&self) -> (usize, usize) {
        self.task.times()
    }

    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let mut x = self.tokens(network, inputs);
        for _ in 0..self.entry.depth {
            x = self.residual(network, x, Self::attention);
            x = self.residual(network, x, Self::hidden_layer);
        }
        if self.entry.norm == Placing::Before {
            x = layer_norm(network, x, EPSILON);
        }
        let last = self.task.answering(network, x);
        affine(network, last, self.task.outputs, [Start::Constant(0.0), Start::Constant(0.0)])
    }
}

impl Transformer {
    /// The embedding times the root of the width, with positions.
    fn tokens(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let ((_, letters), width) = (self.task.times(), self.entry.width);
        let embedded = linear(network, inputs, width, Start::xavier_uniform(letters, width));
        let scaled = network.scale((width as f64).sqrt(), embedded);
        add_positions(network, scaled)
    }

    fn residual(
        &self,
        network: &mut Builder,
        x: NodeId,
        layer: fn(&Self, &mut Builder, NodeId) -> NodeId,
    ) -> NodeId {
        match self.entry.norm {
            Placing::After => {
                let new = layer(self, network, x);
                let sum = network.add(x, new);
                layer_norm(network, sum, EPSILON)
            }
            Placing::Before => {
                let normal = layer_norm(network, x, EPSILON);
                let new = layer(self, network, normal);
                network.add(x, new)
            }
        }
    }

    fn attention(&self, network: &mut Builder, x: NodeId) -> NodeId {
        let width = self.entry.width;
        let start = || [Start::xavier_uniform(width, width), Start::Constant(0.0)];
        let projections = [(); 3].map(|()| affine(network, x, width, start()));
        let seen = attention(network, projections, self.entry.heads, Sight::Causal);
        affine(network, seen, width, start())
    }

    fn hidden_layer(&self, network: &mut Builder, x: NodeId) -> NodeId {
        let TransformerEntry { width, hidden, activation, .. } = self.entry;
        let start = |fan_in, fan_out| [Start::xavier_uniform(fan_in, fan_out), Start::by_fan_in(fan_in)];
        let wide = affine(network, x, hidden, start(width, hidden));
        let wide = activation.build(network, wide);
        affine(network, wide, width, start(hidden, width))
    }
}
