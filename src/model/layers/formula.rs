//! A graph of one data table against a formula of its loss that shares no code with it.

use crate::autodiff::differences::derivative;
use crate::autodiff::{Graph, NodeId, Program};
use crate::numeric::random::Stream;
use crate::numeric::vector::{distance, norm};

const EXAMPLES: usize = 5;

/// The loss is the mean of `formula(w, x)` over examples; the gradient is its differences, if that is asked for, and HVPs are
/// differences of the gradient.
pub fn assert_is(graph: Graph, formula: impl Fn(&[f64], &[f64]) -> f64, has_derivatives: bool) {
    let (rows, cols) = graph.data_shapes()[0];
    let x = Stream::new(1, "examples").normals(EXAMPLES * rows * cols);
    let program = Program::<f64>::new(graph, vec![x.clone()], EXAMPLES);
    let w: Vec<f64> = Stream::new(2, "point").normals(program.dim()).iter().map(|w| 0.5 * w).collect();
    let mean = |w: &[f64]| x.chunks(rows * cols).map(|x| formula(w, x)).sum::<f64>() / EXAMPLES as f64;
    let at = program.linearize(&w);
    let (found, expected) = (at.loss(), mean(&w));
    assert!((found - expected).abs() <= 1e-11 * (1.0 + expected.abs()), "{found} for {expected}");
    if !has_derivatives {
        return;
    }
    let unit = |k: usize| (0..w.len()).map(|i| if i == k { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    let gradient: Vec<f64> = (0..w.len()).map(|k| derivative(&w, &unit(k), |w| vec![mean(w)])[0]).collect();
    let error = distance(at.gradient(), &gradient) / norm(&gradient);
    assert!(error < 1e-8, "gradient: {error:e}");
    let u: Vec<f64> = Stream::new(3, "direction").normals(w.len());
    let u: Vec<f64> = u.iter().map(|x| x / norm(&u)).collect();
    let hvp = derivative(&w, &u, |w| program.linearize(w).gradient().to_vec());
    let error = distance(&at.hvp(&u), &hvp) / norm(&hvp);
    assert!(error < 1e-8, "HVP: {error:e}");
}

/// Makes the sum over all entries of `y`, with weights that it returns, row after row, the loss of the graph.
pub fn weighted_sum(graph: &mut Graph, y: NodeId) -> Vec<f64> {
    let (rows, cols) = graph.shape(y);
    let weights = Stream::new(5, "weights").normals(rows * cols);
    let c = graph.constant(rows, cols, weights.clone());
    let weighted = graph.multiply(y, c);
    let sums = graph.row_sum(weighted);
    graph.column_sum(sums);
    weights
}

/// The places of a matrix, row after row.
pub fn entries(rows: usize, cols: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |i| (0..cols).map(move |j| (i, j)))
}
