//! Architectures: one file each, which builds a graph and its seeded initial parameters; `layers` has what they share.

mod builder;
pub mod cnn;
pub mod deep_linear;
mod entry;
pub mod layers;
pub mod lstm;
pub mod mamba;
pub mod mlp;
pub mod resnet;
mod task;
pub mod transformer;
pub mod vit;

use std::fmt::Debug;

pub use builder::{Builder, Start};
pub use entry::{Entry, is_list, kinds, read, serialize};
pub use task::Task;

use crate::autodiff::NodeId;

/// A network for a task.
pub trait Architecture: Debug + Send + Sync {
    /// The name of the stream that its parameters start from.
    fn name(&self) -> &'static str;

    /// The rows and columns that the numbers of an example have as its input, in the order in which the example has them.
    fn inputs(&self) -> (usize, usize);

    /// Adds the network and returns its outputs: a row an example, or one for each position that has targets.
    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_modules;

    #[test]
    fn every_file_is_registered_under_its_name() {
        assert_modules(
            "model",
            &["mod", "builder", "entry", "layers", "task"],
            kinds().iter().map(|kind| kind.name),
        );
    }
}
