//! A tanh network on some of the digits, as an objective.

use centralflow::model::mlp::Activation;
use centralflow::objective::{DataName, Loss, NetworkSpec, Objective, ObjectiveSpec};

/// The mean-squared error of a network with these hidden widths on that many examples, started from seed 0.
pub fn small_digits(examples: usize, hidden: &[usize]) -> Box<dyn Objective> {
    let spec = NetworkSpec {
        data: DataName::Digits,
        examples,
        hidden: hidden.to_vec(),
        activation: Activation::Tanh,
        loss: Loss::Mse,
    };
    ObjectiveSpec::Network(spec).build(0).expect("valid")
}
