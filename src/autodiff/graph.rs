//! A network as a graph of linear, bilinear and pointwise nodes, each a matrix with one row an example.

use super::bilinear::Bilinear;
use super::linear::Linear;
use super::pointwise::Pointwise;

/// A node of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeId(pub(super) usize);

/// What a node computes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    /// Constant per example: table `usize` of the data handed to the sweep.
    Data(usize),
    /// A parameter matrix, shared by all examples.
    Parameter(usize),
    /// A linear (affine, for constants) map of one or two nodes.
    Linear(Linear, Vec<NodeId>),
    /// A bilinear map of two nodes.
    Bilinear(Bilinear, NodeId, NodeId),
    /// A function applied entry by entry.
    Pointwise(Pointwise, NodeId),
}

/// A node and its shape: `examples x cols` for per-example nodes, `rows x cols` for parameters.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub op: Op,
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

/// A function of parameters and per-example data; the loss is the mean over examples of its last node.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) parameters: Vec<Parameter>,
    data_widths: Vec<usize>,
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

    /// The widths of the data tables that the graph reads.
    pub fn data_widths(&self) -> &[usize] {
        &self.data_widths
    }

    /// The next data table, `examples x cols`.
    pub fn data(&mut self, cols: usize) -> NodeId {
        self.data_widths.push(cols);
        self.push(Op::Data(self.data_widths.len() - 1), cols, false)
    }

    /// The next parameter matrix.
    pub fn parameter(&mut self, rows: usize, cols: usize) -> NodeId {
        self.parameters.push(Parameter { offset: self.dim(), rows, cols });
        self.push(Op::Parameter(self.parameters.len() - 1), cols, true)
    }

    /// The matrix product `x w` of a per-example node and a parameter.
    ///
    /// # Panics
    /// If `w` is no parameter or the inner dimensions differ: a bug in the architecture.
    pub fn matmul(&mut self, x: NodeId, w: NodeId) -> NodeId {
        let parameter = self.parameter_of(w).expect("the right factor is a parameter");
        assert_eq!(parameter.rows, self.cols(x), "inner dimensions agree");
        self.push(Op::Bilinear(Bilinear::MatMul, x, w), parameter.cols, true)
    }

    /// `x + b`, the parameter `b` (1 x cols) added to each row.
    ///
    /// # Panics
    /// If `b` is no parameter of one row and the width of `x`.
    pub fn add_row(&mut self, x: NodeId, b: NodeId) -> NodeId {
        let parameter = self.parameter_of(b).expect("the row is a parameter");
        assert_eq!((parameter.rows, parameter.cols), (1, self.cols(x)), "the row is as wide as x");
        self.linear(Linear::AddRow, vec![x, b], self.cols(x))
    }

    /// The elementwise product of two per-example nodes.
    pub fn multiply(&mut self, x: NodeId, y: NodeId) -> NodeId {
        self.assert_same_width(x, y);
        let active = self.nodes[x.0].active || self.nodes[y.0].active;
        self.push(Op::Bilinear(Bilinear::Multiply, x, y), self.cols(x), active)
    }

    /// `x - y` for per-example nodes.
    pub fn subtract(&mut self, x: NodeId, y: NodeId) -> NodeId {
        self.assert_same_width(x, y);
        self.linear(Linear::Subtract, vec![x, y], self.cols(x))
    }

    /// The sum of each row.
    pub fn row_sum(&mut self, x: NodeId) -> NodeId {
        self.linear(Linear::RowSum, vec![x], 1)
    }

    /// `x` minus the largest entry of its row, that entry taken as a constant: the derivative is the identity.
    pub fn shift_by_row_max(&mut self, x: NodeId) -> NodeId {
        self.linear(Linear::ShiftByRowMax, vec![x], self.cols(x))
    }

    /// `factor x`.
    pub fn scale(&mut self, factor: f64, x: NodeId) -> NodeId {
        self.linear(Linear::Scale(factor), vec![x], self.cols(x))
    }

    /// `f(x)` entry by entry.
    pub fn pointwise(&mut self, f: Pointwise, x: NodeId) -> NodeId {
        let node = &self.nodes[x.0];
        let (cols, active) = (node.cols, node.active);
        self.push(Op::Pointwise(f, x), cols, active)
    }

    /// The width of a node.
    pub fn cols(&self, x: NodeId) -> usize {
        self.nodes[x.0].cols
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

    fn linear(&mut self, op: Linear, of: Vec<NodeId>, cols: usize) -> NodeId {
        let active = of.iter().any(|x| self.nodes[x.0].active);
        self.push(Op::Linear(op, of), cols, active)
    }

    fn assert_same_width(&self, x: NodeId, y: NodeId) {
        assert_eq!(self.cols(x), self.cols(y), "both nodes have the same width");
    }

    fn push(&mut self, op: Op, cols: usize, active: bool) -> NodeId {
        self.nodes.push(Node { op, cols, active });
        NodeId(self.nodes.len() - 1)
    }
}
