//! The straight lines along which coefficients are taken, and the coefficients of one chunk along one of them.

use super::backward::{reverse_first, reverse_second};
use super::forward::{forward_first, forward_second};
use super::pool::{Pool, Pooled};
use super::tape::{Chunk, Jet};
use super::weights::Vector;
use crate::numeric::{Scalar, pairs};

/// The lines of a third-order sweep: along u_i, and along the sums `u_i + u_j`, `i < j`.
pub(super) struct Lines<'v, T> {
    pub u: &'v [Vector<'v, T>],
    /// In the order of the pairs without the diagonal.
    pub sums: &'v [Vector<'v, T>],
}

/// First-order coefficients along the line of a pair.
pub(super) enum First<'j, 'p, T> {
    /// Those along u_i, which pairs share.
    Shared(&'j Jet<T>),
    /// Those along a sum.
    Own(Pooled<'p, Jet<T>>),
}

impl<T> First<'_, '_, T> {
    pub fn jet(&self) -> &Jet<T> {
        match self {
            First::Shared(jet) => jet,
            First::Own(jet) => jet,
        }
    }
}

/// Computes the first-order coefficients along `v`.
pub(super) fn along<T: Scalar>(chunk: &Chunk<'_, T>, v: Vector<'_, T>, jet: &mut Jet<T>) {
    forward_first(chunk, v, &mut jet.forward);
    reverse_first(chunk, v, jet);
}

/// The first- and second-order coefficients along the line of the pair in this place; `first` has those along all u_i.
pub(super) fn along_pair<'j, 'p, T: Scalar>(
    pool: &'p Pool<Jet<T>>,
    chunk: &Chunk<'_, T>,
    (place, (i, j)): (usize, (usize, usize)),
    lines: &Lines<'_, T>,
    first: &'j [Pooled<'p, Jet<T>>],
) -> (First<'j, 'p, T>, Pooled<'p, Jet<T>>) {
    let new = || pool.take(|| Jet::new(chunk.program));
    let (line, first) = if i == j {
        (lines.u[i], First::Shared(&*first[i]))
    } else {
        let mut sum = new();
        sum.set_sum(&first[i], &first[j]);
        // Before it stand j pairs of the diagonal.
        (lines.sums[place - j], First::Own(sum))
    };
    let mut second = new();
    forward_second(chunk, line, &first.jet().forward, &mut second.forward);
    reverse_second(chunk, line, first.jet(), &mut second);
    (first, second)
}

/// The sums `u_i + u_j` for `i < j` in the order of the pairs.
pub(super) fn set_sums<T: Scalar>(u: &[T], p: usize, sums: &mut Vec<T>) {
    let column = |i: usize| &u[i * p..(i + 1) * p];
    let pairs = pairs(u.len() / p).filter(|(i, j)| i < j);
    sums.clear();
    sums.extend(pairs.flat_map(|(i, j)| column(i).iter().zip(column(j)).map(|(&a, &b)| a + b)));
}

/// From `c(v)` along the lines of the pairs to the contractions.
pub(super) fn polarize<T: Scalar>(k: usize, p: usize, columns: &mut [T]) {
    let column = |i: usize, j: usize| {
        let place = j * (j + 1) / 2 + i;
        place * p..(place + 1) * p
    };
    for (i, j) in pairs(k).filter(|(i, j)| i < j) {
        for diagonal in [i, j] {
            let [from, to] = columns
                .get_disjoint_mut([column(diagonal, diagonal), column(i, j)])
                .expect("columns do not overlap");
            for (to, &mut from) in to.iter_mut().zip(from) {
                *to -= from;
            }
        }
    }
    for i in 0..k {
        columns[column(i, i)].iter_mut().for_each(|x| *x += *x);
    }
}
