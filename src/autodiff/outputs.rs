//! The last node of a graph itself, where it is no loss: its values, and its second derivatives along directions.

use rayon::prelude::*;

use super::compiled::Compiled;
use super::forward::{forward_first, forward_second, forward_values};
use super::graph::Graph;
use super::pool::{Pool, Pooled};
use super::rows::stride;
use super::sweep::Program;
use super::tape::{Chunk, Jet, Tape, block};
use super::weights::{Vector, Weights, Which};
use crate::numeric::Scalar;

/// A graph and its data: the function from parameters to the matrices of the last node, of all examples one after the other.
#[derive(Debug)]
pub struct Outputs<T> {
    compiled: Compiled<T>,
    tapes: Pool<Tape<T>>,
    jets: Pool<Jet<T>>,
    weights: Pool<Weights<T>>,
}

/// What outputs are around a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Curved<T> {
    /// The values f.
    pub values: Vec<T>,
    /// `v' H_f v` for each direction v, one after the other.
    pub second: Vec<Vec<T>>,
}

impl<T: Scalar> Outputs<T> {
    /// A graph with its data tables, each row-major, the rows of an example one after the other.
    ///
    /// # Panics
    /// If the tables do not fit the graph: a bug of the caller.
    pub fn new(graph: Graph, tables: &[Vec<T>], examples: usize) -> Self {
        Self::of(Compiled::new(graph, tables, examples))
    }

    /// A graph that reads the first data tables of a program, which they share.
    ///
    /// # Panics
    /// If the tables do not fit the graph: a bug of the caller.
    pub fn beside(program: &Program<T>, graph: Graph) -> Self {
        Self::of(program.compiled().beside(graph))
    }

    fn of(compiled: Compiled<T>) -> Self {
        Self { compiled, tapes: Pool::new(), jets: Pool::new(), weights: Pool::new() }
    }

    /// The outputs at `w`, and along each of the directions.
    pub fn around(&self, w: &[T], directions: &[&[T]]) -> Curved<T> {
        let compiled = &self.compiled;
        let packed = |vector: &[T]| {
            let mut weights = self.weights.take(|| Weights::new(compiled.graph.parameters.len()));
            weights.pack(vector, &compiled.graph.parameters, &compiled.plan.factors, Which::All);
            weights
        };
        let at = packed(w);
        let point = Vector { entries: w, weights: &at };
        let along: Vec<Pooled<'_, Weights<T>>> = directions.iter().map(|v| packed(v)).collect();
        let v: Vec<Vector<'_, T>> =
            directions.iter().zip(&along).map(|(entries, weights)| Vector { entries, weights }).collect();
        let chunk = compiled.plan.chunk;
        let starts: Vec<usize> = (0..compiled.examples).step_by(chunk).collect();
        let chunks: Vec<Curved<T>> = starts
            .into_par_iter()
            .map(|start| {
                let mut tape = self.tapes.take(|| Tape::new(compiled));
                tape.examples = start..(start + chunk).min(compiled.examples);
                forward_values(compiled, point, &mut tape);
                self.of_chunk(&Chunk { program: compiled, point, tape: &tape }, &v)
            })
            .collect();
        Curved {
            values: chunks.iter().flat_map(|chunk| &chunk.values).copied().collect(),
            second: (0..v.len())
                .map(|i| chunks.iter().flat_map(|chunk| &chunk.second[i]).copied().collect())
                .collect(),
        }
    }

    fn of_chunk(&self, chunk: &Chunk<'_, T>, directions: &[Vector<'_, T>]) -> Curved<T> {
        let compiled = chunk.program;
        let last = compiled.plan.nodes.len() - 1;
        let plan = &compiled.plan.nodes[last];
        let place = plan.value.expect("the last node is computed");
        let rows = |numbers: &[T]| -> Vec<T> {
            let cols = compiled.graph.nodes[last].cols;
            numbers.chunks_exact(stride::<T>(cols)).flat_map(|row| &row[..cols]).copied().collect()
        };
        let values = rows(block(&chunk.tape.values, place, plan.width, chunk.count()));
        let jet = || self.jets.take(|| Jet::new(compiled));
        let along = |&v: &Vector<'_, T>| {
            let (mut first, mut second) = (jet(), jet());
            forward_first(chunk, v, &mut first.forward);
            forward_second(chunk, v, &first.forward, &mut second.forward);
            // The coefficient is half the derivative.
            let coefficients = chunk.second(&second.forward, last).map(rows);
            coefficients.map_or(vec![T::ZERO; values.len()], |all| all.iter().map(|&x| x + x).collect())
        };
        let second = directions.iter().map(along).collect();
        Curved { values, second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autodiff::Pointwise;
    use crate::numeric::random::Stream;
    use crate::numeric::vector::{axpy, norm};

    const EXAMPLES: usize = 75;

    fn graph(curved: bool) -> Graph {
        let mut graph = Graph::new();
        let x = graph.data(3);
        let w = graph.parameter(3, 5);
        let mut h = graph.matmul(x, w);
        if curved {
            h = graph.pointwise(Pointwise::Tanh, h);
            let last = graph.parameter(5, 2);
            h = graph.matmul(h, last);
        }
        graph.offset(h, 1.0);
        graph
    }

    /// Second differences of a step of 1e-3 are off by some 1e-6, a twelfth of its square times the fourth derivative, and by rounding some 1e-9.
    #[test]
    fn second_derivatives_are_those_of_differences() {
        let x = Stream::new(1, "x").normals(3 * EXAMPLES);
        for curved in [false, true] {
            let graph = graph(curved);
            let p = graph.dim();
            let outputs = Outputs::<f64>::new(graph, std::slice::from_ref(&x), EXAMPLES);
            let unit = |v: Vec<f64>| -> Vec<f64> { v.iter().map(|x| x / norm(&v)).collect() };
            let w = Stream::new(2, "w").normals(p);
            let [u, v] = [3, 4].map(|seed| unit(Stream::new(seed, "direction").normals(p)));
            let here = outputs.around(&w, &[&u, &v]);
            assert_eq!(here.values.len(), EXAMPLES * if curved { 2 } else { 5 });
            for (direction, second) in [u, v].iter().zip(&here.second) {
                let at = |h: f64| {
                    let mut moved = w.clone();
                    axpy(h, direction, &mut moved);
                    outputs.around(&moved, &[]).values
                };
                let (h, after, before) = (1e-3, at(1e-3), at(-1e-3));
                for e in 0..here.values.len() {
                    let difference = (after[e] - 2.0 * here.values[e] + before[e]) / (h * h);
                    let allowed = 1e-5 * (1.0 + difference.abs());
                    assert!((difference - second[e]).abs() < allowed, "{difference} for {}", second[e]);
                }
            }
        }
    }
}
