//! The reverse sweep of one chunk, in the same jet algebra as the forward sweep.

use super::bilinear::Bilinear;
use super::forward::{diagonal_half, widths};
use super::graph::{Graph, NodeId, Op};
use super::jet::{Jet, Order, product_first, product_second};
use super::pointwise::{add_triple, chain_first};
use super::pool::Buffer;
use super::sweep::{Jets, Program, Tape, View, node_value};
use crate::numeric::dispatch::dispatched;
use crate::numeric::{Scalar, pair_count, pairs};

/// Computes the adjoints of all active per-example nodes; the last one's is `1 / examples`.
pub(super) fn reverse_values<'a, T: Scalar>(program: &'a Program<T>, w: &[T], tape: &mut Tape<'a, T>) {
    let graph = &program.graph;
    let mut adjoints = zeros(program, tape.examples.len(), 1);
    if let Some(Some(seed)) = adjoints.last_mut() {
        seed.fill(T::ONE / T::from_f64(program.examples as f64));
    }
    for (index, node) in graph.nodes.iter().enumerate().rev() {
        let (before, after) = adjoints.split_at_mut(index);
        let Some(y) = after[0].as_deref() else { continue };
        match &node.op {
            Op::Linear(linear, of) => {
                for (operand, &NodeId(x)) in of.iter().enumerate() {
                    if let Some(out) = &mut before[x] {
                        linear.transpose(operand, y, graph.nodes[x].cols, out);
                    }
                }
            }
            &Op::Bilinear(bilinear, NodeId(l), NodeId(r)) => {
                let widths = widths(graph, l, r);
                if let Some(out) = &mut before[l] {
                    bilinear.to_left(widths, y, node_value(program, w, tape, r), out);
                }
                if let (Bilinear::Multiply, Some(out)) = (bilinear, &mut before[r]) {
                    bilinear.to_left(widths, y, node_value(program, w, tape, l), out);
                }
            }
            &Op::Pointwise(_, NodeId(x)) => {
                if let (Some(out), Some([f1, _, _])) = (&mut before[x], &tape.derivatives[index]) {
                    chain_first(f1, y, out);
                }
            }
            Op::Data(_) | Op::Parameter(_) => {}
        }
    }
    tape.adjoints = adjoints;
}

/// Computes the coefficients of all adjoints.
pub(super) fn reverse_jets<'p, T: Scalar>(view: &View<'p, '_, T>, order: Order, jets: &mut Jets<'p, T>) {
    let (program, k) = (view.linearized.program, order.directions());
    jets.adjoint_first = zeros(program, view.examples(), k);
    if order.second() {
        jets.adjoint_second = zeros(program, view.examples(), pair_count(k));
    }
    for index in (0..program.graph.nodes.len()).rev() {
        if jets.adjoint_first[index].is_some() {
            reverse_first(view, k, index, jets);
            if order.second() {
                reverse_second(view, k, index, jets);
            }
        }
    }
}

fn reverse_first<T: Scalar>(view: &View<'_, '_, T>, k: usize, index: usize, jets: &mut Jets<'_, T>) {
    let graph = &view.linearized.program.graph;
    let Jets { first, second, adjoint_first, .. } = jets;
    let (before, after) = adjoint_first.split_at_mut(index);
    let value: &[T] = view.tape.adjoints[index].as_deref().expect("active nodes have adjoints");
    let y1: &[T] = after[0].as_deref().expect("checked by the caller");
    let y = Jet { value, first: Some(super::jet::Stack::contiguous(y1, value.len())), second: None };
    for_each_product(graph, index, |bilinear, widths, other, NodeId(target)| {
        if let Some(out) = &mut before[target] {
            let other = Jet { second: None, ..view.jet_in(other.0, first, second) };
            let mut product = |l: &[T], r: &[T], out: &mut [T]| bilinear.to_left(widths, l, r, out);
            product_first(k, y, other, out, &mut product);
        }
    });
    match &graph.nodes[index].op {
        Op::Linear(linear, of) => {
            for (operand, &NodeId(x)) in of.iter().enumerate() {
                if let Some(out) = &mut before[x] {
                    transpose_stack(k, y1, out, |y, out| {
                        linear.transpose(operand, y, graph.nodes[x].cols, out)
                    });
                }
            }
        }
        &Op::Pointwise(_, NodeId(x)) => {
            // (y f')_i = y_i f' + y f'' x_i
            let [f1, f2, _] =
                view.tape.derivatives[index].as_ref().expect("pointwise nodes have derivatives");
            let (Some(out), Some(x)) = (&mut before[x], view.jet_in(x, first, second).first) else { return };
            chain_first(f1, y1, out);
            for (i, out) in out.chunks_exact_mut(value.len()).enumerate() {
                add_triple(value, f2, x.get(i), out);
            }
        }
        Op::Bilinear(..) | Op::Data(_) | Op::Parameter(_) => {}
    }
}

fn reverse_second<T: Scalar>(view: &View<'_, '_, T>, k: usize, index: usize, jets: &mut Jets<'_, T>) {
    let graph = &view.linearized.program.graph;
    let Jets { first, second, adjoint_first, adjoint_second } = jets;
    let (before, after) = adjoint_second.split_at_mut(index);
    let value: &[T] = view.tape.adjoints[index].as_deref().expect("active nodes have adjoints");
    let stack = |data| super::jet::Stack::contiguous(data, value.len());
    let y1: &[T] = adjoint_first[index].as_deref().expect("checked by the caller");
    let y2: &[T] = after[0].as_deref().expect("allocated with the first order");
    let y = Jet { value, first: Some(stack(y1)), second: Some(stack(y2)) };
    for_each_product(graph, index, |bilinear, widths, other, NodeId(target)| {
        if let Some(out) = &mut before[target] {
            let mut product = |l: &[T], r: &[T], out: &mut [T]| bilinear.to_left(widths, l, r, out);
            product_second(k, y, view.jet_in(other.0, first, second), out, &mut product);
        }
    });
    match &graph.nodes[index].op {
        Op::Linear(linear, of) => {
            for (operand, &NodeId(x)) in of.iter().enumerate() {
                if let Some(out) = &mut before[x] {
                    let cols = graph.nodes[x].cols;
                    transpose_stack(pair_count(k), y2, out, |y, out| linear.transpose(operand, y, cols, out));
                }
            }
        }
        &Op::Pointwise(_, NodeId(x)) => {
            let derivatives =
                view.tape.derivatives[index].as_ref().expect("pointwise nodes have derivatives");
            if let Some(out) = &mut before[x] {
                pointwise_second(k, y, view.jet_in(x, first, second), derivatives, out);
            }
        }
        Op::Bilinear(..) | Op::Data(_) | Op::Parameter(_) => {}
    }
}

/// `(y f')_ij = y_ij f' + f'' (y_i x_j + y_j x_i) + y (f'' x_ij + f''' x_i x_j)`, for `i = j` with
/// `f'' y_i x_i` once and half of the last term.
fn pointwise_second<T: Scalar>(
    k: usize,
    y: Jet<'_, T>,
    x: Jet<'_, T>,
    [f1, f2, f3]: &[Buffer<'_, T>; 3],
    out: &mut [T],
) {
    let (Some(y1), Some(y2), Some(x1)) = (y.first, y.second, x.first) else { return };
    if let Some(all) = y2.all() {
        chain_first(f1, all, out);
    }
    for (pair, ((i, j), out)) in pairs(k).zip(out.chunks_exact_mut(y.value.len())).enumerate() {
        add_triple(f2, y1.get(i), x1.get(j), out);
        if i != j {
            add_triple(f2, y1.get(j), x1.get(i), out);
        }
        if let Some(x2) = x.second {
            add_triple(y.value, f2, x2.get(pair), out);
        }
        add_scaled_four(diagonal_half(i, j), y.value, f3, x1.get(i), x1.get(j), out);
    }
}

dispatched! {
    /// `out += factor a b c d`.
    fn add_scaled_four<T: Scalar>(factor: T, a: &[T], b: &[T], c: &[T], d: &[T], out: &mut [T]) {
        let n = out.len();
        let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
        for e in 0..n {
            out[e] += factor * a[e] * b[e] * c[e] * d[e];
        }
    }
}

/// Calls `f(bilinear, widths, other operand, target operand)` for each operand that gets an adjoint in the sweep;
/// parameters get theirs after it.
fn for_each_product(
    graph: &Graph,
    index: usize,
    mut f: impl FnMut(Bilinear, super::bilinear::Widths, NodeId, NodeId),
) {
    if let Op::Bilinear(bilinear, l, r) = graph.nodes[index].op {
        let widths = widths(graph, l.0, r.0);
        f(bilinear, widths, r, l);
        if bilinear == Bilinear::Multiply {
            f(bilinear, widths, l, r);
        }
    }
}

fn transpose_stack<T>(count: usize, y: &[T], out: &mut [T], mut transpose: impl FnMut(&[T], &mut [T])) {
    for (y, out) in y.chunks_exact(y.len() / count).zip(out.chunks_exact_mut(out.len() / count)) {
        transpose(y, out);
    }
}

/// Zeroed adjoints, `count` coefficients each, for the active per-example nodes.
fn zeros<T: Scalar>(program: &Program<T>, examples: usize, count: usize) -> Vec<Option<Buffer<'_, T>>> {
    let nodes = program.graph.nodes.iter();
    nodes
        .map(|node| {
            let wanted = node.active && !matches!(node.op, Op::Parameter(_));
            wanted.then(|| program.buffer(count * examples * node.cols))
        })
        .collect()
}
