//! What a network has to do.

use std::ops::Range;

use crate::autodiff::{Graph, NodeId};
use crate::source::require;

/// From examples of so many rows, columns and channels to so many outputs: one row of them an example, or one at each of some of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The rows of an example: those of an image, the positions of a sequence; 1 if it is a vector.
    pub rows: usize,
    /// The columns: the pixels of a row, the features at a position.
    pub cols: usize,
    /// The numbers at each row and column: the colours of a pixel.
    pub channels: usize,
    /// The rows that have targets of their own; none if the example as a whole has.
    pub positions: Option<Range<usize>>,
    /// The number of outputs.
    pub outputs: usize,
}

impl Task {
    /// The numbers of an example.
    pub fn features(&self) -> usize {
        self.rows * self.cols * self.channels
    }

    /// As an image: a row a pixel, a column a channel.
    pub fn pixels(&self) -> (usize, usize) {
        (self.rows * self.cols, self.channels)
    }

    /// As a sequence: a row a time, a column each number that there is at a time.
    pub fn times(&self) -> (usize, usize) {
        (self.rows, self.cols * self.channels)
    }

    /// That an example has one row of targets.
    ///
    /// # Errors
    /// If it has some at several positions: what is accepted.
    pub fn of_one_row(&self) -> Result<(), String> {
        require(self.positions.is_none(), || {
            "accepted are data with one answer an example, and these have one at several positions".into()
        })
    }

    /// The rows of `x`, which has one for each row of an example, that answer: those with targets of their own, or the last one, which
    /// has seen all others.
    pub fn answering(&self, graph: &mut Graph, x: NodeId) -> NodeId {
        let last = self.rows.saturating_sub(1)..self.rows;
        let rows = self.positions.clone().unwrap_or(last);
        graph.slice_rows(x, rows.start, rows.len())
    }
}
