//! Linearise once, apply often: loss, gradient, blocks of HVPs and third-order contractions of a graph.
//!
//! The examples are cut into chunks, and a chunk runs forward and backward through all nodes while its numbers are
//! in cache; chunks and directions run in parallel. The adjoint of a parameter is one chain of additions over all
//! examples in order, its entries in parallel. So no result depends on the number of threads, on the size of groups
//! of chunks, nor on how many directions are in a block. The size of chunks, which the graph alone determines, changes
//! no bit of the loss and of the gradient of a parameter with one reader; elsewhere a chain takes the terms of a chunk
//! together.

use rayon::prelude::*;

use super::backward::reverse_values;
use super::by_line;
use super::compiled::Compiled;
use super::forward::forward_values;
use super::graph::Graph;
use super::lines::{First, Lines, along, along_pair, polarize, set_sums};
use super::parameter_adjoint::{Series, add_parameter_adjoints};
use super::pool::{Pool, Pooled};
use super::tape::{Chunk, Jet, Tape};
use super::weights::{Vector, Weights, Which};
use crate::numeric::{Scalar, pair_count, pairs};

/// The bytes of first-order coefficients that are kept before they are added up: enough tasks to keep threads busy, and
/// little enough for a last-level cache.
const KEPT: usize = 32 << 20;
/// The same in a third-order sweep, which reads them again for every pair of directions.
const KEPT_FOR_PAIRS: usize = 8 << 20;
/// Chunks added up at a time, if that allows it: adjoints of parameters are read and written once for each group.
const GROUP: usize = 4;
/// Directions whose matrices are packed at a time, in parallel.
const PACKED: usize = 8;

/// A graph and its data: the function `L(w) = mean over examples of the graph's last node`.
#[derive(Debug)]
pub struct Program<T> {
    compiled: Compiled<T>,
    tapes: Pool<Tape<T>>,
    jets: Pool<Jet<T>>,
    weights: Pool<Weights<T>>,
    vectors: Pool<Vec<T>>,
}

/// L around one point: everything of order zero is done and shared.
#[derive(Debug)]
pub struct Linearized<'a, T> {
    program: &'a Program<T>,
    w: Pooled<'a, Vec<T>>,
    weights: Pooled<'a, Weights<T>>,
    tapes: Vec<Pooled<'a, Tape<T>>>,
    loss: T,
    gradient: Pooled<'a, Vec<T>>,
}

impl<T: Scalar> Program<T> {
    /// A graph with its data tables, each row-major, the rows of an example one after the other.
    ///
    /// # Panics
    /// If the tables do not fit the graph, or its last node is not one number an example: a bug of the caller.
    pub fn new(graph: Graph, tables: Vec<Vec<T>>, examples: usize) -> Self {
        Self::of(Compiled::new(graph, &tables, examples))
    }

    /// The same, swept by so many examples at a time.
    #[cfg(test)]
    pub(super) fn with_chunks_of(chunk: usize, graph: Graph, tables: Vec<Vec<T>>, examples: usize) -> Self {
        use super::plan::Plan;
        let plan = Plan { chunk, ..Plan::new::<T>(&graph) };
        Self::of(Compiled::planned(plan, graph, &tables, examples))
    }

    pub(super) fn compiled(&self) -> &Compiled<T> {
        &self.compiled
    }

    fn of(compiled: Compiled<T>) -> Self {
        let last = compiled.graph.nodes.last().map(|last| (last.rows, last.cols));
        assert_eq!(last, Some((1, 1)), "the last node is the loss of an example");
        Self { compiled, tapes: Pool::new(), jets: Pool::new(), weights: Pool::new(), vectors: Pool::new() }
    }

    /// The number of parameters p.
    pub fn dim(&self) -> usize {
        self.compiled.graph.dim()
    }

    /// Does all work of order zero at `w`.
    ///
    /// # Panics
    /// If `w` has not p entries.
    pub fn linearize(&self, w: &[T]) -> Linearized<'_, T> {
        assert_eq!(w.len(), self.dim(), "the point has p entries");
        let weights = self.packed(w, Which::All);
        let point = Vector { entries: w, weights: &weights };
        let chunk = self.compiled.plan.chunk;
        let starts: Vec<usize> = (0..self.compiled.examples).step_by(chunk).collect();
        let tapes: Vec<Pooled<'_, Tape<T>>> = starts
            .into_par_iter()
            .map(|start| {
                let mut tape = self.tapes.take(|| Tape::new(&self.compiled));
                tape.examples = start..(start + chunk).min(self.compiled.examples);
                forward_values(&self.compiled, point, &mut tape);
                reverse_values(&self.compiled, point, &mut tape);
                tape
            })
            .collect();
        let (mut kept, mut gradient) = (self.vectors.take(Vec::new), self.vectors.take(Vec::new));
        w.clone_into(&mut kept);
        gradient.clear();
        gradient.resize(w.len(), T::ZERO);
        let none = |_, _| Series { first: None, second: None };
        add_parameter_adjoints(&self.chunks(point, &tapes), none, &mut gradient);
        let loss = self.mean_of_last_node(&tapes);
        Linearized { program: self, w: kept, weights, tapes, loss, gradient }
    }

    fn packed(&self, vector: &[T], which: Which) -> Pooled<'_, Weights<T>> {
        let mut weights = self.weights.take(|| Weights::new(self.compiled.graph.parameters.len()));
        weights.pack(vector, &self.compiled.graph.parameters, &self.compiled.plan.factors, which);
        weights
    }

    fn chunks<'s>(&'s self, point: Vector<'s, T>, tapes: &'s [Pooled<'_, Tape<T>>]) -> Vec<Chunk<'s, T>> {
        tapes.iter().map(|tape| Chunk { program: &self.compiled, point, tape }).collect()
    }

    fn mean_of_last_node(&self, tapes: &[Pooled<'_, Tape<T>>]) -> T {
        let place = self.compiled.plan.nodes.last().and_then(|plan| plan.value);
        let mut sum = T::ZERO;
        for tape in tapes {
            let place = place.expect("the last node is computed");
            for &value in super::tape::block(&tape.values, place, 1, tape.count()) {
                sum += value;
            }
        }
        sum / T::from_f64(self.compiled.examples as f64)
    }

    /// The number of chunks whose coefficients, `count` jets an example, are about `kept` bytes.
    fn group(&self, count: usize, kept: usize) -> usize {
        let chunk = self.compiled.plan.chunk;
        even(self.compiled.examples.div_ceil(chunk), kept / (self.jet_bytes() * count.max(1) * chunk))
    }

    /// The jets an example so that those of a group of chunks are `kept` bytes.
    fn jets_in_group(&self, kept: usize) -> usize {
        kept / (self.jet_bytes() * GROUP * self.compiled.plan.chunk)
    }

    fn jet_bytes(&self) -> usize {
        (2 * self.compiled.plan.active_width * size_of::<T>()).max(1)
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
        let mut result = vec![T::ZERO; directions.len()];
        self.add_hvps(directions, &mut result);
        result
    }

    /// As [`Self::hvp`], into memory that may be used again.
    ///
    /// # Panics
    /// If `result` is not as long as `directions`.
    pub fn hvp_into(&self, directions: &[T], result: &mut [T]) {
        result.fill(T::ZERO);
        self.add_hvps(directions, result);
    }

    fn add_hvps(&self, directions: &[T], result: &mut [T]) {
        assert_eq!(directions.len(), result.len(), "a product for each direction");
        let (program, p) = (self.program, self.program.dim().max(1));
        for (block, out) in directions.chunks(PACKED * p).zip(result.chunks_mut(PACKED * p)) {
            let weights = self.packed_directions(block, Which::All);
            let v = vectors(block, p, &weights);
            if by_line::suits(v.len()) {
                by_line::add_hvps(&program.jets, &self.chunks(&self.tapes), &v, out);
                continue;
            }
            let swept = even(v.len(), program.jets_in_group(KEPT));
            for (v, out) in v.chunks(swept).zip(out.chunks_mut(swept * p)) {
                self.sweep(v, out);
            }
        }
    }

    /// Adds `H v` for each of the directions to `out`.
    fn sweep(&self, v: &[Vector<'_, T>], out: &mut [T]) {
        for tapes in self.tapes.chunks(self.program.group(v.len(), KEPT)) {
            let chunks = self.chunks(tapes);
            let jets = first_order(&self.program.jets, &chunks, v);
            let series =
                |i: usize, chunk: usize| Series { first: Some(&jets[chunk * v.len() + i]), second: None };
            add_parameter_adjoints(&chunks, series, out);
        }
    }

    /// `grad (u_i' H u_j)` for the columns u of `directions`, pairs `i <= j` in the order of [`crate::numeric::pairs`].
    ///
    /// By univariate Taylor coefficients along `u_i` and `u_i + u_j` and the polarization identity (Griewank, Utke,
    /// Walther, Math. Comp. 69, 2000): with `c(v) = grad (v' H v) / 2`,
    /// `grad (u_i' H u_j) = c(u_i + u_j) - c(u_i) - c(u_j)`.
    pub fn third_order(&self, directions: &[T]) -> Vec<T> {
        let p = self.program.dim();
        let mut result = vec![T::ZERO; p * pair_count(directions.len() / p.max(1))];
        self.add_third_order(directions, &mut result);
        result
    }

    /// As [`Self::third_order`], into memory that may be used again.
    ///
    /// # Panics
    /// If `result` has not p entries for each pair.
    pub fn third_order_into(&self, directions: &[T], result: &mut [T]) {
        result.fill(T::ZERO);
        self.add_third_order(directions, result);
    }

    /// Turns zeros into the contractions.
    fn add_third_order(&self, directions: &[T], result: &mut [T]) {
        let (program, p) = (self.program, self.program.dim().max(1));
        let k = directions.len() / p;
        assert_eq!(result.len(), p * pair_count(k), "a contraction for each pair");
        let weights = self.packed_directions(directions, Which::All);
        let u = vectors(directions, p, &weights);
        let mut sums = program.vectors.take(Vec::new);
        set_sums(directions, p, &mut sums);
        let sum_weights = self.packed_directions(&sums, Which::Inner);
        let sums = vectors(&sums, p, &sum_weights);
        let lines = Lines { u: &u, sums: &sums };
        let all: Vec<_> = pairs(k).enumerate().collect();
        if by_line::suits(all.len()) {
            by_line::add_third_order(&program.jets, &self.chunks(&self.tapes), &all, &lines, result);
            return polarize(k, p, result);
        }
        let block = (program.jets_in_group(KEPT_FOR_PAIRS).saturating_sub(k) / 2).max(2);
        for tapes in self.tapes.chunks(program.group(k + 2 * block.min(pair_count(k)), KEPT_FOR_PAIRS)) {
            let chunks = self.chunks(tapes);
            let jets = first_order(&program.jets, &chunks, &u);
            for (pairs, out) in all.chunks(block).zip(result.chunks_mut(block * p)) {
                let coefficients = second_order(&program.jets, &chunks, pairs, &lines, &jets);
                let series = |i: usize, chunk: usize| {
                    let (first, second) = &coefficients[chunk * pairs.len() + i];
                    Series { first: Some(first.jet()), second: Some(&**second) }
                };
                add_parameter_adjoints(&chunks, series, out);
            }
        }
        polarize(k, p, result);
    }

    fn packed_directions(&self, directions: &[T], which: Which) -> Vec<Pooled<'p, Weights<T>>> {
        let p = self.program.dim().max(1);
        directions.par_chunks(p).map(|v| self.program.packed(v, which)).collect()
    }

    fn chunks<'s>(&'s self, tapes: &'s [Pooled<'p, Tape<T>>]) -> Vec<Chunk<'s, T>> {
        self.program.chunks(Vector { entries: &self.w, weights: &self.weights }, tapes)
    }
}

/// The first-order coefficients of all chunks along all directions: chunk after chunk.
fn first_order<'s, T: Scalar>(
    pool: &'s Pool<Jet<T>>,
    chunks: &[Chunk<'_, T>],
    directions: &[Vector<'_, T>],
) -> Vec<Pooled<'s, Jet<T>>> {
    let k = directions.len();
    let tasks = (0..chunks.len() * k).into_par_iter().with_max_len(1);
    tasks
        .map(|task| {
            let mut jet = pool.take(|| Jet::new(chunks[task / k].program));
            along(&chunks[task / k], directions[task % k], &mut jet);
            jet
        })
        .collect()
}

/// The first- and second-order coefficients of all chunks along the lines of some pairs: chunk after chunk.
fn second_order<'j, 's, T: Scalar>(
    pool: &'s Pool<Jet<T>>,
    chunks: &[Chunk<'_, T>],
    which: &[(usize, (usize, usize))],
    lines: &Lines<'_, T>,
    first: &'j [Pooled<'s, Jet<T>>],
) -> Vec<(First<'j, 's, T>, Pooled<'s, Jet<T>>)> {
    let k = lines.u.len();
    let tasks = (0..chunks.len() * which.len()).into_par_iter().with_max_len(1);
    tasks
        .map(|task| {
            let index = task / which.len();
            along_pair(pool, &chunks[index], which[task % which.len()], lines, &first[index * k..][..k])
        })
        .collect()
}

/// The size of about equal parts of `total` that have about `most` elements, at least one.
fn even(total: usize, most: usize) -> usize {
    let parts = (total as f64 / most.max(1) as f64).round().max(1.0);
    total.div_ceil(parts as usize).max(1)
}

fn vectors<'v, T: Scalar>(
    entries: &'v [T],
    p: usize,
    weights: &'v [Pooled<'_, Weights<T>>],
) -> Vec<Vector<'v, T>> {
    entries.chunks(p).zip(weights).map(|(entries, weights)| Vector { entries, weights }).collect()
}

#[cfg(test)]
mod tests;
