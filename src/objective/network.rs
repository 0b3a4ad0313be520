//! The training loss of a network on data.

mod entry;

use serde::{Deserialize, Serialize};

use super::{Linearization, Objective};
use crate::autodiff::{Graph, Linearized, NodeId, Pointwise, Program};
use crate::data::Dataset;
use crate::model::Architecture;
use crate::numeric::{Matrix, Scalar};

pub(super) use entry::KIND;
pub use entry::NetworkEntry;

/// The losses there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// `1/2 mean_n sum_out (f - y)^2` with one-hot targets y.
    Mse,
    /// `mean_n (log sum_out exp f - f_label)`.
    CrossEntropy,
}

/// `L(w) = mean over examples of loss(network(x; w), target)`.
#[derive(Debug)]
pub struct Network {
    program: Program<f64>,
    start: Vec<f64>,
}

impl Network {
    /// A network on data, started from `seed`.
    pub fn new(model: &dyn Architecture, data: &Dataset, loss: Loss, seed: u64) -> Self {
        let (program, start) = program(model, data, loss, seed);
        Self { program, start }
    }
}

/// The same loss as an autodiff program in either precision, and its starting point.
pub fn program<T: Scalar>(
    model: &dyn Architecture,
    data: &Dataset,
    loss: Loss,
    seed: u64,
) -> (Program<T>, Vec<f64>) {
    let graph = graph(model, loss);
    let start = model.initialize(graph.parameters(), seed);
    let convert = |table: &[f64]| table.iter().map(|&x| T::from_f64(x)).collect::<Vec<T>>();
    let tables = vec![convert(&data.inputs), convert(&data.targets)];
    (Program::new(graph, tables, data.len()), start)
}

/// The loss of an example as a graph of parameters, inputs and targets.
fn graph(model: &dyn Architecture, loss: Loss) -> Graph {
    let mut graph = Graph::new();
    let inputs = graph.data(model.inputs());
    let targets = graph.data(model.outputs());
    let outputs = model.build(&mut graph, inputs);
    match loss {
        Loss::Mse => mean_squared_error(&mut graph, outputs, targets),
        Loss::CrossEntropy => cross_entropy(&mut graph, outputs, targets),
    }
    graph
}

/// `1/2 sum_out (f - y)^2`.
fn mean_squared_error(graph: &mut Graph, outputs: NodeId, targets: NodeId) {
    let error = graph.subtract(outputs, targets);
    let square = graph.pointwise(Pointwise::Square, error);
    let sum = graph.row_sum(square);
    graph.scale(0.5, sum);
}

/// `log sum_out exp(f) - f_label`, with f shifted by its row's maximum, which changes neither value nor derivatives.
fn cross_entropy(graph: &mut Graph, outputs: NodeId, targets: NodeId) {
    let shifted = graph.shift_by_row_max(outputs);
    let exponentials = graph.pointwise(Pointwise::Exp, shifted);
    let sum = graph.row_sum(exponentials);
    let log_sum = graph.pointwise(Pointwise::Log, sum);
    let chosen = graph.multiply(shifted, targets);
    let label_output = graph.row_sum(chosen);
    graph.subtract(log_sum, label_output);
}

impl Objective for Network {
    fn dim(&self) -> usize {
        self.program.dim()
    }

    fn start(&self) -> Vec<f64> {
        self.start.clone()
    }

    fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
        Box::new(self.program.linearize(w))
    }
}

impl Linearization for Linearized<'_, f64> {
    fn loss(&self) -> f64 {
        self.loss()
    }

    fn gradient(&self) -> &[f64] {
        self.gradient()
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        Matrix::from_columns(v.rows(), v.cols(), self.hvp(v.data()))
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        Matrix::from_columns(u.rows(), crate::numeric::pair_count(u.cols()), self.third_order(u.data()))
    }
}

#[cfg(test)]
mod tests;
