//! Examples are all there, whatever chunks and groups they are cut into.

use super::*;
use crate::autodiff::Pointwise;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, distance, norm};

const FEW: usize = 3;
/// So many that the parameters outnumber the coefficients of a chunk, and several chunks are added up at a time.
const MANY: usize = 1500;
const WIDTH: usize = 4;

/// `sum_out tanh(W' x + b)^2`.
fn graph(width: usize) -> Graph {
    let mut graph = Graph::new();
    let x = graph.data(width);
    let (w, b) = (graph.parameter(width, WIDTH), graph.parameter(1, WIDTH));
    let product = graph.matmul(x, w);
    let sum = graph.add_row(product, b);
    let hidden = graph.pointwise(Pointwise::Tanh, sum);
    let square = graph.pointwise(Pointwise::Square, hidden);
    graph.row_sum(square);
    graph
}

/// Loss, gradient, HVPs and third order along k directions, one after the other.
fn all_orders(inputs: &[f64], width: usize, k: usize) -> Vec<f64> {
    let program = Program::<f64>::new(graph(width), vec![inputs.to_vec()], inputs.len() / width);
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
        let few =
            [(1, 1), (63, 2), (64, 1), (65, 3), (130, 1), (700, 4), (1100, 6)].map(|(n, k)| (FEW, n, k));
        for (width, examples, k) in few.into_iter().chain([(MANY, 130, 1), (MANY, 200, 3)]) {
            let inputs = Stream::new(3, "inputs").normals(examples * width);
            let together = pool.install(|| all_orders(&inputs, width, k));
            let mut mean = vec![0.0; together.len()];
            for x in inputs.chunks(width) {
                axpy(1.0 / examples as f64, &all_orders(x, width, k), &mut mean);
            }
            let error = distance(&together, &mean) / norm(&mean);
            assert!(
                error < 1e-13,
                "{examples} examples of {width}, {k} directions, {threads} threads: {error:e}"
            );
        }
    }
}
