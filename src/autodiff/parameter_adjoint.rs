//! Adjoints of the parameters: one chain of additions over all examples an entry, entries in parallel.

use std::ops::Range;

use rayon::prelude::*;

use super::bilinear::{Bilinear, matrix};
use super::compiled::Compiled;
use super::graph::{NodeId, Op};
use super::rows::stride;
use super::tape::{Chunk, Jet};
use super::write::Write;
use crate::numeric::{MatMut, MatRef, Scalar, Start, Term, matmul_sum};

/// Rows of a parameter matrix that one task handles, at most.
const TILE: usize = 128;
/// The same if there are few tasks.
const SMALL_TILE: usize = 32;

/// The Taylor coefficients of a chunk along one direction, up to the order whose adjoint is wanted.
#[derive(Debug, Clone, Copy)]
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
    let (program, graph) = (first.program, &first.program.graph);
    let few = out.len() / graph.dim().max(1) < 4;
    let mut tasks = Vec::new();
    for (component, mut rest) in out.chunks_exact_mut(graph.dim().max(1)).enumerate() {
        for (index, parameter) in graph.parameters.iter().enumerate() {
            let height = if program.plan.factors[index].gathered {
                parameter.rows
            } else if few {
                SMALL_TILE
            } else {
                TILE
            };
            for start in (0..parameter.rows).step_by(height) {
                let rows = start..(start + height).min(parameter.rows);
                let (tile, others) = rest.split_at_mut(rows.len() * parameter.cols);
                rest = others;
                tasks.push((Tile { parameter: index, rows }, component, tile));
            }
        }
    }
    tasks.into_par_iter().for_each(|(tile, component, out)| {
        let terms = |chunk: usize| (&chunks[chunk], series(component, chunk));
        tile.add(program, (0..chunks.len()).map(terms), out);
    });
}

/// The same for one coefficient of the gradient, on the calling thread.
pub(super) fn add_in_order<'j, T: Scalar>(
    chunks: &[Chunk<'_, T>],
    series: impl Fn(usize) -> Series<'j, T>,
    out: &mut [T],
) {
    let Some(first) = chunks.first() else { return };
    let program = first.program;
    for (index, parameter) in program.graph.parameters.iter().enumerate() {
        let out = &mut out[parameter.offset..][..parameter.size()];
        let terms = |chunk: usize| (&chunks[chunk], series(chunk));
        Tile { parameter: index, rows: 0..parameter.rows }.add(program, (0..chunks.len()).map(terms), out);
    }
}

/// Some rows of a parameter matrix; all, if entries of it are gathered.
struct Tile {
    parameter: usize,
    rows: Range<usize>,
}

impl Tile {
    /// Adds what some chunks contribute.
    ///
    /// Of a parameter with several readers, chunk after chunk: so the order does not depend on how many chunks there are.
    fn add<'a, T: Scalar>(
        &self,
        program: &Compiled<T>,
        chunks: impl Iterator<Item = (&'a Chunk<'a, T>, Series<'a, T>)> + Clone,
        out: &mut [T],
    ) {
        if program.plan.factors[self.parameter].readers <= 1 {
            return self.add_by_reader(program, chunks, out);
        }
        for chunk in chunks {
            self.add_by_reader(program, std::iter::once(chunk), out);
        }
    }

    /// The same, node after node of those that read the parameter.
    fn add_by_reader<'a, T: Scalar>(
        &self,
        program: &Compiled<T>,
        chunks: impl Iterator<Item = (&'a Chunk<'a, T>, Series<'a, T>)> + Clone,
        out: &mut [T],
    ) {
        let graph = &program.graph;
        let is_this =
            |node: usize| matches!(graph.nodes[node].op, Op::Parameter(index) if index == self.parameter);
        for (index, node) in graph.nodes.iter().enumerate() {
            match &node.op {
                &Op::Bilinear(Bilinear::MatMul, x, NodeId(w)) if is_this(w) => {
                    let terms = chunks.clone().flat_map(|(chunk, series)| {
                        let factors = factors(chunk, &series, x, index).into_iter().flatten();
                        let rows = chunk.count() * node.rows;
                        factors.map(move |(l, y)| self.term(rows, (l, graph.cols(x)), (y, node.cols)))
                    });
                    let out = MatMut::row_major(out, self.rows.len(), node.cols);
                    matmul_sum(out, Start::Present, terms);
                }
                Op::Linear(linear, of) if of.iter().any(|x| is_this(x.0)) => {
                    for (chunk, series) in chunks.clone() {
                        let y = match (series.first, series.second) {
                            (_, Some(jet)) | (Some(jet), None) => chunk.block(&jet.adjoint, index),
                            (None, None) => Some(chunk.adjoint(index)),
                        };
                        let y = y.expect("the node is active");
                        for (operand, _) in of.iter().enumerate().filter(|(_, x)| is_this(x.0)) {
                            linear.transpose(operand, y, node.cols, out, Write::Add);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The rows of `x' y` that belong to this tile.
    fn term<'a, T: Scalar>(
        &self,
        rows: usize,
        (x, left): (&'a [T], usize),
        (y, right): (&'a [T], usize),
    ) -> Term<'a, T> {
        let x = MatRef::strided(&x[self.rows.start..], rows, self.rows.len(), stride::<T>(left), 1);
        Term::new(x.t(), matrix(y, rows, right))
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
