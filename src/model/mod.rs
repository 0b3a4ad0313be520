//! Architectures: one file each, which builds a graph and its seeded initial parameters; `layers` has what they share.

mod builder;
pub mod cnn;
pub mod deep_linear;
mod entry;
pub mod layers;
mod limits;
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

    /// The network by itself, of one data table, and its outputs.
    fn built(&self) -> (Builder, NodeId) {
        let mut network = Builder::new();
        let (rows, cols) = self.inputs();
        let inputs = network.data_matrix(rows, cols);
        let outputs = self.build(&mut network, inputs);
        (network, outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autodiff::Outputs;
    use crate::numeric::random::Stream;
    use crate::source::assert_modules;

    #[test]
    fn every_file_is_registered_under_its_name() {
        let shared = ["mod", "builder", "entry", "layers", "limits", "task"];
        assert_modules("model", &shared, kinds().iter().map(|kind| kind.name));
    }

    const TIMES: usize = 5;
    const WIDTH: usize = 3;

    /// The outputs at all times of one sequence, away from the start.
    fn answers(model: &dyn Entry, inputs: &[f64]) -> Vec<f64> {
        let task = Task { rows: TIMES, cols: WIDTH, channels: 1, positions: Some(0..TIMES), outputs: 2 };
        let (network, _) = model.network(&task).expect("accepted").built();
        let w = Stream::new(1, "weights").normals(network.dim());
        Outputs::<f64>::new(network.into_graph(), &[inputs.to_vec()], 1).around(&w, &[]).values
    }

    /// What comes later changes no bit of an answer, and what came before does.
    #[test]
    fn no_time_sees_a_later_one() {
        use transformer::Placing;
        let transformer = |norm| transformer::TransformerEntry {
            width: 4,
            depth: 2,
            heads: 2,
            hidden: 5,
            activation: layers::activation::Activation::Gelu,
            norm,
        };
        let mamba = mamba::MambaEntry {
            width: 4,
            depth: 2,
            expand: 2,
            states: 2,
            kernel: 3,
            step_rank: 1,
            deviation: 1.0,
            output_gain: 1.0,
        };
        let models: [Box<dyn Entry>; 4] = [
            Box::new(transformer(Placing::After)),
            Box::new(transformer(Placing::Before)),
            Box::new(lstm::LstmEntry { width: 3, depth: 2, embedding: None }),
            Box::new(mamba),
        ];
        let x = Stream::new(2, "inputs").normals(TIMES * WIDTH);
        for model in models {
            let before = answers(&*model, &x);
            for changed in 0..TIMES {
                let mut x = x.clone();
                x[changed * WIDTH] += 0.5;
                let after = answers(&*model, &x);
                for time in 0..TIMES {
                    let same = before[2 * time..][..2] == after[2 * time..][..2];
                    assert_eq!(same, time < changed, "{model:?}: {changed} changed, seen at {time}");
                }
            }
        }
    }
}
