//! Linear maps of the rows of an example.

use super::super::{Builder, Start};
use crate::autodiff::NodeId;

/// `X W`. Shapes: `rows x cols -> rows x outputs`, W `cols x outputs`.
pub fn linear(network: &mut Builder, x: NodeId, outputs: usize, start: Start) -> NodeId {
    let w = network.parameter((network.cols(x), outputs), start);
    network.matmul(x, w)
}

/// `X W + 1 b`, where W and b start as said.
pub fn affine(network: &mut Builder, x: NodeId, outputs: usize, [weight, bias]: [Start; 2]) -> NodeId {
    let product = linear(network, x, outputs, weight);
    shift(network, product, bias)
}

/// `X W + 1 b`, both uniform in `+- 1 / sqrt(cols)` at the start, as in PyTorch.
pub fn usual_affine(network: &mut Builder, x: NodeId, outputs: usize) -> NodeId {
    let start = Start::by_fan_in(network.cols(x));
    affine(network, x, outputs, [start.clone(), start])
}

/// `X + 1 b`, b a parameter `1 x cols`.
pub fn shift(network: &mut Builder, x: NodeId, start: Start) -> NodeId {
    let b = network.parameter((1, network.cols(x)), start);
    network.add_row(x, b)
}

/// Each column of X times an entry of a parameter `1 x cols`.
pub fn gain(network: &mut Builder, x: NodeId, start: Start) -> NodeId {
    let gain = network.parameter((1, network.cols(x)), start);
    let shape = network.shape(x);
    let gain = network.broadcast(gain, shape);
    network.multiply(x, gain)
}
