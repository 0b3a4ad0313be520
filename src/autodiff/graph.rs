//! A network as a graph of linear, bilinear and pointwise nodes, each a small matrix an example.
//!
//! Its rows are tokens, pixels or time steps, its columns features; the rows of all examples lie one after the other.

use super::bilinear::{Bilinear, Pair};
use super::block_product::{BlockProduct, Product};
use super::constant::Constant;
use super::linear::Linear;
use super::pointwise::Pointwise;

/// A node of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeId(pub(super) usize);

/// What a node computes.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// Constant per example: table `usize` of the data handed to the sweep.
    Data(usize),
    /// A matrix that is the same for all examples and all parameters.
    Constant(usize),
    /// A parameter matrix, shared by all examples.
    Parameter(usize),
    /// A linear (affine, for constants) map of one or two nodes.
    Linear(Linear, Vec<NodeId>),
    /// A bilinear map of two nodes.
    Bilinear(Bilinear, NodeId, NodeId),
    /// A function applied entry by entry.
    Pointwise(Pointwise, NodeId),
}

/// A node and its shape `rows x cols`: of the matrix of each example, or of a parameter.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub op: Op,
    pub rows: usize,
    pub cols: usize,
    /// True if the node depends on a parameter, so that it has a first-order part.
    pub active: bool,
}

/// The place of a parameter matrix (row-major) in the parameter vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Index of its first entry.
    pub offset: usize,
    /// Rows: the fan-in of a weight, 1 for a bias.
    pub rows: usize,
    /// Columns: the fan-out.
    pub cols: usize,
}

impl Parameter {
    /// The number of entries.
    pub fn size(&self) -> usize {
        self.rows * self.cols
    }
}

/// A function of parameters and per-example data; the loss is the mean over examples of its last node, a number each.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) constants: Vec<Constant>,
    data_shapes: Vec<(usize, usize)>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of parameters p.
    pub fn dim(&self) -> usize {
        self.parameters.last().map_or(0, |last| last.offset + last.size())
    }

    /// The parameter matrices in the order of the parameter vector.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The rows and columns that each example has in the data tables that the graph reads.
    pub fn data_shapes(&self) -> &[(usize, usize)] {
        &self.data_shapes
    }

    /// The next data table, one row an example.
    pub fn data(&mut self, cols: usize) -> NodeId {
        self.data_matrix(1, cols)
    }

    /// The next data table, `rows x cols` for each example.
    pub fn data_matrix(&mut self, rows: usize, cols: usize) -> NodeId {
        self.data_shapes.push((rows, cols));
        self.push(Op::Data(self.data_shapes.len() - 1), (rows, cols), false)
    }

    /// A matrix (row-major) that is the same for all examples: a mask, positions.
    ///
    /// # Panics
    /// If it has not as many entries: a bug in the architecture.
    pub fn constant(&mut self, rows: usize, cols: usize, entries: Vec<f64>) -> NodeId {
        assert_eq!(entries.len(), rows * cols, "a constant of {rows} x {cols} entries");
        self.constants.push(Constant { cols, entries });
        self.push(Op::Constant(self.constants.len() - 1), (rows, cols), false)
    }

    /// The next parameter matrix.
    pub fn parameter(&mut self, rows: usize, cols: usize) -> NodeId {
        self.parameters.push(Parameter { offset: self.dim(), rows, cols });
        self.push(Op::Parameter(self.parameters.len() - 1), (rows, cols), true)
    }

    /// The matrix product `x w` of a per-example node and a parameter.
    ///
    /// # Panics
    /// If `w` is no parameter, `x` is one, or the inner dimensions differ: a bug in the architecture.
    pub fn matmul(&mut self, x: NodeId, w: NodeId) -> NodeId {
        let parameter = self.parameter_of(w).expect("the right factor is a parameter");
        assert_eq!(parameter.rows, self.cols(x), "inner dimensions agree");
        self.assert_per_example(x);
        self.push(Op::Bilinear(Bilinear::MatMul, x, w), (self.rows(x), parameter.cols), true)
    }

    /// `x + b`, the parameter `b` (1 x cols) added to each row.
    ///
    /// # Panics
    /// If `b` is no parameter of one row and the width of `x`.
    pub fn add_row(&mut self, x: NodeId, b: NodeId) -> NodeId {
        let parameter = self.parameter_of(b).expect("the row is a parameter");
        assert_eq!((parameter.rows, parameter.cols), (1, self.cols(x)), "the row is as wide as x");
        self.assert_per_example(x);
        self.linear(Linear::AddRow, vec![x, b], self.shape(x))
    }

    /// The elementwise product of two per-example nodes.
    ///
    /// # Panics
    /// If their shapes differ or one is a parameter: a bug in the architecture, as in the functions that follow.
    pub fn multiply(&mut self, x: NodeId, y: NodeId) -> NodeId {
        self.assert_same_shape(x, y);
        self.pair(Pair::Multiply, x, y, self.shape(x))
    }

    /// The product of two matrices of each example: `X Y`, `X Y'` or `X' Y`.
    pub fn product(&mut self, form: Product, x: NodeId, y: NodeId) -> NodeId {
        self.block_product(form, x, y, 1)
    }

    /// The products of the blocks of two matrices of each example, whose rows are cut into as many equal blocks: those of
    /// the first blocks, under them those of the second ones, and so on.
    ///
    /// # Panics
    /// If rows are not a multiple of `blocks`, or the inner dimensions differ: a bug in the architecture.
    pub fn block_product(&mut self, form: Product, x: NodeId, y: NodeId, blocks: usize) -> NodeId {
        self.assert_per_example(x);
        self.assert_per_example(y);
        let block = |(rows, cols): (usize, usize)| {
            assert!(rows.is_multiple_of(blocks), "{rows} rows in {blocks} blocks");
            (rows / blocks, cols)
        };
        let product = BlockProduct::new(form, block(self.shape(x)), block(self.shape(y)));
        let (rows, cols) = product.shape();
        self.pair(Pair::Product(product), x, y, (blocks * rows, cols))
    }

    /// `x + y` for per-example nodes.
    pub fn add(&mut self, x: NodeId, y: NodeId) -> NodeId {
        self.assert_same_shape(x, y);
        self.linear(Linear::Add, vec![x, y], self.shape(x))
    }

    /// `x - y` for per-example nodes.
    pub fn subtract(&mut self, x: NodeId, y: NodeId) -> NodeId {
        self.assert_same_shape(x, y);
        self.linear(Linear::Subtract, vec![x, y], self.shape(x))
    }

    /// The sum of each row.
    pub fn row_sum(&mut self, x: NodeId) -> NodeId {
        self.assert_per_example(x);
        self.linear(Linear::RowSum, vec![x], (self.rows(x), 1))
    }

    /// `x` minus the largest entry of its row, that entry taken as a constant: the derivative is the identity.
    pub fn shift_by_row_max(&mut self, x: NodeId) -> NodeId {
        self.assert_per_example(x);
        self.linear(Linear::ShiftByRowMax, vec![x], self.shape(x))
    }

    /// `factor x`.
    pub fn scale(&mut self, factor: f64, x: NodeId) -> NodeId {
        self.assert_per_example(x);
        self.linear(Linear::Scale(factor), vec![x], self.shape(x))
    }

    /// `x` plus the same number for all entries.
    pub fn offset(&mut self, x: NodeId, offset: f64) -> NodeId {
        self.assert_per_example(x);
        self.linear(Linear::Offset(offset), vec![x], self.shape(x))
    }

    /// `f(x)` entry by entry.
    pub fn pointwise(&mut self, f: Pointwise, x: NodeId) -> NodeId {
        self.assert_per_example(x);
        self.push(Op::Pointwise(f, x), self.shape(x), self.nodes[x.0].active)
    }

    /// The rows of an example's matrix, or of a parameter.
    pub fn rows(&self, x: NodeId) -> usize {
        self.nodes[x.0].rows
    }

    /// The width of a node.
    pub fn cols(&self, x: NodeId) -> usize {
        self.nodes[x.0].cols
    }

    /// Rows and columns.
    pub fn shape(&self, x: NodeId) -> (usize, usize) {
        (self.rows(x), self.cols(x))
    }

    pub(super) fn parameter_of(&self, x: NodeId) -> Option<Parameter> {
        match self.nodes[x.0].op {
            Op::Parameter(index) => Some(self.parameters[index]),
            _ => None,
        }
    }

    /// The index of a parameter that is the right factor of a product.
    pub(super) fn parameter_index(&self, w: NodeId) -> usize {
        match self.nodes[w.0].op {
            Op::Parameter(index) => index,
            _ => unreachable!("the right factor of a matrix product is a parameter"),
        }
    }

    pub(super) fn linear(&mut self, op: Linear, of: Vec<NodeId>, shape: (usize, usize)) -> NodeId {
        let active = of.iter().any(|x| self.nodes[x.0].active);
        self.push(Op::Linear(op, of), shape, active)
    }

    fn pair(&mut self, pair: Pair, x: NodeId, y: NodeId, shape: (usize, usize)) -> NodeId {
        let active = self.nodes[x.0].active || self.nodes[y.0].active;
        self.push(Op::Bilinear(Bilinear::Pair(pair), x, y), shape, active)
    }

    fn assert_same_shape(&self, x: NodeId, y: NodeId) {
        self.assert_per_example(x);
        self.assert_per_example(y);
        assert_eq!(self.shape(x), self.shape(y), "both nodes have the same shape");
    }

    pub(super) fn assert_per_example(&self, x: NodeId) {
        assert!(self.parameter_of(x).is_none(), "a parameter is a right factor, a row or gathered from");
    }

    fn push(&mut self, op: Op, (rows, cols): (usize, usize), active: bool) -> NodeId {
        self.nodes.push(Node { op, rows, cols, active });
        NodeId(self.nodes.len() - 1)
    }
}
