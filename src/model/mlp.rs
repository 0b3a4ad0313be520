//! Fully connected networks of any depth and width.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

pub use super::layers::activation::Activation;
use super::layers::linear::usual_affine;
use super::limits::WIDEST;
use super::{Architecture, Builder, Entry, Task};
use crate::autodiff::NodeId;
use crate::source::{Kind, Parsed, Source, require};

/// Named `mlp`: the widths of hidden layers and what comes after each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MlpEntry {
    /// The widths of the hidden layers; none is a linear model.
    pub hidden: Vec<usize>,
    /// The pointwise function after each hidden layer.
    pub activation: Activation,
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

    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String> {
        task.of_one_row()?;
        self.hidden.iter().try_for_each(|&width| accepted_width(width))?;
        let (inputs, hidden, outputs) = (task.features(), self.hidden.clone(), task.outputs);
        Ok(Box::new(Mlp { inputs, hidden, outputs, activation: self.activation }))
    }

    fn description(&self) -> String {
        format!("fully connected, hidden widths {:?}, activation {}", self.hidden, self.activation.name())
    }
}

/// Weights and biases start uniform in `+- 1 / sqrt(fan-in)`, as PyTorch's linear layers do.
impl Architecture for Mlp {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn inputs(&self) -> (usize, usize) {
        (1, self.inputs)
    }

    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let mut x = inputs;
        for &width in &self.hidden {
            let z = usual_affine(network, x, width);
            x = self.activation.build(network, z);
        }
        usual_affine(network, x, self.outputs)
    }
}

#[cfg(test)]
mod tests;
