//! The forward sweep of one chunk: values, then Taylor coefficients.

use super::bilinear::Widths;
use super::graph::{Graph, NodeId, Op};
use super::jet::{Order, product_first, product_second};
use super::pointwise::{Pointwise, add_scaled_triple, chain_first};
use super::pool::Buffer;
use super::sweep::{Jets, Program, Tape, View, node_value};
use crate::numeric::{Scalar, pair_count, pairs};

/// Computes all values, and the derivatives of pointwise nodes.
pub(super) fn forward_values<'a, T: Scalar>(program: &'a Program<T>, w: &[T], tape: &mut Tape<'a, T>) {
    let graph = &program.graph;
    for (index, node) in graph.nodes.iter().enumerate() {
        let mut out = match node.op {
            Op::Data(_) | Op::Parameter(_) => continue,
            _ => program.buffer(tape.examples.len() * node.cols),
        };
        match &node.op {
            Op::Linear(linear, of) => {
                for (operand, &NodeId(x)) in of.iter().enumerate() {
                    let (value, cols) = (node_value(program, w, tape, x), graph.nodes[x].cols);
                    linear.apply(operand, value, cols, &mut out);
                    linear.add_constant(value, cols, &mut out);
                }
            }
            &Op::Bilinear(bilinear, NodeId(l), NodeId(r)) => {
                let (left, right) = (node_value(program, w, tape, l), node_value(program, w, tape, r));
                bilinear.forward(widths(graph, l, r), left, right, &mut out);
            }
            &Op::Pointwise(f, NodeId(x)) => {
                let derivatives = derivatives(program, f, node_value(program, w, tape, x), &mut out);
                tape.derivatives[index] = Some(derivatives);
            }
            Op::Data(_) | Op::Parameter(_) => unreachable!("skipped above"),
        }
        tape.values[index] = Some(out);
    }
}

/// Computes the coefficients of all active nodes.
pub(super) fn forward_jets<'p, T: Scalar>(view: &View<'p, '_, T>, order: Order, jets: &mut Jets<'p, T>) {
    let graph = &view.linearized.program.graph;
    for (index, node) in graph.nodes.iter().enumerate() {
        if !node.active || matches!(node.op, Op::Parameter(_)) {
            continue;
        }
        let first = first_order(view, order.directions(), index, jets);
        let second = if order.second() { second_order(view, order.directions(), index, jets) } else { None };
        jets.first[index] = Some(first);
        jets.second[index] = second;
    }
}

fn first_order<'p, T: Scalar>(
    view: &View<'p, '_, T>,
    k: usize,
    index: usize,
    jets: &Jets<'p, T>,
) -> Buffer<'p, T> {
    let graph = &view.linearized.program.graph;
    let len = view.examples() * graph.nodes[index].cols;
    let mut out = view.linearized.program.buffer(k * len);
    match &graph.nodes[index].op {
        Op::Linear(linear, of) => {
            for (operand, &NodeId(x)) in of.iter().enumerate() {
                if let Some(first) = view.jet(x, jets).first {
                    for (i, out) in out.chunks_exact_mut(len).enumerate() {
                        linear.apply(operand, first.get(i), graph.nodes[x].cols, out);
                    }
                }
            }
        }
        &Op::Bilinear(bilinear, NodeId(l), NodeId(r)) => {
            let widths = widths(graph, l, r);
            let mut product = |l: &[T], r: &[T], out: &mut [T]| bilinear.forward(widths, l, r, out);
            product_first(k, view.jet(l, jets), view.jet(r, jets), &mut out, &mut product);
        }
        &Op::Pointwise(_, NodeId(x)) => {
            let [f1, _, _] = view.tape.derivatives[index].as_ref().expect("pointwise nodes have derivatives");
            if let Some(all) = view.jet(x, jets).first.and_then(|first| first.all()) {
                chain_first(f1, all, &mut out);
            }
        }
        Op::Data(_) | Op::Parameter(_) => unreachable!("these have no coefficients of their own"),
    }
    out
}

fn second_order<'p, T: Scalar>(
    view: &View<'p, '_, T>,
    k: usize,
    index: usize,
    jets: &Jets<'p, T>,
) -> Option<Buffer<'p, T>> {
    let graph = &view.linearized.program.graph;
    let len = view.examples() * graph.nodes[index].cols;
    let buffer = || view.linearized.program.buffer(pair_count(k) * len);
    match &graph.nodes[index].op {
        Op::Linear(linear, of) => {
            let mut out = None;
            for (operand, &NodeId(x)) in of.iter().enumerate() {
                if let Some(second) = view.jet(x, jets).second {
                    let out = out.get_or_insert_with(buffer);
                    for (pair, out) in out.chunks_exact_mut(len).enumerate() {
                        linear.apply(operand, second.get(pair), graph.nodes[x].cols, out);
                    }
                }
            }
            out
        }
        &Op::Bilinear(bilinear, NodeId(l), NodeId(r)) => {
            let (left, right) = (view.jet(l, jets), view.jet(r, jets));
            let zero = left.second.is_none()
                && right.second.is_none()
                && (left.first.is_none() || right.first.is_none());
            if zero {
                return None;
            }
            let mut out = buffer();
            let widths = widths(graph, l, r);
            let mut product = |l: &[T], r: &[T], out: &mut [T]| bilinear.forward(widths, l, r, out);
            product_second(k, left, right, &mut out, &mut product);
            Some(out)
        }
        &Op::Pointwise(_, NodeId(x)) => {
            // y_ij = f' x_ij + f'' x_i x_j, half of the last term if i = j.
            let [f1, f2, _] =
                view.tape.derivatives[index].as_ref().expect("pointwise nodes have derivatives");
            let x = view.jet(x, jets);
            let mut out = buffer();
            if let Some(all) = x.second.and_then(|second| second.all()) {
                chain_first(f1, all, &mut out);
            }
            let first = x.first?;
            for ((i, j), out) in pairs(k).zip(out.chunks_exact_mut(len)) {
                add_scaled_triple(diagonal_half(i, j), f2, first.get(i), first.get(j), out);
            }
            Some(out)
        }
        Op::Data(_) | Op::Parameter(_) => unreachable!("these have no coefficients of their own"),
    }
}

/// 1/2 on the diagonal: the factor of `x_i^2` in a Taylor expansion.
pub(super) fn diagonal_half<T: Scalar>(i: usize, j: usize) -> T {
    T::from_f64(if i == j { 0.5 } else { 1.0 })
}

pub(super) fn widths(graph: &Graph, left: usize, right: usize) -> Widths {
    Widths { left: graph.nodes[left].cols, right: graph.nodes[right].cols }
}

fn derivatives<'a, T: Scalar>(
    program: &'a Program<T>,
    f: Pointwise,
    x: &[T],
    value: &mut [T],
) -> [Buffer<'a, T>; 3] {
    let mut out = [program.buffer(x.len()), program.buffer(x.len()), program.buffer(x.len())];
    let [f1, f2, f3] = &mut out;
    f.derivatives(x, [value, f1, f2, f3]);
    out
}
