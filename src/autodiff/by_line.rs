//! Sweeps in which a task takes some lines through all chunks: where there are enough lines to keep all threads busy.
//!
//! A chunk's coefficients are added up while they are in cache, and its order-zero work is read from there but for the
//! first line. The additions are the same ones in the same order as where chunks and parameters are the tasks, so which
//! of the two it is changes no bit.

use rayon::prelude::*;

use super::compiled::Compiled;
use super::lines::{Lines, along, along_pair};
use super::parameter_adjoint::{Series, add_in_order};
use super::pool::{Pool, Pooled};
use super::tape::{Chunk, Jet};
use super::weights::Vector;
use crate::numeric::Scalar;

/// The part of the time that threads may wait for each other.
const IDLE: f64 = 0.2;
/// Chunks whose coefficients are added up at a time, at most.
const GROUP: usize = 8;
/// Lines of a task, at most: each has its own sums, for which there is little room in cache.
const LINES: usize = 5;

/// Whether that many lines keep all threads busy.
pub(super) fn suits(lines: usize) -> bool {
    let slots = share(lines) * rayon::current_num_threads();
    (slots - lines) as f64 <= IDLE * slots as f64
}

/// The lines of a thread, at most.
fn share(lines: usize) -> usize {
    lines.div_ceil(rayon::current_num_threads())
}

/// The lines of a task: equal parts of a thread's share.
fn lines_of_a_task(lines: usize) -> usize {
    let share = share(lines);
    share.div_ceil(share.div_ceil(LINES).max(1)).max(1)
}

/// Adds `H v` for each of the directions to `out`.
pub(super) fn add_hvps<T: Scalar>(
    pool: &Pool<Jet<T>>,
    chunks: &[Chunk<'_, T>],
    v: &[Vector<'_, T>],
    out: &mut [T],
) {
    let Some(group) = group(chunks) else { return };
    let p = (out.len() / v.len().max(1)).max(1);
    let lines = lines_of_a_task(v.len());
    out.par_chunks_mut(lines * p).zip(v.par_chunks(lines)).with_max_len(1).for_each(|(out, v)| {
        for chunks in chunks.chunks(group) {
            for (out, &v) in out.chunks_mut(p).zip(v) {
                let jet = |chunk| {
                    let mut jet = pool.take(|| Jet::new(chunks[0].program));
                    along(chunk, v, &mut jet);
                    jet
                };
                let jets: Vec<Pooled<'_, Jet<T>>> = chunks.iter().map(jet).collect();
                add_in_order(chunks, |chunk| Series { first: Some(&jets[chunk]), second: None }, out);
            }
        }
    });
}

/// Adds `grad (v' H v) / 2` for the line v of each of the pairs to `out`.
pub(super) fn add_third_order<T: Scalar>(
    pool: &Pool<Jet<T>>,
    chunks: &[Chunk<'_, T>],
    pairs: &[(usize, (usize, usize))],
    lines: &Lines<'_, T>,
    out: &mut [T],
) {
    let Some(group) = group(chunks) else { return };
    let (k, p) = (lines.u.len(), (out.len() / pairs.len().max(1)).max(1));
    let count = lines_of_a_task(pairs.len());
    for chunks in chunks.chunks(GROUP) {
        let tasks = (0..chunks.len() * k).into_par_iter().with_max_len(1);
        let shared: Vec<Pooled<'_, Jet<T>>> = tasks
            .map(|task| {
                let mut jet = pool.take(|| Jet::new(chunks[0].program));
                along(&chunks[task / k], lines.u[task % k], &mut jet);
                jet
            })
            .collect();
        out.par_chunks_mut(count * p).zip(pairs.par_chunks(count)).with_max_len(1).for_each(
            |(out, pairs)| {
                for (chunks, shared) in chunks.chunks(group).zip(shared.chunks(group * k)) {
                    for (out, &pair) in out.chunks_mut(p).zip(pairs) {
                        let coefficients: Vec<_> = chunks
                            .iter()
                            .zip(shared.chunks(k))
                            .map(|(chunk, shared)| along_pair(pool, chunk, pair, lines, shared))
                            .collect();
                        let series = |chunk: usize| {
                            let (first, second) = &coefficients[chunk];
                            Series { first: Some(first.jet()), second: Some(&**second) }
                        };
                        add_in_order(chunks, series, out);
                    }
                }
            },
        );
    }
}

/// How many chunks are added up at a time: the fewer, the more of their coefficients stay in cache, but each time all
/// parameters are read and written, which should not be more than the coefficients. None if there is no chunk.
fn group<T>(chunks: &[Chunk<'_, T>]) -> Option<usize> {
    let program: &Compiled<T> = chunks.first()?.program;
    let coefficients = 2 * program.plan.active_width * program.plan.chunk;
    Some(program.graph.dim().div_ceil(coefficients.max(1)).clamp(1, GROUP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_get_equal_parts_or_few_of_them_wait() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
        pool.install(|| {
            let suited: Vec<usize> = (0..12).filter(|&lines| suits(lines)).collect();
            assert_eq!(suited, [0, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
            let parts = [0, 1, 2, 8, 9, 10, 16, 20].map(lines_of_a_task);
            assert_eq!(parts, [1, 1, 1, 4, 5, 5, 4, 5]);
        });
    }
}
