//! What is kept of a chunk of examples: the order-zero work, and Taylor coefficients along a direction.

use std::ops::Range;

use super::compiled::Compiled;
use super::graph::{NodeId, Op};
use super::rows::Lines;
use crate::numeric::Scalar;

/// The order-zero work of one chunk.
#[derive(Debug)]
pub(super) struct Tape<T> {
    pub examples: Range<usize>,
    /// The values of the nodes.
    pub values: Lines<T>,
    /// `f'`, `f''`, `y f''` and `y f'''` of the pointwise nodes, y the adjoint.
    pub derivatives: [Lines<T>; 4],
    /// The adjoints of the active nodes.
    pub adjoints: Lines<T>,
}

/// The coefficients of one order along one direction, of the active nodes and of their adjoints.
#[derive(Debug)]
pub(super) struct Jet<T> {
    pub forward: Lines<T>,
    pub adjoint: Lines<T>,
}

impl<T: Scalar> Tape<T> {
    /// Room for a chunk.
    pub fn new(program: &Compiled<T>) -> Self {
        let plan = &program.plan;
        let room = |width: usize| blank(width * plan.chunk);
        Self {
            examples: 0..0,
            values: room(plan.value_width),
            derivatives: std::array::from_fn(|_| room(plan.pointwise_width)),
            adjoints: room(plan.active_width),
        }
    }

    /// The number of examples.
    pub fn count(&self) -> usize {
        self.examples.len()
    }
}

impl<T: Scalar> Jet<T> {
    /// Room for a chunk.
    pub fn new(program: &Compiled<T>) -> Self {
        let room = || blank(program.plan.active_width * program.plan.chunk);
        Self { forward: room(), adjoint: room() }
    }

    /// Becomes the sum of two jets: the coefficients along the sum of their directions.
    pub fn set_sum(&mut self, a: &Jet<T>, b: &Jet<T>) {
        add(&a.forward, &b.forward, &mut self.forward);
        add(&a.adjoint, &b.adjoint, &mut self.adjoint);
    }
}

crate::numeric::dispatch::dispatched! {
    fn add<T: Scalar>(a: &[T], b: &[T], out: &mut [T]) {
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = a + b;
        }
    }
}

/// Room that every sweep fills before it reads; NaN, so that a test would show a gap.
fn blank<T: Scalar>(len: usize) -> Lines<T> {
    Lines::new(T::from_f64(f64::NAN), len)
}

/// What a sweep of one chunk reads.
pub(super) struct Chunk<'s, T> {
    pub program: &'s Compiled<T>,
    pub point: super::weights::Vector<'s, T>,
    pub tape: &'s Tape<T>,
}

impl<'s, T: Scalar> Chunk<'s, T> {
    /// The number of examples.
    pub fn count(&self) -> usize {
        self.tape.count()
    }

    /// The value of a node.
    pub fn value(&self, node: NodeId) -> &'s [T] {
        let Self { program, point, tape } = self;
        value(program, point.entries, &tape.examples, &tape.values, node)
    }

    /// The adjoint of an active node.
    pub fn adjoint(&self, node: usize) -> &'s [T] {
        self.block(&self.tape.adjoints, node).expect("the node is active")
    }

    /// The derivatives of a pointwise node.
    pub fn derivatives(&self, node: usize) -> [&'s [T]; 4] {
        let plan = &self.program.plan.nodes[node];
        let tape = self.tape;
        std::array::from_fn(|order| block(&tape.derivatives[order], plan.pointwise, plan.width, tape.count()))
    }

    /// The coefficients of an active node among those of one order; none for other nodes.
    pub fn block<'j>(&self, coefficients: &'j [T], node: usize) -> Option<&'j [T]> {
        let plan = &self.program.plan.nodes[node];
        Some(block(coefficients, plan.active?, plan.width, self.count()))
    }

    /// The second-order coefficients of a node, if it has any.
    pub fn second<'j>(&self, coefficients: &'j [T], node: usize) -> Option<&'j [T]> {
        if self.program.plan.nodes[node].curved { self.block(coefficients, node) } else { None }
    }
}

/// The value of a node, given the values of the nodes before it.
pub(super) fn value<'s, T: Scalar>(
    program: &'s Compiled<T>,
    w: &'s [T],
    examples: &Range<usize>,
    values: &'s [T],
    NodeId(node): NodeId,
) -> &'s [T] {
    let plan = &program.plan.nodes[node];
    let width = plan.width;
    match program.graph.nodes[node].op {
        Op::Data(table) => &program.tables[table][examples.start * width..examples.end * width],
        Op::Constant(index) => &program.constants[index][..examples.len() * width],
        Op::Parameter(index) => {
            let parameter = program.graph.parameters[index];
            &w[parameter.offset..][..parameter.size()]
        }
        _ => {
            let place = plan.value.expect("other nodes have a place");
            block(values, place, width, examples.len())
        }
    }
}

/// The numbers of a node with its place and its width, of so many examples, gaps between rows included.
pub(super) fn block<T>(numbers: &[T], place: usize, width: usize, examples: usize) -> &[T] {
    &numbers[place * examples..(place + width) * examples]
}

/// As [`block`], to write.
pub(super) fn block_mut<T>(numbers: &mut [T], place: usize, width: usize, examples: usize) -> &mut [T] {
    &mut numbers[place * examples..(place + width) * examples]
}

/// The numbers of a node to write, and those of the nodes before it to read.
pub(super) fn split<T>(numbers: &mut [T], place: usize, width: usize, examples: usize) -> (&[T], &mut [T]) {
    let (before, after) = numbers.split_at_mut(place * examples);
    (before, &mut after[..width * examples])
}

/// The numbers of a node to read, and those of the nodes before it to write.
pub(super) fn split_reverse<T>(
    numbers: &mut [T],
    place: usize,
    width: usize,
    examples: usize,
) -> (&mut [T], &[T]) {
    let (before, after) = numbers.split_at_mut(place * examples);
    (before, &after[..width * examples])
}
