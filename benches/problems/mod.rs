//! The benchmark problems: add one entry to a list and every bench has it.

mod fully_connected;
mod large;
mod small;

use std::sync::Arc;

use centralflow::autodiff::{Graph, Program};
use centralflow::data::Dataset;
use centralflow::model::{Architecture, Entry, Task};
use centralflow::numeric::Scalar;
use centralflow::numeric::random::Stream;
use centralflow::objective::{Loss, Network, program};

/// A network and data of a size worth timing, or of one at which answers are compared.
pub struct Problem {
    /// The first word is the name to call it by.
    pub name: &'static str,
    pub data: Dataset,
    pub task: Task,
    pub model: Arc<dyn Entry>,
    pub loss: Loss,
    /// Where derivatives are taken, from the start: so much of seeded normal numbers away. At the start of some networks gains and
    /// outputs are zero, and so are most derivatives.
    pub deviation: f64,
    /// Gradient descent with it is at the edge of stability after 300 steps; that of the example comes there later.
    #[allow(dead_code)] // only what follows a trajectory reads it
    pub learning_rate: Option<f64>,
}

/// Those of fully connected networks, those of the size of other architectures' experiments, and a small one of each architecture.
pub fn problems() -> Vec<Problem> {
    [fully_connected::problems(), large::problems(), small::problems()].into_iter().flatten().collect()
}

impl Problem {
    /// The program in either precision and the point.
    #[allow(dead_code)] // the trajectory needs the objective only
    pub fn program<T: Scalar>(&self) -> (Program<T>, Vec<T>) {
        let (program, start) = program(&*self.network(), &self.data, self.loss, 0);
        let away = Stream::new(0, "bench point").normals(start.len());
        let point = start.iter().zip(away).map(|(w, away)| T::from_f64(w + self.deviation * away)).collect();
        (program, point)
    }

    /// The same as an objective, with its start.
    #[allow(dead_code)] // only what follows a trajectory needs it
    pub fn objective(&self) -> Network {
        Network::new(&*self.network(), &self.data, self.loss, 0)
    }

    /// The network without its loss.
    #[allow(dead_code)] // the trajectory needs the objective only
    pub fn graph(&self) -> Graph {
        self.network().built().0.into_graph()
    }

    fn network(&self) -> Box<dyn Architecture> {
        self.model.network(&self.task).expect("the network is one for these data")
    }
}

/// `count` seeded normal directions.
#[allow(dead_code)] // the trajectory needs none
pub fn directions<T: Scalar>(p: usize, count: usize) -> Vec<T> {
    Stream::new(0, "bench").normals(p * count).into_iter().map(T::from_f64).collect()
}
