//! The training loss of a network on data.

mod entry;

use serde::{Deserialize, Serialize};

use super::{Linearization, Objective};
use crate::autodiff::{Curved, Graph, Linearized, NodeId, Outputs, Pointwise, Program};
use crate::data::Dataset;
use crate::model::layers::pooling::mean_of_rows;
use crate::model::{Architecture, Builder};
use crate::numeric::{Matrix, Scalar};

pub(super) use entry::KIND;
pub use entry::{NetworkEntry, task};

/// The losses there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// `1/2 mean_n sum_out (f - y)^2`, y being one-hot for classes.
    Mse,
    /// `mean_n (log sum_out exp f - f_label)`.
    CrossEntropy,
}

/// `L(w) = mean over examples of loss(network(x; w), target)`; where examples have targets at several positions, over these too.
#[derive(Debug)]
pub struct Network {
    program: Program<f64>,
    outputs: Outputs<f64>,
    /// The right answer of each row of outputs, if targets are classes.
    labels: Option<Vec<usize>>,
    /// Of a row of outputs.
    width: usize,
    start: Vec<f64>,
}

impl Network {
    /// A network on data, started from `seed`.
    pub fn new(model: &dyn Architecture, data: &Dataset, loss: Loss, seed: u64) -> Self {
        let (program, start) = program(model, data, loss, seed);
        let (network, outputs) = model.built();
        let width = network.cols(outputs);
        let outputs = Outputs::beside(&program, network.into_graph());
        Self { program, outputs, labels: labels(&data.targets, width), width, start }
    }
}

/// The same loss as an autodiff program in either precision, and its starting point.
pub fn program<T: Scalar>(
    model: &dyn Architecture,
    data: &Dataset,
    loss: Loss,
    seed: u64,
) -> (Program<T>, Vec<f64>) {
    let network = build(model, loss);
    let start = network.start(model.name(), seed);
    let convert = |table: &[f64]| table.iter().map(|&x| T::from_f64(x)).collect::<Vec<T>>();
    let tables = vec![convert(&data.inputs), convert(&data.targets)];
    (Program::new(network.into_graph(), tables, data.len()), start)
}

/// The loss of an example as a graph of parameters, inputs and targets.
fn build(model: &dyn Architecture, loss: Loss) -> Builder {
    let (mut network, outputs) = model.built();
    let (positions, width) = network.shape(outputs);
    let targets = network.data_matrix(positions, width);
    match loss {
        Loss::Mse => mean_squared_error(&mut network, outputs, targets),
        Loss::CrossEntropy => cross_entropy(&mut network, outputs, targets),
    }
    network
}

/// `1/2 sum_out (f - y)^2`.
fn mean_squared_error(graph: &mut Graph, outputs: NodeId, targets: NodeId) {
    let error = graph.subtract(outputs, targets);
    let square = graph.pointwise(Pointwise::Square, error);
    let sum = graph.row_sum(square);
    let sum = over_positions(graph, sum);
    graph.scale(0.5 / graph.rows(outputs) as f64, sum);
}

/// `log sum_out exp(f) - f_label`, with f shifted by its row's maximum, which changes neither value nor derivatives.
fn cross_entropy(graph: &mut Graph, outputs: NodeId, targets: NodeId) {
    let shifted = graph.shift_by_row_max(outputs);
    let exponentials = graph.pointwise(Pointwise::Exp, shifted);
    let sum = graph.row_sum(exponentials);
    let log_sum = graph.pointwise(Pointwise::Log, sum);
    let chosen = graph.multiply(shifted, targets);
    let label_output = graph.row_sum(chosen);
    let surprise = graph.subtract(log_sum, label_output);
    if graph.rows(outputs) > 1 {
        mean_of_rows(graph, surprise);
    }
}

/// The sum of all rows, where there are several.
fn over_positions(graph: &mut Graph, x: NodeId) -> NodeId {
    if graph.rows(x) > 1 { graph.column_sum(x) } else { x }
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

    fn outputs(&self, w: &[f64], v: &Matrix) -> Curved<f64> {
        let directions: Vec<&[f64]> = (0..v.cols()).map(|j| v.col(j)).collect();
        self.outputs.around(w, &directions)
    }

    /// How often the largest output of a row is the right one.
    fn accuracy(&self, outputs: &[f64]) -> Option<f64> {
        let labels = self.labels.as_ref()?;
        let largest = |f: &[f64]| (0..f.len()).max_by(|&i, &j| f[i].total_cmp(&f[j]));
        let right = |(f, label): &(&[f64], &usize)| largest(f) == Some(**label);
        Some(outputs.chunks_exact(self.width).zip(labels).filter(right).count() as f64 / labels.len() as f64)
    }
}

/// The hot ones of rows of this width, if all of them are one-hot.
fn labels(targets: &[f64], width: usize) -> Option<Vec<usize>> {
    let hot = |row: &[f64]| {
        let is_one_hot = row.iter().all(|&y| y == 0.0 || y == 1.0) && row.iter().sum::<f64>() == 1.0;
        row.iter().position(|&y| y == 1.0).filter(|_| is_one_hot)
    };
    if width > 1 { targets.chunks_exact(width).map(hot).collect() } else { None }
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
