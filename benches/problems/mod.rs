//! The benchmark problems: add one entry here and every bench has it.

use centralflow::autodiff::Program;
use centralflow::data::{Dataset, digits, gaussian};
use centralflow::model::mlp::{Activation, Mlp};
use centralflow::numeric::Scalar;
use centralflow::numeric::random::Stream;
use centralflow::objective::{Loss, Network, program};

/// A network and data of a size worth timing.
pub struct Problem {
    /// The first word is the name to call it by.
    pub name: &'static str,
    pub data: Dataset,
    pub mlp: Mlp,
    /// Gradient descent with it is at the edge of stability after 300 steps; that of the example comes there later.
    #[allow(dead_code)] // only the worker reads it
    pub learning_rate: Option<f64>,
}

/// P1, P2, the network of the reference experiment and that of the public JAX implementation's example.
pub fn problems() -> Vec<Problem> {
    let mlp = |inputs, hidden: &[usize], outputs, activation| Mlp {
        inputs,
        hidden: hidden.to_vec(),
        outputs,
        activation,
    };
    let some_digits = digits::digits().select(&(0..500).collect::<Vec<_>>());
    vec![
        Problem {
            name: "P1 3072-256-256-4 gelu n=1000",
            data: gaussian::gaussian(1000, 3072, 4, 0),
            mlp: mlp(3072, &[256, 256], 4, Activation::Gelu),
            learning_rate: None,
        },
        Problem {
            name: "P2 64-128-128-10 tanh n=1797",
            data: digits::digits().clone(),
            mlp: mlp(64, &[128, 128], 10, Activation::Tanh),
            learning_rate: Some(0.2),
        },
        Problem {
            name: "digits 64-64-64-10 tanh n=500",
            data: some_digits,
            mlp: mlp(64, &[64, 64], 10, Activation::Tanh),
            learning_rate: Some(0.2),
        },
        Problem {
            name: "example 8-16-16-1 silu n=128",
            data: gaussian::regression(128, 8, 0),
            mlp: mlp(8, &[16, 16], 1, Activation::Silu),
            // Its loss is twice ours, so that its learning rate of 0.1 is 0.2 here.
            learning_rate: Some(0.2),
        },
    ]
}

impl Problem {
    /// The mean-squared-error program in either precision and its starting point.
    #[allow(dead_code)] // the trajectory needs the objective only
    pub fn program<T: Scalar>(&self) -> (Program<T>, Vec<T>) {
        let (program, start) = program(&self.mlp, &self.data, Loss::Mse, 0);
        (program, start.into_iter().map(T::from_f64).collect())
    }

    /// The same as an objective, with its starting point.
    #[allow(dead_code)] // only what follows a trajectory needs it
    pub fn objective(&self) -> Network {
        Network::new(&self.mlp, &self.data, Loss::Mse, 0)
    }
}

/// `count` seeded normal directions.
#[allow(dead_code)] // the trajectory needs none
pub fn directions<T: Scalar>(p: usize, count: usize) -> Vec<T> {
    Stream::new(0, "bench").normals(p * count).into_iter().map(T::from_f64).collect()
}
