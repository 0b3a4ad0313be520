//! Pointwise functions between layers.

use serde::{Deserialize, Serialize};

use crate::autodiff::{Graph, NodeId, Pointwise};

/// The pointwise function after a layer.
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

impl Activation {
    /// The function of each entry of `x`.
    pub fn build(self, graph: &mut Graph, x: NodeId) -> NodeId {
        let function = match self {
            Activation::Tanh => Pointwise::Tanh,
            Activation::Gelu => Pointwise::Gelu,
            Activation::Silu => Pointwise::Silu,
            Activation::Softplus => Pointwise::Softplus,
        };
        graph.pointwise(function, x)
    }

    /// As a suite file spells it.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Tanh => "tanh",
            Activation::Gelu => "gelu",
            Activation::Silu => "silu",
            Activation::Softplus => "softplus",
        }
    }
}
