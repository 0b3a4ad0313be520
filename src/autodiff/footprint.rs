//! How many bytes the sweeps of a graph take, without making anything.

use super::graph::{Graph, Op};
use super::plan::Plan;
use crate::numeric::Scalar;

/// The bytes that a graph takes on so many examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// The data tables, and the constants of a chunk of examples.
    pub tables: u64,
    /// The order-zero work at one point: values, derivatives and adjoints of all examples.
    pub point: u64,
    /// The coefficients of a chunk of examples along one direction.
    pub jet: u64,
    /// The chunks of examples.
    pub chunks: u64,
    /// The packed matrices of a vector of parameters.
    pub packed: u64,
}

impl Footprint {
    /// The bytes of the graph's sweeps in numbers of type T.
    pub fn new<T: Scalar>(graph: &Graph, examples: usize) -> Self {
        let plan = Plan::new::<T>(graph);
        let bytes = |numbers: usize| numbers as u64 * size_of::<T>() as u64;
        let (chunk, chunks) = (plan.chunk as u64, examples.div_ceil(plan.chunk) as u64);
        let tape = plan.value_width + 4 * plan.pointwise_width + plan.active_width;
        let packed = graph.parameters.iter().zip(&plan.factors).map(|(parameter, factor)| {
            let copies = u64::from(factor.used) + u64::from(factor.transposed);
            copies * bytes(parameter.size())
        });
        let width = |wanted: fn(&Op) -> bool| {
            let nodes = graph.nodes.iter().zip(&plan.nodes).filter(move |(node, _)| wanted(&node.op));
            bytes(nodes.map(|(_, plan)| plan.width).sum())
        };
        Self {
            tables: width(|op| matches!(op, Op::Data(_))) * examples as u64
                + width(|op| matches!(op, Op::Constant(_))) * chunk,
            point: chunks * chunk * bytes(tape),
            jet: chunk * bytes(2 * plan.active_width),
            chunks,
            packed: packed.sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::compiled::Compiled;
    use super::super::tape::{Jet, Tape};
    use super::*;
    use crate::autodiff::Pointwise;

    #[test]
    fn sizes_are_those_of_what_sweeps_make() {
        let mut graph = Graph::new();
        let x = graph.data(20);
        let (w, b, last) = (graph.parameter(20, 33), graph.parameter(1, 33), graph.parameter(33, 4));
        let product = graph.matmul(x, w);
        let sum = graph.add_row(product, b);
        let hidden = graph.pointwise(Pointwise::Tanh, sum);
        let out = graph.matmul(hidden, last);
        let square = graph.pointwise(Pointwise::Square, out);
        graph.row_sum(square);
        // The first matrix, and the second with its transpose.
        assert_sizes(graph, 130, 3, 20 * 33 + 2 * 33 * 4);
    }

    #[test]
    fn examples_of_many_rows_are_in_small_chunks() {
        let mut graph = Graph::new();
        let x = graph.data_matrix(12, 5);
        let w = graph.parameter(5, 9);
        let product = graph.matmul(x, w);
        let mask = graph.constant(12, 9, vec![0.5; 12 * 9]);
        let masked = graph.multiply(product, mask);
        let sums = graph.row_sum(masked);
        graph.column_sum(sums);
        // Five examples of twelve rows have 60 rows.
        assert_sizes(graph, 13, 3, 5 * 9);
    }

    fn assert_sizes(graph: Graph, examples: usize, chunks: u64, packed: usize) {
        let found = Footprint::new::<f64>(&graph, examples);
        let bytes = |numbers: usize| 8 * numbers as u64;
        let table = |&(rows, cols): &(usize, usize)| vec![0.0; rows * cols * examples];
        let tables: Vec<Vec<f64>> = graph.data_shapes().iter().map(table).collect();
        let compiled = Compiled::new(graph, &tables, examples);
        let tables = compiled.tables.iter().map(|numbers| numbers.len()).sum::<usize>();
        let constants = compiled.constants.iter().map(|numbers| numbers.len()).sum::<usize>();
        assert_eq!(found.tables, bytes(tables + constants));
        let (tape, jet) = (Tape::new(&compiled), Jet::new(&compiled));
        let derivatives: usize = tape.derivatives.iter().map(|numbers| numbers.len()).sum();
        assert_eq!(found.chunks, chunks);
        assert_eq!(found.point, chunks * bytes(tape.values.len() + derivatives + tape.adjoints.len()));
        assert_eq!(found.jet, bytes(jet.forward.len() + jet.adjoint.len()));
        assert_eq!(found.packed, bytes(packed));
    }
}
