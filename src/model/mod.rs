//! Architectures: one file each, which builds a graph and its seeded initial parameters; `layers` has what they share.

pub mod deep_linear;
mod entry;
pub mod layers;
pub mod mlp;

use std::fmt::Debug;

pub use entry::{Entry, is_list, kinds, read, serialize};

use crate::autodiff::{Graph, NodeId, Parameter};

/// A network between examples and outputs of some size.
pub trait Architecture: Debug + Send + Sync {
    /// The number of inputs of an example.
    fn inputs(&self) -> usize;

    /// The number of outputs of an example.
    fn outputs(&self) -> usize;

    /// Adds the network to `graph` and returns its output, `examples x outputs`.
    fn build(&self, graph: &mut Graph, inputs: NodeId) -> NodeId;

    /// The parameters at the start, from a stream of `seed` that is the architecture's own.
    fn initialize(&self, parameters: &[Parameter], seed: u64) -> Vec<f64>;

    /// The multiply-adds of matrix products of a forward pass on one example.
    fn cost(&self) -> f64;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_modules;

    #[test]
    fn every_file_is_registered_under_its_name() {
        assert_modules("model", &["mod", "entry", "layers"], kinds().iter().map(|kind| kind.name));
    }
}
