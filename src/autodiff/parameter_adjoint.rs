//! Adjoints of the parameters: one chain of additions over all examples an entry, entries in parallel.

use std::ops::Range;

use rayon::prelude::*;

use super::bilinear::add_weight_adjoint;
use super::graph::{NodeId, Op};
use super::tape::{Chunk, Jet};
use super::write::Write;
use crate::numeric::Scalar;

/// Rows of a parameter matrix that one task handles, at most.
const TILE: usize = 128;
/// The same if there are few tasks.
const SMALL_TILE: usize = 32;

/// The Taylor coefficients of a chunk along one direction, up to the order whose adjoint is wanted.
#[derive(Debug)]
pub(super) struct Series<'j, T> {
    pub first: Option<&'j Jet<T>>,
    pub second: Option<&'j Jet<T>>,
}

/// Adds to `out` what the examples of some chunks contribute to coefficients of the gradient, p entries each, one
/// after the other; `series(i, c)` are those of chunk c along the direction of coefficient i.
pub(super) fn add_parameter_adjoints<'j, T: Scalar>(
    chunks: &[Chunk<'_, T>],
    series: impl Fn(usize, usize) -> Series<'j, T> + Sync,
    out: &mut [T],
) {
    let Some(first) = chunks.first() else { return };
    let graph = &first.program.graph;
    let few = out.len() / graph.dim().max(1) < 4;
    let mut tasks = Vec::new();
    for (component, mut rest) in out.chunks_exact_mut(graph.dim().max(1)).enumerate() {
        for (index, parameter) in graph.parameters.iter().enumerate() {
            let height = if few { SMALL_TILE } else { TILE };
            for start in (0..parameter.rows).step_by(height) {
                let rows = start..(start + height).min(parameter.rows);
                let (tile, others) = rest.split_at_mut(rows.len() * parameter.cols);
                rest = others;
                tasks.push((Tile { parameter: index, rows }, component, tile));
            }
        }
    }
    tasks.into_par_iter().for_each(|(tile, component, out)| {
        for (index, chunk) in chunks.iter().enumerate() {
            tile.add_chunk(chunk, &series(component, index), out);
        }
    });
}

/// Some rows of a parameter matrix.
struct Tile {
    parameter: usize,
    rows: Range<usize>,
}

impl Tile {
    /// Adds what one chunk contributes, over all nodes that use the parameter.
    fn add_chunk<T: Scalar>(&self, chunk: &Chunk<'_, T>, series: &Series<'_, T>, out: &mut [T]) {
        let graph = &chunk.program.graph;
        let is_this = |node: usize| graph.nodes[node].op == Op::Parameter(self.parameter);
        for (index, node) in graph.nodes.iter().enumerate() {
            match &node.op {
                &Op::Bilinear(_, x, NodeId(w)) if is_this(w) => {
                    for (x, y) in factors(chunk, series, x, index).into_iter().flatten() {
                        let widths = (x.len() / chunk.rows(), node.cols);
                        add_weight_adjoint(widths, self.rows.clone(), x, y, out);
                    }
                }
                Op::Linear(linear, of) if of.len() == 2 && is_this(of[1].0) => {
                    let y = match (series.first, series.second) {
                        (_, Some(jet)) | (Some(jet), None) => chunk.block(&jet.adjoint, index),
                        (None, None) => Some(chunk.adjoint(index)),
                    };
                    linear.transpose(1, y.expect("the node is active"), node.cols, out, Write::Add);
                }
                _ => {}
            }
        }
    }
}

/// The pairs (x, y) whose products `x' y` add up to the wanted coefficient of the adjoint of W in `y = x W`.
fn factors<'s, T: Scalar>(
    chunk: &Chunk<'s, T>,
    series: &Series<'s, T>,
    x: NodeId,
    y: usize,
) -> [Option<(&'s [T], &'s [T])>; 3] {
    let (x0, y0) = (chunk.value(x), chunk.adjoint(y));
    let Some(first) = series.first else { return [Some((x0, y0)), None, None] };
    let x1 = chunk.block(&first.forward, x.0);
    let y1 = chunk.block(&first.adjoint, y).expect("the node is active");
    let Some(second) = series.second else { return [x1.map(|x1| (x1, y0)), Some((x0, y1)), None] };
    let x2 = chunk.second(&second.forward, x.0);
    let y2 = chunk.block(&second.adjoint, y).expect("the node is active");
    [x2.map(|x2| (x2, y0)), x1.map(|x1| (x1, y1)), Some((x0, y2))]
}
