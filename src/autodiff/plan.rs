//! What a graph needs to know before it is swept: where nodes keep their numbers, and which coefficients vanish.

use super::bilinear::Bilinear;
use super::graph::{Graph, NodeId, Op, Parameter};
use super::linear::Linear;
use super::rows::stride;
use super::write::Write;

/// Rows of a chunk of examples: of the nodes of a chunk together, on average.
const ROWS: usize = 64;
/// Bytes of the coefficients of a chunk along one direction, of nodes in many small steps: those along a few directions fit into a
/// second-level cache.
const JET: usize = 640 << 10;

/// The places of all nodes, in numbers of an example, gaps between rows included: a chunk of n examples keeps the numbers
/// of a node at place c from `n * c` on.
#[derive(Debug)]
pub(super) struct Plan {
    pub nodes: Vec<NodePlan>,
    /// Examples in a chunk.
    pub chunk: usize,
    /// Numbers of the values of all nodes.
    pub value_width: usize,
    /// Numbers of the coefficients of all active nodes.
    pub active_width: usize,
    /// Numbers of the derivatives of pointwise nodes.
    pub pointwise_width: usize,
    /// By parameter: what products need of it.
    pub factors: Vec<Factor>,
}

/// The plan of one node.
#[derive(Debug, Clone)]
pub(super) struct NodePlan {
    /// The numbers of an example's matrix, gaps between rows included.
    pub width: usize,
    /// The place of its value; none for data, constants and parameters.
    pub value: Option<usize>,
    /// The place of its coefficients and adjoint; none if it depends on no parameter, and for parameters.
    pub active: Option<usize>,
    /// The place of its derivatives, if it is pointwise.
    pub pointwise: usize,
    /// Whether it has second-order coefficients: it is not affine in the parameters.
    pub curved: bool,
    /// Whether it keeps its numbers in the place of its first operand, which has no other reader.
    pub in_place: bool,
    /// The row that is added to this product by the node after it: its sums start from there.
    pub row: Option<Parameter>,
    /// How the adjoints of its operands are written: the first writer of a sweep replaces.
    pub writes: Vec<Write>,
}

/// What reads a parameter, and what it is as the right factor of products.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Factor {
    /// The operands that it is.
    pub readers: usize,
    /// Entries of it are gathered.
    pub gathered: bool,
    /// It is a right factor.
    pub used: bool,
    /// The left factor depends on parameters, so that adjoints flow through it.
    pub transposed: bool,
}

impl Plan {
    /// The plan for numbers of type T.
    pub fn new<T>(graph: &Graph) -> Self {
        let mut plan = Self {
            nodes: Vec::with_capacity(graph.nodes.len()),
            chunk: chunk::<T>(graph),
            value_width: 0,
            active_width: 0,
            pointwise_width: 0,
            factors: vec![Factor::default(); graph.parameters.len()],
        };
        for index in 0..graph.nodes.len() {
            let node = plan.node::<T>(graph, index);
            plan.nodes.push(node);
        }
        plan.mark_writes(graph);
        plan.chunk = plan.chunk.min(plan.examples_in_cache::<T>().max(examples_of_tall_products(graph)));
        plan
    }

    /// Whether the node only adds a row to a product, which has done so already.
    pub fn adds_row(&self, graph: &Graph, index: usize) -> bool {
        match &graph.nodes[index].op {
            Op::Linear(Linear::AddRow, of) => self.nodes[of[0].0].row.is_some(),
            _ => false,
        }
    }

    fn examples_in_cache<T>(&self) -> usize {
        JET / (2 * self.active_width * size_of::<T>()).max(1)
    }

    fn node<T>(&mut self, graph: &Graph, index: usize) -> NodePlan {
        let node = &graph.nodes[index];
        let width = node.rows * stride::<T>(node.cols);
        let mut plan = NodePlan {
            width,
            value: None,
            active: None,
            pointwise: self.pointwise_width,
            curved: self.curved(graph, index),
            in_place: false,
            row: None,
            writes: vec![Write::Add; operands(&node.op).len()],
        };
        if matches!(node.op, Op::Data(_) | Op::Constant(_) | Op::Parameter(_)) {
            return plan;
        }
        self.note_parameters(graph, index);
        if let Some(x) = in_place_of(graph, index) {
            let (value, active) = (self.nodes[x].value, self.nodes[x].active);
            if let (Op::Linear(Linear::AddRow, of), Op::Bilinear(Bilinear::MatMul, ..)) =
                (&node.op, &graph.nodes[x].op)
            {
                self.nodes[x].row = graph.parameter_of(of[1]);
            }
            return NodePlan { value, active, in_place: true, ..plan };
        }
        plan.value = Some(self.value_width);
        self.value_width += width;
        if node.active {
            plan.active = Some(self.active_width);
            self.active_width += width;
        }
        if matches!(node.op, Op::Pointwise(..)) {
            self.pointwise_width += width;
        }
        plan
    }

    fn note_parameters(&mut self, graph: &Graph, index: usize) {
        let op = &graph.nodes[index].op;
        for x in operands(op) {
            let Op::Parameter(parameter) = graph.nodes[x.0].op else { continue };
            let factor = &mut self.factors[parameter];
            factor.readers += 1;
            match op {
                &Op::Bilinear(_, left, _) => {
                    factor.used = true;
                    factor.transposed |= graph.nodes[left.0].active;
                }
                Op::Linear(Linear::Gather(_), _) => factor.gathered = true,
                _ => {}
            }
        }
    }

    fn curved(&self, graph: &Graph, index: usize) -> bool {
        let active = |x: &NodeId| graph.nodes[x.0].active;
        let curved = |x: &NodeId| self.nodes[x.0].curved;
        match &graph.nodes[index].op {
            Op::Data(_) | Op::Constant(_) | Op::Parameter(_) => false,
            Op::Linear(_, of) => of.iter().any(curved),
            Op::Bilinear(_, l, r) => curved(l) || curved(r) || (active(l) && active(r)),
            Op::Pointwise(_, x) => active(x),
        }
    }

    /// Adjoints are written in the reverse order of the nodes.
    fn mark_writes(&mut self, graph: &Graph) {
        let mut written = vec![false; graph.nodes.len()];
        for index in (0..graph.nodes.len()).rev() {
            let in_place = self.nodes[index].in_place;
            let dead = graph.nodes[index].active && index + 1 < graph.nodes.len() && !written[index];
            let parameter = matches!(graph.nodes[index].op, Op::Parameter(_));
            assert!(!dead || parameter, "node {index} of an architecture is computed, and nothing reads it");
            for (operand, NodeId(x)) in operands(&graph.nodes[index].op).into_iter().enumerate() {
                if graph.nodes[index].active && !std::mem::replace(&mut written[x], true) {
                    self.nodes[index].writes[operand] = Write::Replace;
                }
                assert!(!in_place || operand > 0 || self.nodes[index].writes[0] == Write::Replace);
            }
        }
    }
}

/// The operands of a node.
pub(super) fn operands(op: &Op) -> Vec<NodeId> {
    match op {
        Op::Data(_) | Op::Constant(_) | Op::Parameter(_) => vec![],
        Op::Linear(_, of) => of.clone(),
        &Op::Bilinear(_, l, r) => vec![l, r],
        &Op::Pointwise(_, x) => vec![x],
    }
}

/// As many examples as have about so many rows, each node's rows counted by its width, which says how much memory they
/// take: where the numbers of a node stay in cache from one node to the next, and products are tall.
///
/// It depends on the graph alone. Sums over the examples do not depend on it in the gradient; in other orders a sum takes
/// its terms chunk by chunk.
fn chunk<T>(graph: &Graph) -> usize {
    let computed = |op: &Op| !matches!(op, Op::Data(_) | Op::Constant(_) | Op::Parameter(_));
    let widths = |rows: fn(usize) -> usize| -> usize {
        let nodes = graph.nodes.iter().filter(|node| computed(&node.op));
        nodes.map(|node| rows(node.rows) * stride::<T>(node.cols)).sum()
    };
    (ROWS * widths(|_| 1) / widths(|rows| rows).max(1)).clamp(1, ROWS)
}

/// As many examples as give each product with a parameter about so many rows.
fn examples_of_tall_products(graph: &Graph) -> usize {
    let rows = graph.nodes.iter().filter_map(|node| match node.op {
        Op::Bilinear(Bilinear::MatMul, ..) => Some(node.rows),
        _ => None,
    });
    ROWS / rows.min().unwrap_or(ROWS).clamp(1, ROWS)
}

/// The first operand of a node that only adds something to it, if nobody else reads that operand.
fn in_place_of(graph: &Graph, index: usize) -> Option<usize> {
    let Op::Linear(linear, of) = &graph.nodes[index].op else { return None };
    let x = of[0].0;
    let fits = match linear {
        Linear::AddRow | Linear::ShiftByRowMax | Linear::Offset(_) => true,
        Linear::Add | Linear::Subtract => matches!(graph.nodes[of[1].0].op, Op::Data(_) | Op::Constant(_)),
        Linear::RowSum | Linear::Scale(_) | Linear::Gather(_) | Linear::Scatter(_) => false,
    };
    let readers = graph.nodes.iter().flat_map(|node| operands(&node.op)).filter(|of| of.0 == x).count();
    let own = graph.nodes[x].active && !matches!(graph.nodes[x].op, Op::Parameter(_));
    (fits && own && readers == 1).then_some(x)
}
