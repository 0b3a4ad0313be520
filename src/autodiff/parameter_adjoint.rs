//! Adjoints of the parameters: one chain of additions over all examples an entry, entries in parallel.

use rayon::prelude::*;

use super::bilinear::weight_adjoint;
use super::forward::widths;
use super::graph::{NodeId, Op};
use super::jet::product_pair;
use super::sweep::{Jets, Linearized, View};
use crate::numeric::{Scalar, pairs};

/// Rows of a parameter matrix that one task handles.
const TILE: usize = 128;

/// Which coefficient of the gradient is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Component {
    Value,
    First(usize),
    Second { pair: usize, i: usize, j: usize },
}

impl Component {
    pub fn second(k: usize, pair: usize) -> Self {
        let (i, j) = pairs(k).nth(pair).expect("the pair exists");
        Component::Second { pair, i, j }
    }
}

/// The wanted coefficients of the gradient, p entries each, one after the other. The coefficient of `e_i^2` is
/// doubled, so that [`Component::Second`] is `grad (u_i' H u_j)` for all pairs.
pub(super) fn parameter_adjoints<'j, T: Scalar>(
    linearized: &Linearized<'_, T>,
    directions: &[T],
    components: &[Component],
    jets: impl Fn(usize) -> Option<&'j Jets<'j, T>> + Sync,
) -> Vec<T> {
    let graph = &linearized.program.graph;
    let mut out = vec![T::ZERO; graph.dim() * components.len()];
    let mut tasks = Vec::new();
    let mut rest = out.as_mut_slice();
    for &component in components {
        for (index, parameter) in graph.parameters.iter().enumerate() {
            for start in (0..parameter.rows).step_by(TILE) {
                let rows = start..(start + TILE).min(parameter.rows);
                let (tile, others) = rest.split_at_mut(rows.len() * parameter.cols);
                rest = others;
                tasks.push((Tile { parameter: index, rows }, component, tile));
            }
        }
    }
    let empty = Jets { first: vec![], second: vec![], adjoint_first: vec![], adjoint_second: vec![] };
    tasks.into_par_iter().for_each(|(tile, component, out)| {
        for (chunk, tape) in linearized.tapes.iter().enumerate() {
            let view = View { linearized, tape, directions };
            tile.add_chunk(&view, jets(chunk).unwrap_or(&empty), component, out);
        }
        if let Component::Second { i, j, .. } = component
            && i == j
        {
            out.iter_mut().for_each(|x| *x += *x);
        }
    });
    out
}

/// Some rows of a parameter matrix.
struct Tile {
    parameter: usize,
    rows: std::ops::Range<usize>,
}

impl Tile {
    /// Adds what the examples of one chunk contribute, over all nodes that use the parameter.
    fn add_chunk<T: Scalar>(
        &self,
        view: &View<'_, '_, T>,
        jets: &Jets<'_, T>,
        component: Component,
        out: &mut [T],
    ) {
        let graph = &view.linearized.program.graph;
        let is_this = |node: usize| graph.nodes[node].op == Op::Parameter(self.parameter);
        for (index, node) in graph.nodes.iter().enumerate() {
            match &node.op {
                &Op::Bilinear(_, NodeId(x), NodeId(w)) if is_this(w) => {
                    let widths = widths(graph, x, w);
                    let mut product = |x: &[T], y: &[T], out: &mut [T]| {
                        weight_adjoint(
                            super::bilinear::Widths { right: node.cols, ..widths },
                            self.rows.clone(),
                            x,
                            y,
                            out,
                        );
                    };
                    let (x, y) = (view.jet(x, jets), view.adjoint_jet(index, jets));
                    match component {
                        Component::Value => product(x.value, y.value, out),
                        Component::First(i) => {
                            if let Some(first) = x.first {
                                product(first.get(i), y.value, out);
                            }
                            if let Some(first) = y.first {
                                product(x.value, first.get(i), out);
                            }
                        }
                        Component::Second { pair, i, j } => {
                            product_pair(pair, (i, j), x, y, true, out, &mut product);
                        }
                    }
                }
                Op::Linear(linear, of) if of.len() == 2 && is_this(of[1].0) => {
                    let y = view.adjoint_jet(index, jets);
                    let coefficient = match component {
                        Component::Value => Some(y.value),
                        Component::First(i) => y.first.map(|first| first.get(i)),
                        Component::Second { pair, .. } => y.second.map(|second| second.get(pair)),
                    };
                    if let Some(y) = coefficient {
                        linear.transpose(1, y, node.cols, out);
                    }
                }
                _ => {}
            }
        }
    }
}
