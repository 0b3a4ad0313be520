//! The forward sweep of one chunk: values, then Taylor coefficients along a direction.
//!
//! With `x + e x_1 + e^2 x_2` for each node along `w + e v`: `(x W)_1 = x V + x_1 W`, `(x W)_2 = x_1 V + x_2 W`, and
//! the like for other nodes.

use super::bilinear::{Bilinear, products};
use super::compiled::Compiled;
use super::graph::{NodeId, Op};
use super::pointwise;
use super::tape::{Chunk, Tape, block_mut, split, value};
use super::weights::Vector;
use super::write::Write;
use crate::numeric::{Scalar, Start};

/// Computes all values, and the derivatives of pointwise nodes.
pub(super) fn forward_values<T: Scalar>(program: &Compiled<T>, point: Vector<'_, T>, tape: &mut Tape<T>) {
    let (graph, count) = (&program.graph, tape.count());
    let Tape { examples, values, derivatives, .. } = tape;
    for (index, node) in graph.nodes.iter().enumerate() {
        let plan = &program.plan.nodes[index];
        let Some(place) = plan.value else { continue };
        let (before, out) = split(values, place, plan.width, count);
        let operand = |x: NodeId| value(program, point.entries, examples, before, x);
        match &node.op {
            Op::Linear(linear, of) => {
                for (i, &x) in of.iter().enumerate() {
                    if i == 0 && plan.in_place || program.plan.adds_row(graph, index) {
                        continue;
                    }
                    let write = if i == 0 { Write::Replace } else { Write::Add };
                    linear.apply(i, operand(x), graph.cols(x), out, write);
                }
                linear.add_constant(node.cols, out);
            }
            &Op::Bilinear(Bilinear::MatMul, x, w) => {
                let start = plan.row.map_or(Start::Zero, |row| Start::Row(point.parameter(row)));
                let w = point.weights.forward(graph.parameter_index(w));
                products([Some((operand(x), w))], node.cols, out, start);
            }
            &Op::Bilinear(Bilinear::Pair(pair), l, r) => {
                pair.sum([(Some(operand(l)), Some(operand(r)))], out, Write::Replace);
            }
            &Op::Pointwise(f, x) => {
                let [f1, f2, _, f3] =
                    derivatives.each_mut().map(|all| block_mut(all, plan.pointwise, plan.width, count));
                f.derivatives(operand(x), [out, f1, f2, f3]);
            }
            Op::Data(_) | Op::Constant(_) | Op::Parameter(_) => unreachable!("these have no place"),
        }
    }
}

/// Computes the first-order coefficients of all active nodes.
pub(super) fn forward_first<T: Scalar>(chunk: &Chunk<'_, T>, v: Vector<'_, T>, out: &mut [T]) {
    let (program, count) = (chunk.program, chunk.count());
    let graph = &program.graph;
    for (index, node) in graph.nodes.iter().enumerate() {
        let plan = &program.plan.nodes[index];
        let Some(place) = plan.active else { continue };
        let (before, out) = split(out, place, plan.width, count);
        let first = |x: NodeId| match graph.parameter_of(x) {
            Some(parameter) => Some(v.parameter(parameter)),
            None => chunk.block(before, x.0),
        };
        match &node.op {
            Op::Linear(linear, of) => {
                let mut write = if plan.in_place { Write::Add } else { Write::Replace };
                for (i, &x) in of.iter().enumerate() {
                    if i == 0 && plan.in_place || program.plan.adds_row(graph, index) {
                        continue;
                    }
                    if let Some(x1) = first(x) {
                        linear.apply(i, x1, graph.cols(x), out, write);
                        write = Write::Add;
                    }
                }
            }
            &Op::Bilinear(Bilinear::MatMul, x, w) => {
                let start = plan.row.map_or(Start::Zero, |row| Start::Row(v.parameter(row)));
                let w = graph.parameter_index(w);
                let terms = [
                    Some((chunk.value(x), v.weights.forward(w))),
                    first(x).map(|x1| (x1, chunk.point.weights.forward(w))),
                ];
                products(terms, node.cols, out, start);
            }
            &Op::Bilinear(Bilinear::Pair(pair), l, r) => {
                let terms = [(first(l), Some(chunk.value(r))), (Some(chunk.value(l)), first(r))];
                pair.sum(terms, out, Write::Replace);
            }
            &Op::Pointwise(_, x) => {
                let x1 = first(x).expect("an active pointwise node has an active operand");
                pointwise::forward_first(chunk.derivatives(index)[0], x1, out);
            }
            Op::Data(_) | Op::Constant(_) | Op::Parameter(_) => unreachable!("these have no place"),
        }
    }
}

/// Computes the second-order coefficients of all curved nodes from the first-order ones.
pub(super) fn forward_second<T: Scalar>(chunk: &Chunk<'_, T>, v: Vector<'_, T>, first: &[T], out: &mut [T]) {
    let (program, count) = (chunk.program, chunk.count());
    let graph = &program.graph;
    for (index, node) in graph.nodes.iter().enumerate() {
        let plan = &program.plan.nodes[index];
        let (Some(place), true) = (plan.active, plan.curved) else { continue };
        let (before, out) = split(out, place, plan.width, count);
        let first = |x: NodeId| chunk.block(first, x.0);
        let second = |x: NodeId| chunk.second(before, x.0);
        match &node.op {
            Op::Linear(linear, of) => {
                let mut write = if plan.in_place { Write::Add } else { Write::Replace };
                for (i, &x) in of.iter().enumerate().skip(usize::from(plan.in_place)) {
                    if let Some(x2) = second(x) {
                        linear.apply(i, x2, graph.cols(x), out, write);
                        write = Write::Add;
                    }
                }
            }
            &Op::Bilinear(Bilinear::MatMul, x, w) => {
                let w = graph.parameter_index(w);
                let x1 = first(x).expect("a curved product has an active left factor");
                let terms = [
                    Some((x1, v.weights.forward(w))),
                    second(x).map(|x2| (x2, chunk.point.weights.forward(w))),
                ];
                products(terms, node.cols, out, Start::Zero);
            }
            &Op::Bilinear(Bilinear::Pair(pair), l, r) => {
                let terms = [
                    (second(l), Some(chunk.value(r))),
                    (first(l), first(r)),
                    (Some(chunk.value(l)), second(r)),
                ];
                pair.sum(terms, out, Write::Replace);
            }
            &Op::Pointwise(_, x) => {
                let [f1, f2, ..] = chunk.derivatives(index);
                let x1 = first(x).expect("an active pointwise node has an active operand");
                pointwise::forward_second(f1, f2, x1, second(x), out);
            }
            Op::Data(_) | Op::Constant(_) | Op::Parameter(_) => unreachable!("these have no place"),
        }
    }
}
