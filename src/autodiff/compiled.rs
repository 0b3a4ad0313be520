//! A graph with its data and its plan: all that a sweep of a chunk needs to know beside the point.

use std::sync::Arc;

use super::graph::Graph;
use super::plan::Plan;
use super::rows::{Lines, spread};
use crate::numeric::Scalar;

/// The function `L(w) = mean over examples of the graph's last node`, ready to be swept.
#[derive(Debug)]
pub(super) struct Compiled<T> {
    pub graph: Graph,
    pub plan: Plan,
    /// The data, rows as far apart as [`super::rows`] says.
    pub tables: Vec<Arc<Lines<T>>>,
    /// The constants, once for each example of a chunk.
    pub constants: Vec<Lines<T>>,
    pub examples: usize,
}

impl<T: Scalar> Compiled<T> {
    /// A graph with its data tables, each row-major, the rows of an example one after the other.
    ///
    /// # Panics
    /// If the tables do not fit the graph: a bug of the caller.
    pub fn new(graph: Graph, tables: &[Vec<T>], examples: usize) -> Self {
        let plan = Plan::new::<T>(&graph);
        Self::planned(plan, graph, tables, examples)
    }

    /// The same with that plan.
    pub fn planned(plan: Plan, graph: Graph, tables: &[Vec<T>], examples: usize) -> Self {
        let shapes = graph.data_shapes();
        let sizes: Vec<_> = shapes.iter().map(|(rows, cols)| rows * cols * examples).collect();
        assert_eq!(
            sizes,
            tables.iter().map(Vec::len).collect::<Vec<_>>(),
            "each table has the rows of each example"
        );
        let spread = |(table, &(_, cols)): (&Vec<T>, &(usize, usize))| Arc::new(spread(table, cols));
        let tables = tables.iter().zip(shapes).map(spread).collect();
        Self::with_tables(plan, graph, tables, examples)
    }

    /// Another graph of the same examples, which reads the first of these tables.
    ///
    /// # Panics
    /// If they do not fit it: a bug of the caller.
    pub fn beside(&self, graph: Graph) -> Self {
        let count = graph.data_shapes().len();
        assert_eq!(graph.data_shapes(), &self.graph.data_shapes()[..count], "the tables fit both graphs");
        Self::with_tables(Plan::new::<T>(&graph), graph, self.tables[..count].to_vec(), self.examples)
    }

    fn with_tables(plan: Plan, graph: Graph, tables: Vec<Arc<Lines<T>>>, examples: usize) -> Self {
        let constants = graph.constants.iter().map(|constant| constant.repeated(plan.chunk)).collect();
        Self { graph, plan, tables, constants, examples }
    }
}
