//! What moves or adds up entries of an example's matrix, all of it by one index map.

use std::sync::Arc;

use super::gather::Gather;
use super::graph::{Graph, NodeId};
use super::linear::Linear;

impl Graph {
    /// The matrix of the shape `rows x cols` whose entry (i, j) is entry `source(i, j)` of `x`, or zero: shifts, strides,
    /// padding, patches, slices, transposition, broadcasts.
    ///
    /// Of a parameter, each example gets the same matrix.
    ///
    /// # Panics
    /// If a source is outside `x`: a bug in the architecture, as in the functions that follow.
    pub fn gather(
        &mut self,
        x: NodeId,
        shape: (usize, usize),
        source: impl Fn(usize, usize) -> Option<(usize, usize)>,
    ) -> NodeId {
        self.gather_from(&[x], shape, |i, j| source(i, j).map(|from| (0, from)))
    }

    /// As [`Self::gather`] from several matrices: `source(i, j)` says which one of `of`, and which entry of it.
    pub fn gather_from(
        &mut self,
        of: &[NodeId],
        shape: (usize, usize),
        source: impl Fn(usize, usize) -> Option<(usize, (usize, usize))>,
    ) -> NodeId {
        let sources: Vec<_> = of.iter().map(|&x| (self.shape(x), self.parameter_of(x).is_some())).collect();
        let gather = Gather::new(shape, &sources, source);
        self.linear(Linear::Gather(Arc::new(gather)), of.to_vec(), shape)
    }

    /// The matrix of the shape `rows x cols` to whose entry `target(i, j)` entry (i, j) of `x` is added: the transpose of a
    /// gather; sums over groups of rows or columns.
    pub fn scatter(
        &mut self,
        x: NodeId,
        shape: (usize, usize),
        target: impl Fn(usize, usize) -> Option<(usize, usize)>,
    ) -> NodeId {
        self.assert_per_example(x);
        let gather = Gather::new(self.shape(x), &[(shape, false)], |i, j| target(i, j).map(|to| (0, to)));
        self.linear(Linear::Scatter(Arc::new(gather)), vec![x], shape)
    }

    /// A row, a column or a number repeated to the shape `rows x cols`; a parameter of this shape, for each example.
    ///
    /// # Panics
    /// If `x` has neither one row nor `rows`, or neither one column nor `cols`.
    pub fn broadcast(&mut self, x: NodeId, (rows, cols): (usize, usize)) -> NodeId {
        let (from_rows, from_cols) = self.shape(x);
        let fits = |from: usize, to: usize| from == 1 || from == to;
        assert!(
            fits(from_rows, rows) && fits(from_cols, cols),
            "{from_rows} x {from_cols} is repeated to {rows} x {cols}"
        );
        self.gather(x, (rows, cols), |i, j| Some((i.min(from_rows - 1), j.min(from_cols - 1))))
    }

    /// The sum of each column, `1 x cols`.
    pub fn column_sum(&mut self, x: NodeId) -> NodeId {
        self.scatter(x, (1, self.cols(x)), |_, j| Some((0, j)))
    }

    /// The same entries, row after row, in rows of another width.
    ///
    /// # Panics
    /// If there are not as many.
    pub fn reshape(&mut self, x: NodeId, (rows, cols): (usize, usize)) -> NodeId {
        let (from_rows, from_cols) = self.shape(x);
        assert_eq!(
            from_rows * from_cols,
            rows * cols,
            "{from_rows} x {from_cols} reshaped to {rows} x {cols}"
        );
        self.gather(x, (rows, cols), |i, j| {
            let index = i * cols + j;
            Some((index / from_cols, index % from_cols))
        })
    }

    /// All entries in one row.
    pub fn flatten(&mut self, x: NodeId) -> NodeId {
        self.reshape(x, (1, self.rows(x) * self.cols(x)))
    }

    /// `x` transposed.
    pub fn transpose(&mut self, x: NodeId) -> NodeId {
        let (rows, cols) = self.shape(x);
        self.gather(x, (cols, rows), |i, j| Some((j, i)))
    }

    /// Rows `first..first + count`.
    pub fn slice_rows(&mut self, x: NodeId, first: usize, count: usize) -> NodeId {
        self.gather(x, (count, self.cols(x)), |i, j| Some((first + i, j)))
    }

    /// Columns `first..first + count`.
    pub fn slice_cols(&mut self, x: NodeId, first: usize, count: usize) -> NodeId {
        self.gather(x, (self.rows(x), count), |i, j| Some((i, first + j)))
    }

    /// Matrices one under the other.
    ///
    /// # Panics
    /// If there are none, or their widths differ.
    pub fn concatenate_rows(&mut self, of: &[NodeId]) -> NodeId {
        let cols = self.cols(of[0]);
        assert!(of.iter().all(|&x| self.cols(x) == cols), "matrices one under the other have the same width");
        let places = places(of, |x| self.rows(x));
        self.gather_from(of, (places.len(), cols), |i, j| Some((places[i].0, (places[i].1, j))))
    }

    /// Matrices beside each other.
    ///
    /// # Panics
    /// If there are none, or their heights differ.
    pub fn concatenate_cols(&mut self, of: &[NodeId]) -> NodeId {
        let rows = self.rows(of[0]);
        assert!(of.iter().all(|&x| self.rows(x) == rows), "matrices beside each other have the same height");
        let places = places(of, |x| self.cols(x));
        self.gather_from(of, (rows, places.len()), |i, j| Some((places[j].0, (i, places[j].1))))
    }
}

/// For each row (or column) of matrices put together, which one it is from, and its place there.
fn places(of: &[NodeId], length: impl Fn(NodeId) -> usize) -> Vec<(usize, usize)> {
    of.iter()
        .enumerate()
        .flat_map(|(operand, &x)| (0..length(x)).map(move |place| (operand, place)))
        .collect()
}
