//! P1, P2, the network of the reference experiment and that of the public JAX implementation's example.

use std::sync::Arc;

use centralflow::data::{Dataset, digits, gaussian};
use centralflow::model::Task;
use centralflow::model::mlp::{Activation, MlpEntry};
use centralflow::objective::Loss;

use super::Problem;

pub fn problems() -> Vec<Problem> {
    let some_digits = digits::digits().select(&(0..500).collect::<Vec<_>>());
    vec![
        problem(
            "P1 3072-256-256-4 gelu n=1000",
            gaussian::gaussian(1000, 3072, 4, 0),
            (&[256, 256], Activation::Gelu),
            None,
        ),
        problem(
            "P2 64-128-128-10 tanh n=1797",
            digits::digits().clone(),
            (&[128, 128], Activation::Tanh),
            Some(0.2),
        ),
        problem("digits 64-64-64-10 tanh n=500", some_digits, (&[64, 64], Activation::Tanh), Some(0.2)),
        // The loss of the public example is twice ours, so that its learning rate of 0.1 is 0.2 here.
        problem(
            "example 8-16-16-1 silu n=128",
            gaussian::regression(128, 8, 0),
            (&[16, 16], Activation::Silu),
            Some(0.2),
        ),
    ]
}

fn problem(
    name: &'static str,
    data: Dataset,
    (hidden, activation): (&[usize], Activation),
    learning_rate: Option<f64>,
) -> Problem {
    let task = Task { rows: 1, cols: data.features, channels: 1, positions: None, outputs: data.outputs };
    let model = Arc::new(MlpEntry { hidden: hidden.to_vec(), activation });
    Problem { name, data, task, model, loss: Loss::Mse, deviation: 0.0, learning_rate }
}
