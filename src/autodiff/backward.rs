//! The reverse sweep of one chunk, in the same Taylor algebra as the forward sweep.
//!
//! The adjoint of x in `y = x W` is `y' W^T`, and along a direction V of the parameters `y'_1 W^T + y' V^T` and
//! `y'_2 W^T + y'_1 V^T`; and the like for other nodes.

use super::bilinear::{Bilinear, products};
use super::compiled::Compiled;
use super::graph::{NodeId, Op};
use super::linear::Linear;
use super::pointwise;
use super::tape::{Chunk, Jet, Tape, block_mut, split_reverse, value};
use super::weights::Vector;
use crate::numeric::Scalar;

/// Computes the adjoints of all active nodes; the last one's is `1 / examples`.
pub(super) fn reverse_values<T: Scalar>(program: &Compiled<T>, point: Vector<'_, T>, tape: &mut Tape<T>) {
    let (graph, count) = (&program.graph, tape.count());
    let Tape { examples, values, derivatives, adjoints } = tape;
    seed(program, count, T::ONE / T::from_f64(program.examples as f64), adjoints);
    for (index, node) in graph.nodes.iter().enumerate().rev() {
        let plan = &program.plan.nodes[index];
        let Some(place) = plan.active else { continue };
        let (before, y) = split_reverse(adjoints, place, plan.width, count);
        match &node.op {
            Op::Linear(linear, of) => reverse_linear(program, index, (linear, of), y, before, count),
            &Op::Bilinear(Bilinear::MatMul, x, w) => {
                if let Some(out) = target(program, before, x, count) {
                    let w = point.weights.transposed(graph.parameter_index(w));
                    products([Some((y, w))], graph.cols(x), out, plan.writes[0].start());
                }
            }
            &Op::Bilinear(Bilinear::Pair(pair), l, r) => {
                for (i, (x, other)) in [(l, r), (r, l)].into_iter().enumerate() {
                    if let Some(out) = target(program, before, x, count) {
                        let other = value(program, point.entries, examples, values, other);
                        pair.adjoint_sum(i, [(Some(y), Some(other))], out, plan.writes[i]);
                    }
                }
            }
            &Op::Pointwise(_, x) => {
                let derivatives =
                    derivatives.each_mut().map(|all| block_mut(all, plan.pointwise, plan.width, count));
                if let Some(out) = target(program, before, x, count) {
                    pointwise::reverse_value(y, derivatives, out, plan.writes[0]);
                }
            }
            Op::Data(_) | Op::Constant(_) | Op::Parameter(_) => unreachable!("these have no place"),
        }
    }
}

/// Computes the first-order coefficients of all adjoints from the forward ones.
pub(super) fn reverse_first<T: Scalar>(chunk: &Chunk<'_, T>, v: Vector<'_, T>, jet: &mut Jet<T>) {
    let (program, count) = (chunk.program, chunk.count());
    let (graph, forward) = (&program.graph, &jet.forward);
    seed(program, count, T::ZERO, &mut jet.adjoint);
    for (index, node) in graph.nodes.iter().enumerate().rev() {
        let plan = &program.plan.nodes[index];
        let Some(place) = plan.active else { continue };
        let (before, y1) = split_reverse(&mut jet.adjoint, place, plan.width, count);
        match &node.op {
            Op::Linear(linear, of) => reverse_linear(program, index, (linear, of), y1, before, count),
            &Op::Bilinear(Bilinear::MatMul, x, w) => {
                if let Some(out) = target(program, before, x, count) {
                    let w = graph.parameter_index(w);
                    let terms = [
                        Some((y1, chunk.point.weights.transposed(w))),
                        Some((chunk.adjoint(index), v.weights.transposed(w))),
                    ];
                    products(terms, graph.cols(x), out, plan.writes[0].start());
                }
            }
            &Op::Bilinear(Bilinear::Pair(pair), l, r) => {
                for (i, (x, other)) in [(l, r), (r, l)].into_iter().enumerate() {
                    if let Some(out) = target(program, before, x, count) {
                        let terms = [
                            (Some(y1), Some(chunk.value(other))),
                            (Some(chunk.adjoint(index)), chunk.block(forward, other.0)),
                        ];
                        pair.adjoint_sum(i, terms, out, plan.writes[i]);
                    }
                }
            }
            &Op::Pointwise(_, x) => {
                if let (Some(out), Some(x1)) = (target(program, before, x, count), chunk.block(forward, x.0))
                {
                    pointwise::reverse_first(chunk.derivatives(index), x1, y1, out, plan.writes[0]);
                }
            }
            Op::Data(_) | Op::Constant(_) | Op::Parameter(_) => unreachable!("these have no place"),
        }
    }
}

/// Computes the second-order coefficients of all adjoints from the forward and the first-order ones.
pub(super) fn reverse_second<T: Scalar>(
    chunk: &Chunk<'_, T>,
    v: Vector<'_, T>,
    first: &Jet<T>,
    jet: &mut Jet<T>,
) {
    let (program, count) = (chunk.program, chunk.count());
    let (graph, forward) = (&program.graph, &jet.forward);
    seed(program, count, T::ZERO, &mut jet.adjoint);
    for (index, node) in graph.nodes.iter().enumerate().rev() {
        let plan = &program.plan.nodes[index];
        let Some(place) = plan.active else { continue };
        let (before, y2) = split_reverse(&mut jet.adjoint, place, plan.width, count);
        let y1 = chunk.block(&first.adjoint, index).expect("the node is active");
        match &node.op {
            Op::Linear(linear, of) => reverse_linear(program, index, (linear, of), y2, before, count),
            &Op::Bilinear(Bilinear::MatMul, x, w) => {
                if let Some(out) = target(program, before, x, count) {
                    let w = graph.parameter_index(w);
                    let terms =
                        [Some((y2, chunk.point.weights.transposed(w))), Some((y1, v.weights.transposed(w)))];
                    products(terms, graph.cols(x), out, plan.writes[0].start());
                }
            }
            &Op::Bilinear(Bilinear::Pair(pair), l, r) => {
                for (i, (x, other)) in [(l, r), (r, l)].into_iter().enumerate() {
                    if let Some(out) = target(program, before, x, count) {
                        let terms = [
                            (Some(y2), Some(chunk.value(other))),
                            (Some(y1), chunk.block(&first.forward, other.0)),
                            (Some(chunk.adjoint(index)), chunk.second(forward, other.0)),
                        ];
                        pair.adjoint_sum(i, terms, out, plan.writes[i]);
                    }
                }
            }
            &Op::Pointwise(_, x) => {
                if let (Some(out), Some(x1)) =
                    (target(program, before, x, count), chunk.block(&first.forward, x.0))
                {
                    let x = (x1, chunk.second(forward, x.0));
                    let derivatives = chunk.derivatives(index);
                    pointwise::reverse_second(derivatives, x, (y1, y2), out, plan.writes[0]);
                }
            }
            Op::Data(_) | Op::Constant(_) | Op::Parameter(_) => unreachable!("these have no place"),
        }
    }
}

/// A linear node treats the coefficients of all orders alike.
fn reverse_linear<T: Scalar>(
    program: &Compiled<T>,
    index: usize,
    (linear, of): (&Linear, &[NodeId]),
    y: &[T],
    before: &mut [T],
    count: usize,
) {
    let plan = &program.plan.nodes[index];
    for (i, &x) in of.iter().enumerate().skip(usize::from(plan.in_place)) {
        if let Some(out) = target(program, before, x, count) {
            linear.transpose(i, y, program.graph.cols(x), out, plan.writes[i]);
        }
    }
}

/// The adjoint of an operand, to write; none if the operand depends on no parameter or is one.
fn target<'b, T: Scalar>(
    program: &Compiled<T>,
    before: &'b mut [T],
    NodeId(x): NodeId,
    count: usize,
) -> Option<&'b mut [T]> {
    let plan = &program.plan.nodes[x];
    Some(block_mut(before, plan.active?, plan.width, count))
}

/// The adjoint of the last node.
fn seed<T: Scalar>(program: &Compiled<T>, count: usize, value: T, adjoints: &mut [T]) {
    if let Some(last) = program.plan.nodes.last()
        && let Some(place) = last.active
    {
        block_mut(adjoints, place, last.width, count).fill(value);
    }
}
