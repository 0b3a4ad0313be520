//! A graph with its data and its plan: all that a sweep of a chunk needs to know beside the point.

use super::graph::Graph;
use super::plan::Plan;
use super::rows::Lines;

/// The function `L(w) = mean over examples of the graph's last node`, ready to be swept.
#[derive(Debug)]
pub(super) struct Compiled<T> {
    pub graph: Graph,
    pub plan: Plan,
    /// The data, rows as far apart as [`super::rows`] says.
    pub tables: Vec<Lines<T>>,
    /// The constants, once for each example of a chunk.
    pub constants: Vec<Lines<T>>,
    pub examples: usize,
}
