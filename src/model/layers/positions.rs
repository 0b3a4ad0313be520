//! Fixed encodings of where a token stands, added to what it is.

use crate::autodiff::{Graph, NodeId};

/// The ratio of the longest wavelength to the shortest one.
const TEMPERATURE: f64 = 10_000.0;

/// `x` plus `sin(t / 10000^(2i/d))` in column 2i and the cosine in the next one, t being the row and d the columns (Vaswani et
/// al. 2017, section 3.5).
pub fn add_positions(graph: &mut Graph, x: NodeId) -> NodeId {
    let cols = graph.cols(x);
    let entry = |row: usize, col: usize| {
        let power = (col / 2 * 2) as f64 / cols as f64;
        wave(col % 2, row as f64 * libm::pow(TEMPERATURE, -power))
    };
    add(graph, x, entry)
}

/// `x` plus four blocks of columns, sine and cosine of the token's column and of its row on a grid `across` tokens wide, by
/// the frequencies `10000^(-k/(d/4 - 1))`, k from 0 (Beyer, Zhai and Kolesnikov 2022).
///
/// # Panics
/// If the columns are not a multiple of 4: a bug in the architecture.
pub fn add_positions_in_a_grid(graph: &mut Graph, x: NodeId, across: usize) -> NodeId {
    let cols = graph.cols(x);
    assert!(cols.is_multiple_of(4), "{cols} columns in four blocks");
    let frequencies = cols / 4;
    let entry = |token: usize, col: usize| {
        let (block, k) = (col / frequencies, col % frequencies);
        let frequency = libm::pow(TEMPERATURE, -(k as f64) / (frequencies.max(2) - 1) as f64);
        let place = if block < 2 { token % across } else { token / across };
        wave(block % 2, place as f64 * frequency)
    };
    add(graph, x, entry)
}

fn wave(kind: usize, phase: f64) -> f64 {
    if kind == 0 { libm::sin(phase) } else { libm::cos(phase) }
}

fn add(graph: &mut Graph, x: NodeId, entry: impl Fn(usize, usize) -> f64) -> NodeId {
    let (rows, cols) = graph.shape(x);
    let entries = (0..rows * cols).map(|e| entry(e / cols, e % cols)).collect();
    let positions = graph.constant(rows, cols, entries);
    graph.add(x, positions)
}

#[cfg(test)]
mod tests {
    use super::super::super::{Builder, Start};
    use super::super::formula::assert_is;
    use super::super::linear::linear;
    use super::*;

    /// `X W` plus positions, squared and summed, against the entries written out.
    fn check(rows: usize, build: impl Fn(&mut Graph, NodeId) -> NodeId, entries: &[f64]) {
        let cols = entries.len() / rows;
        let mut network = Builder::new();
        let x = network.data_matrix(rows, 1);
        let z = linear(&mut network, x, cols, Start::Constant(0.0));
        let there = build(&mut network, z);
        let square = network.pointwise(crate::autodiff::Pointwise::Square, there);
        let sums = network.row_sum(square);
        network.column_sum(sums);
        let formula = |w: &[f64], x: &[f64]| {
            (0..rows * cols).map(|e| (x[e / cols] * w[e % cols] + entries[e]).powi(2)).sum()
        };
        assert_is(network.into_graph(), formula, false);
    }

    #[test]
    fn positions_are_those_of_the_formulas() {
        let (sin, cos) = (libm::sin as fn(f64) -> f64, libm::cos as fn(f64) -> f64);
        let line = [0.0, 1.0, 0.0, 1.0, sin(1.0), cos(1.0), sin(0.01), cos(0.01)];
        check(2, add_positions, &line);
        // Two rows of three tokens, frequencies 1 and 1e-4.
        let token = |x: f64, y: f64| [(x, sin), (x, cos), (y, sin), (y, cos)];
        let grid: Vec<f64> = (0..6)
            .flat_map(|token_at| token((token_at % 3) as f64, (token_at / 3) as f64))
            .flat_map(|(place, wave)| [wave(place), wave(place * 1e-4)])
            .collect();
        check(6, |graph, x| add_positions_in_a_grid(graph, x, 3), &grid);
        // A single frequency is 1.
        let single: Vec<f64> =
            (0..2).flat_map(|x| [sin(f64::from(x)), cos(f64::from(x)), 0.0, 1.0]).collect();
        check(2, |graph, x| add_positions_in_a_grid(graph, x, 2), &single);
    }
}
