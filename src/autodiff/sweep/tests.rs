//! Examples are all there, whatever chunks and groups they are cut into.

use super::*;
use crate::autodiff::Pointwise;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, distance, norm};

const INPUTS: usize = 3;
const WIDTH: usize = 4;

/// `sum_out tanh(W' x + b)^2`.
fn graph() -> Graph {
    let mut graph = Graph::new();
    let x = graph.data(INPUTS);
    let (w, b) = (graph.parameter(INPUTS, WIDTH), graph.parameter(1, WIDTH));
    let product = graph.matmul(x, w);
    let sum = graph.add_row(product, b);
    let hidden = graph.pointwise(Pointwise::Tanh, sum);
    let square = graph.pointwise(Pointwise::Square, hidden);
    graph.row_sum(square);
    graph
}

/// Loss, gradient, HVPs and third order along k directions, one after the other.
fn all_orders(inputs: &[f64], k: usize) -> Vec<f64> {
    let program = Program::<f64>::new(graph(), vec![inputs.to_vec()], inputs.len() / INPUTS);
    let p = program.dim();
    let (w, u) = (Stream::new(1, "point").normals(p), Stream::new(2, "directions").normals(k * p));
    let at = program.linearize(&w);
    let parts = [vec![at.loss()], at.gradient().to_vec(), at.hvp(&u), at.third_order(&u)];
    parts.concat()
}

/// What n examples give is the mean of what each gives alone, in a program that has one chunk of one. With one thread all
/// counts of directions go line by line, with three hardly any.
#[test]
fn every_example_counts() {
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        for (examples, k) in [(1, 1), (63, 2), (64, 1), (65, 3), (130, 1), (700, 4), (1100, 6)] {
            let inputs = Stream::new(3, "inputs").normals(examples * INPUTS);
            let together = pool.install(|| all_orders(&inputs, k));
            let mut mean = vec![0.0; together.len()];
            for x in inputs.chunks(INPUTS) {
                axpy(1.0 / examples as f64, &all_orders(x, k), &mut mean);
            }
            let error = distance(&together, &mean) / norm(&mean);
            assert!(error < 1e-13, "{examples} examples, {k} directions, {threads} threads: {error:e}");
        }
    }
}
