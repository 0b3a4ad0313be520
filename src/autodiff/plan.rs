//! What a graph needs to know before it is swept: where nodes keep their numbers, and which coefficients vanish.

use super::graph::{Graph, NodeId, Op, Parameter};
use super::linear::Linear;
use super::rows::stride;
use super::write::Write;

/// The places of all nodes, in columns, gaps between rows included: a chunk of n examples keeps the numbers of a node at
/// place c from `n * c` on.
#[derive(Debug)]
pub(super) struct Plan {
    pub nodes: Vec<NodePlan>,
    /// Columns of the values of all nodes.
    pub value_width: usize,
    /// Columns of the coefficients of all active nodes.
    pub active_width: usize,
    /// Columns of the derivatives of pointwise nodes.
    pub pointwise_width: usize,
    /// By parameter: what products need of it.
    pub factors: Vec<Factor>,
}

/// The plan of one node.
#[derive(Debug, Clone)]
pub(super) struct NodePlan {
    /// The place of its value; none for data and parameters.
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
    pub writes: [Write; 2],
}

/// A parameter as the right factor of products.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Factor {
    /// It is one.
    pub used: bool,
    /// The left factor depends on parameters, so that adjoints flow through it.
    pub transposed: bool,
}

impl Plan {
    /// The plan for numbers of type T.
    pub fn new<T>(graph: &Graph) -> Self {
        let mut plan = Self {
            nodes: Vec::with_capacity(graph.nodes.len()),
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
        plan
    }

    /// Whether the node only adds a row to a product, which has done so already.
    pub fn adds_row(&self, graph: &Graph, index: usize) -> bool {
        match &graph.nodes[index].op {
            Op::Linear(Linear::AddRow, of) => self.nodes[of[0].0].row.is_some(),
            _ => false,
        }
    }

    fn node<T>(&mut self, graph: &Graph, index: usize) -> NodePlan {
        let node = &graph.nodes[index];
        let width = stride::<T>(node.cols);
        let mut plan = NodePlan {
            value: None,
            active: None,
            pointwise: self.pointwise_width,
            curved: self.curved(graph, index),
            in_place: false,
            row: None,
            writes: [Write::Add; 2],
        };
        if matches!(node.op, Op::Data(_) | Op::Parameter(_)) {
            return plan;
        }
        if let Some(x) = in_place_of(graph, index) {
            let (value, active) = (self.nodes[x].value, self.nodes[x].active);
            if let (Op::Linear(Linear::AddRow, of), Op::Bilinear(..)) = (&node.op, &graph.nodes[x].op) {
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
        match node.op {
            Op::Pointwise(..) => self.pointwise_width += width,
            Op::Bilinear(_, x, w) => {
                if let Op::Parameter(parameter) = graph.nodes[w.0].op {
                    self.factors[parameter].used = true;
                    self.factors[parameter].transposed |= graph.nodes[x.0].active;
                }
            }
            _ => {}
        }
        plan
    }

    fn curved(&self, graph: &Graph, index: usize) -> bool {
        let active = |x: &NodeId| graph.nodes[x.0].active;
        let curved = |x: &NodeId| self.nodes[x.0].curved;
        match &graph.nodes[index].op {
            Op::Data(_) | Op::Parameter(_) => false,
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
        Op::Data(_) | Op::Parameter(_) => vec![],
        Op::Linear(_, of) => of.clone(),
        &Op::Bilinear(_, l, r) => vec![l, r],
        &Op::Pointwise(_, x) => vec![x],
    }
}

/// The first operand of a node that only adds something to it, if nobody else reads that operand.
fn in_place_of(graph: &Graph, index: usize) -> Option<usize> {
    let Op::Linear(linear, of) = &graph.nodes[index].op else { return None };
    let x = of[0].0;
    let fits = match linear {
        Linear::AddRow | Linear::ShiftByRowMax => true,
        Linear::Subtract => matches!(graph.nodes[of[1].0].op, Op::Data(_)),
        Linear::RowSum | Linear::Scale(_) => false,
    };
    let readers = graph.nodes.iter().flat_map(|node| operands(&node.op)).filter(|of| of.0 == x).count();
    let own = graph.nodes[x].active && !matches!(graph.nodes[x].op, Op::Parameter(_));
    (fits && own && readers == 1).then_some(x)
}
