//! Linearise once, apply often: loss, gradient, blocks of HVPs and third-order contractions of a graph.
//!
//! The examples are cut into chunks of a fixed size. A chunk runs forward and backward through all nodes while
//! its jets are in cache; chunks run in parallel. The adjoint of a parameter is then one chain of additions over
//! all examples in order, its entries in parallel. So no result depends on the number of threads, nor on how many
//! directions are in a block.

use rayon::prelude::*;

use super::backward::{reverse_jets, reverse_values};
use super::forward::{forward_jets, forward_values};
use super::graph::Graph;
use super::jet::{Jet, Order, Stack};
use super::parameter_adjoint::{Component, parameter_adjoints};
use super::pool::{Buffer, Pool};
use crate::numeric::{Scalar, pair_count};

/// Examples in a chunk: a constant, since results must not depend on the machine.
const CHUNK: usize = 64;

/// Directions in one sweep at most, so that the jets of large problems stay moderate in size.
const BLOCK: usize = 8;

/// A graph and its data: the function `L(w) = mean over examples of the graph's last node`.
#[derive(Debug)]
pub struct Program<T> {
    pub(super) graph: Graph,
    pub(super) tables: Vec<Vec<T>>,
    pub(super) examples: usize,
    pool: Pool<T>,
}

/// L around one point: everything of order zero is done and shared.
#[derive(Debug)]
pub struct Linearized<'a, T> {
    pub(super) program: &'a Program<T>,
    pub(super) w: Vec<T>,
    pub(super) tapes: Vec<Tape<'a, T>>,
    loss: T,
    gradient: Vec<T>,
}

/// The order-zero work of one chunk, by node.
#[derive(Debug)]
pub(super) struct Tape<'a, T> {
    pub examples: std::ops::Range<usize>,
    pub values: Vec<Option<Buffer<'a, T>>>,
    /// f', f'', f''' of pointwise nodes.
    pub derivatives: Vec<Option<[Buffer<'a, T>; 3]>>,
    pub adjoints: Vec<Option<Buffer<'a, T>>>,
}

/// The coefficients of one chunk, by node, forward and backward.
pub(super) struct Jets<'a, T> {
    pub first: Vec<Option<Buffer<'a, T>>>,
    pub second: Vec<Option<Buffer<'a, T>>>,
    pub adjoint_first: Vec<Option<Buffer<'a, T>>>,
    pub adjoint_second: Vec<Option<Buffer<'a, T>>>,
}

impl<T: Scalar> Program<T> {
    /// A graph with its data tables, each row-major with one row an example.
    ///
    /// # Panics
    /// If the tables do not fit the graph: a bug of the caller.
    pub fn new(graph: Graph, tables: Vec<Vec<T>>, examples: usize) -> Self {
        let sizes: Vec<_> = graph.data_widths().iter().map(|width| width * examples).collect();
        assert_eq!(
            sizes,
            tables.iter().map(Vec::len).collect::<Vec<_>>(),
            "each table has one row an example"
        );
        Self { graph, tables, examples, pool: Pool::new() }
    }

    /// The number of parameters p.
    pub fn dim(&self) -> usize {
        self.graph.dim()
    }

    /// Does all work of order zero at `w`.
    ///
    /// # Panics
    /// If `w` has not p entries.
    pub fn linearize(&self, w: &[T]) -> Linearized<'_, T> {
        assert_eq!(w.len(), self.dim(), "the point has p entries");
        let starts: Vec<usize> = (0..self.examples).step_by(CHUNK).collect();
        let tapes: Vec<Tape<'_, T>> = starts
            .into_par_iter()
            .map(|start| {
                let mut tape = Tape::new(self, start..(start + CHUNK).min(self.examples));
                forward_values(self, w, &mut tape);
                reverse_values(self, w, &mut tape);
                tape
            })
            .collect();
        let mut linearized =
            Linearized { program: self, w: w.to_vec(), tapes, loss: T::ZERO, gradient: vec![] };
        linearized.loss = linearized.mean_of_last_node();
        linearized.gradient = parameter_adjoints(&linearized, &[], &[Component::Value], |_| None);
        linearized
    }

    pub(super) fn buffer(&self, len: usize) -> Buffer<'_, T> {
        self.pool.zeros(len)
    }
}

impl<'p, T: Scalar> Linearized<'p, T> {
    /// The loss L(w).
    pub fn loss(&self) -> T {
        self.loss
    }

    /// The gradient, p entries.
    pub fn gradient(&self) -> &[T] {
        &self.gradient
    }

    /// `H v` for each of the columns v of `directions` (p each, one after the other).
    pub fn hvp(&self, directions: &[T]) -> Vec<T> {
        let p = self.program.dim();
        let mut result = Vec::with_capacity(directions.len());
        for block in directions.chunks(BLOCK * p.max(1)) {
            let k = block.len() / p;
            let jets = self.sweep(block, Order::First(k));
            let components: Vec<_> = (0..k).map(Component::First).collect();
            result.extend(parameter_adjoints(self, block, &components, |chunk| Some(&jets[chunk])));
        }
        result
    }

    /// `grad (u_i' H u_j)` for the columns u of `directions`, pairs `i <= j` in the order of [`crate::numeric::pairs`].
    pub fn third_order(&self, directions: &[T]) -> Vec<T> {
        let k = directions.len() / self.program.dim().max(1);
        if k == 0 {
            return Vec::new();
        }
        let jets = self.sweep(directions, Order::Second(k));
        let components: Vec<_> = (0..pair_count(k)).map(|pair| Component::second(k, pair)).collect();
        parameter_adjoints(self, directions, &components, |chunk| Some(&jets[chunk]))
    }

    fn sweep(&self, directions: &[T], order: Order) -> Vec<Jets<'p, T>> {
        self.tapes
            .par_iter()
            .map(|tape| {
                let view = View { linearized: self, tape, directions };
                let mut jets = Jets::new(self.program.graph.nodes.len());
                forward_jets(&view, order, &mut jets);
                reverse_jets(&view, order, &mut jets);
                jets
            })
            .collect()
    }

    fn mean_of_last_node(&self) -> T {
        let mut sum = T::ZERO;
        for tape in &self.tapes {
            let last = tape.values.last().and_then(Option::as_ref).expect("the last node is computed");
            for &value in last.iter() {
                sum += value;
            }
        }
        sum / T::from_f64(self.program.examples as f64)
    }
}

impl<'a, T> Tape<'a, T> {
    fn new(program: &Program<T>, examples: std::ops::Range<usize>) -> Self {
        let nodes = program.graph.nodes.len();
        Self {
            examples,
            values: (0..nodes).map(|_| None).collect(),
            derivatives: (0..nodes).map(|_| None).collect(),
            adjoints: (0..nodes).map(|_| None).collect(),
        }
    }
}

impl<T> Jets<'_, T> {
    fn new(nodes: usize) -> Self {
        let none = || (0..nodes).map(|_| None).collect();
        Self { first: none(), second: none(), adjoint_first: none(), adjoint_second: none() }
    }
}

/// What a sweep of one chunk reads.
pub(super) struct View<'p, 'v, T> {
    pub linearized: &'v Linearized<'p, T>,
    pub tape: &'v Tape<'p, T>,
    pub directions: &'v [T],
}

impl<T: Scalar> View<'_, '_, T> {
    pub fn examples(&self) -> usize {
        self.tape.examples.len()
    }

    /// The forward jet of a node.
    pub fn jet<'s>(&'s self, node: usize, jets: &'s Jets<'_, T>) -> Jet<'s, T> {
        self.jet_in(node, &jets.first, &jets.second)
    }

    /// As [`View::jet`], from the coefficients themselves.
    pub fn jet_in<'s>(
        &'s self,
        node: usize,
        first: &'s [Option<Buffer<'_, T>>],
        second: &'s [Option<Buffer<'_, T>>],
    ) -> Jet<'s, T> {
        let program = self.linearized.program;
        let value = node_value(program, &self.linearized.w, self.tape, node);
        if let Some(parameter) = program.graph.parameter_of(super::graph::NodeId(node)) {
            let first = (!self.directions.is_empty())
                .then(|| Stack::new(&self.directions[parameter.offset..], program.dim(), parameter.size()));
            return Jet { value, first, second: None };
        }
        Jet {
            value,
            first: stack(first.get(node), value.len()),
            second: stack(second.get(node), value.len()),
        }
    }

    /// The jet of the adjoint of a node.
    pub fn adjoint_jet<'s>(&'s self, node: usize, jets: &'s Jets<'_, T>) -> Jet<'s, T> {
        let value: &[T] = self.tape.adjoints[node].as_deref().expect("active nodes have adjoints");
        Jet {
            value,
            first: stack(jets.adjoint_first.get(node), value.len()),
            second: stack(jets.adjoint_second.get(node), value.len()),
        }
    }
}

/// The value of a node in a chunk.
pub(super) fn node_value<'s, T: Scalar>(
    program: &'s Program<T>,
    w: &'s [T],
    tape: &'s Tape<'_, T>,
    node: usize,
) -> &'s [T] {
    use super::graph::Op;
    let graph = &program.graph;
    match graph.nodes[node].op {
        Op::Data(table) => {
            let width = graph.nodes[node].cols;
            &program.tables[table][tape.examples.start * width..tape.examples.end * width]
        }
        Op::Parameter(index) => {
            let parameter = graph.parameters[index];
            &w[parameter.offset..parameter.offset + parameter.size()]
        }
        _ => tape.values[node].as_deref().expect("nodes are computed in order"),
    }
}

fn stack<'s, T: Copy>(buffer: Option<&'s Option<Buffer<'_, T>>>, len: usize) -> Option<Stack<'s, T>> {
    buffer.and_then(Option::as_ref).map(|data| Stack::contiguous(data, len))
}
