//! Fully connected networks of any depth and width.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Architecture, Entry};
use crate::autodiff::{Graph, NodeId, Parameter, Pointwise};
use crate::numeric::random::Stream;
use crate::source::{Kind, Parsed, Source, require};

/// Named `mlp`: the widths of hidden layers and what comes after each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MlpEntry {
    /// The widths of the hidden layers; none is a linear model.
    pub hidden: Vec<usize>,
    /// The pointwise function after each hidden layer.
    pub activation: Activation,
}

/// The pointwise function after each hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// The hyperbolic tangent.
    Tanh,
    /// The exact GELU, `x Phi(x)`.
    Gelu,
    /// `x / (1 + e^-x)`, also called swish.
    Silu,
    /// `log(1 + e^x)`.
    Softplus,
}

/// The architecture `inputs - hidden[0] - hidden[1] - ... - outputs`.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// The number of inputs.
    pub inputs: usize,
    /// The widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// The number of outputs.
    pub outputs: usize,
    /// The function after each hidden layer.
    pub activation: Activation,
}

const WIDEST: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    hidden: Vec<Spanned<usize>>,
    activation: Activation,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "mlp", lists: &["hidden"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let width = |width| source.check("hidden width", width, |&width| accepted_width(width)).copied();
    Ok(Arc::new(MlpEntry {
        hidden: raw.hidden.iter().map(width).collect::<Parsed<_>>()?,
        activation: raw.activation,
    }))
}

fn accepted_width(width: usize) -> Result<(), String> {
    require((1..=WIDEST).contains(&width), || {
        format!("accepted are layers 1 to {WIDEST} wide; hidden = [] is a linear model")
    })
}

impl Entry for MlpEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn between(&self, inputs: usize, outputs: usize) -> Result<Box<dyn Architecture>, String> {
        self.hidden.iter().try_for_each(|&width| accepted_width(width))?;
        Ok(Box::new(Mlp { inputs, hidden: self.hidden.clone(), outputs, activation: self.activation }))
    }

    fn description(&self) -> String {
        format!("fully connected, hidden widths {:?}, activation {}", self.hidden, spelled(&self.activation))
    }
}

/// The value as a suite file spells it.
fn spelled(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_string()
}

impl Architecture for Mlp {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn build(&self, graph: &mut Graph, inputs: NodeId) -> NodeId {
        let mut x = inputs;
        for (layer, &width) in self.hidden.iter().chain([&self.outputs]).enumerate() {
            let w = graph.parameter(graph.cols(x), width);
            let b = graph.parameter(1, width);
            let product = graph.matmul(x, w);
            x = graph.add_row(product, b);
            if layer < self.hidden.len() {
                x = graph.pointwise(self.pointwise(), x);
            }
        }
        x
    }

    /// PyTorch's default initialisation of linear layers: weights and biases uniform in
    /// `+- 1 / sqrt(fan-in)`, from the stream `mlp` of `seed`.
    fn initialize(&self, parameters: &[Parameter], seed: u64) -> Vec<f64> {
        let mut stream = Stream::new(seed, "mlp");
        let mut w = Vec::new();
        for layer in parameters.chunks(2) {
            let bound = 1.0 / (layer[0].rows as f64).sqrt();
            for parameter in layer {
                w.extend((0..parameter.size()).map(|_| bound * (2.0 * stream.uniform() - 1.0)));
            }
        }
        w
    }

    fn cost(&self) -> f64 {
        let widths = [&[self.inputs], &self.hidden[..], &[self.outputs]].concat();
        widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum()
    }
}

impl Mlp {
    fn pointwise(&self) -> Pointwise {
        match self.activation {
            Activation::Tanh => Pointwise::Tanh,
            Activation::Gelu => Pointwise::Gelu,
            Activation::Silu => Pointwise::Silu,
            Activation::Softplus => Pointwise::Softplus,
        }
    }
}

#[cfg(test)]
mod tests;
