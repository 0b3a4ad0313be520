//! A tanh network on some of the digits, as an objective.

use std::sync::Arc;

use centralflow::data::digits::Digits;
use centralflow::model::mlp::{Activation, MlpEntry};
use centralflow::objective::{Entry, Loss, NetworkEntry, Objective};

/// The mean-squared error of a network with these hidden widths on that many examples, started from seed 0.
pub fn small_digits(examples: usize, hidden: &[usize]) -> Box<dyn Objective> {
    let network = NetworkEntry {
        data: Arc::new(Digits::default()),
        examples,
        model: Arc::new(MlpEntry { hidden: hidden.to_vec(), activation: Activation::Tanh }),
        loss: Loss::Mse,
    };
    network.build(0).expect("valid")
}
