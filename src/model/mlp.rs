//! Fully connected networks of any depth and width.

use serde::{Deserialize, Serialize};

use crate::autodiff::{Graph, NodeId, Parameter, Pointwise};
use crate::numeric::random::Stream;

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

impl Mlp {
    /// Adds the network to `graph` and returns its output, `examples x outputs`.
    pub fn build(&self, graph: &mut Graph, inputs: NodeId) -> NodeId {
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
    pub fn initialize(&self, parameters: &[Parameter], seed: u64) -> Vec<f64> {
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
