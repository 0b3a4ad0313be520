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

    #[test]
    fn every_file_is_registered_under_its_name() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/model")).expect("there");
        let names = folder.map(|file| file.expect("readable").file_name().to_string_lossy().into_owned());
        let modules = names.filter_map(|name| name.strip_suffix(".rs").map(String::from));
        let mut files: Vec<String> = modules.filter(|name| name != "mod" && name != "entry").collect();
        files.sort();
        let mut registered: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
        registered.sort();
        assert_eq!(files, registered);
    }
}
