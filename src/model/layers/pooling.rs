//! Means of neighbouring pixels.

use crate::autodiff::{Graph, NodeId};

/// The means of squares of `side x side` pixels: `(height width) x channels -> (height / side) (width / side) x channels`.
///
/// # Panics
/// If `x` has not a row for each pixel, or the image is not whole squares: a bug in the architecture.
pub fn average_pool(graph: &mut Graph, x: NodeId, (height, width): (usize, usize), side: usize) -> NodeId {
    assert_eq!(graph.rows(x), height * width, "a row for each pixel of {height} x {width}");
    assert!(height.is_multiple_of(side) && width.is_multiple_of(side), "{height} x {width} by {side}");
    let (rows, cols) = (height / side, width / side);
    let sums = graph.scatter(x, (rows * cols, graph.cols(x)), |pixel, channel| {
        let (row, col) = (pixel / width, pixel % width);
        Some((row / side * cols + col / side, channel))
    });
    graph.scale(1.0 / (side * side) as f64, sums)
}

/// The mean of all rows, `1 x cols`.
pub fn mean_of_rows(graph: &mut Graph, x: NodeId) -> NodeId {
    let sums = graph.column_sum(x);
    graph.scale(1.0 / graph.rows(x) as f64, sums)
}

#[cfg(test)]
mod tests {
    use super::super::super::{Builder, Start};
    use super::super::formula::{assert_is, entries, weighted_sum};
    use super::super::linear::linear;
    use super::*;

    /// `sum C pooled(X W)` over the places of 4 x 6 pixels.
    #[test]
    fn squares_are_averaged() {
        for side in [1, 2] {
            let (rows, cols) = (4 / side, 6 / side);
            let mut network = Builder::new();
            let x = network.data_matrix(24, 3);
            let z = linear(&mut network, x, 2, Start::Constant(0.0));
            let pooled = average_pool(&mut network, z, (4, 6), side);
            let weights = weighted_sum(&mut network, pooled);
            let formula = |w: &[f64], x: &[f64]| {
                let z = |pixel: usize, o: usize| (0..3).map(|k| x[pixel * 3 + k] * w[k * 2 + o]).sum::<f64>();
                let mean = |i: usize, j: usize, o: usize| {
                    let pixels = entries(side, side).map(|(a, b)| (side * i + a) * 6 + side * j + b);
                    pixels.map(|pixel| z(pixel, o)).sum::<f64>() / (side * side) as f64
                };
                entries(rows, cols)
                    .flat_map(|(i, j)| (0..2).map(move |o| (i, j, o)))
                    .map(|(i, j, o)| weights[(i * cols + j) * 2 + o] * mean(i, j, o))
                    .sum()
            };
            assert_is(network.into_graph(), formula, false);
        }
    }
}
