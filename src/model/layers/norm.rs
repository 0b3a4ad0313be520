//! Normalisation of groups of an example's entries.

use super::super::{Builder, Start};
use super::linear::{gain, shift};
use crate::autodiff::{Graph, NodeId, Pointwise};

/// What is added to variances, inside the root, in the reference networks.
pub const EPSILON: f64 = 1e-6;

/// `(x - mean) / sqrt(variance + epsilon)` of the columns of each row, times a gain plus a shift, parameters `1 x cols` that
/// start at one and at zero. Shapes: `rows x cols -> rows x cols`.
pub fn layer_norm(network: &mut Builder, x: NodeId, epsilon: f64) -> NodeId {
    let rows = network.rows(x);
    let normal = normalize(network, x, (rows, 1), epsilon, |i, _| (i, 0));
    let scaled = gain(network, normal, Start::Constant(1.0));
    shift(network, scaled, Start::Constant(0.0))
}

/// The same of groups of as many successive columns in all rows: channels of all pixels. The gain starts where it is told.
///
/// # Panics
/// If the columns are not a multiple of `groups`: a bug in the architecture.
pub fn group_norm(network: &mut Builder, x: NodeId, groups: usize, epsilon: f64, start: Start) -> NodeId {
    let cols = network.cols(x);
    assert!(cols.is_multiple_of(groups), "{cols} columns in {groups} groups");
    let width = cols / groups;
    let normal = normalize(network, x, (1, groups), epsilon, |_, j| (0, j / width));
    let scaled = gain(network, normal, start);
    shift(network, scaled, Start::Constant(0.0))
}

/// `x / sqrt(mean x^2 + epsilon)` of the columns of each row, times a gain that starts at one. Shapes: `rows x cols -> rows x cols`.
pub fn rms_norm(network: &mut Builder, x: NodeId, epsilon: f64) -> NodeId {
    let rows = network.rows(x);
    let normal = by_root_mean_square(network, x, (rows, 1), epsilon, |i, _| (i, 0));
    gain(network, normal, Start::Constant(1.0))
}

/// `(x - mean) / sqrt(variance + epsilon)`, entry (i, j) in group `group(i, j)` of `groups`, all of the same size.
fn normalize(
    graph: &mut Graph,
    x: NodeId,
    groups: (usize, usize),
    epsilon: f64,
    group: impl Fn(usize, usize) -> (usize, usize) + Copy,
) -> NodeId {
    let means = mean(graph, x, groups, group);
    let means = graph.gather(means, graph.shape(x), |i, j| Some(group(i, j)));
    let centred = graph.subtract(x, means);
    by_root_mean_square(graph, centred, groups, epsilon, group)
}

fn by_root_mean_square(
    graph: &mut Graph,
    x: NodeId,
    groups: (usize, usize),
    epsilon: f64,
    group: impl Fn(usize, usize) -> (usize, usize) + Copy,
) -> NodeId {
    let square = graph.pointwise(Pointwise::Square, x);
    let means = mean(graph, square, groups, group);
    let above_zero = graph.offset(means, epsilon);
    let inverse = graph.pointwise(Pointwise::InverseSquareRoot, above_zero);
    let inverse = graph.gather(inverse, graph.shape(x), |i, j| Some(group(i, j)));
    graph.multiply(x, inverse)
}

/// The mean of each group.
fn mean(
    graph: &mut Graph,
    x: NodeId,
    groups: (usize, usize),
    group: impl Fn(usize, usize) -> (usize, usize),
) -> NodeId {
    let size = (graph.rows(x) * graph.cols(x)) as f64 / (groups.0 * groups.1) as f64;
    let sums = graph.scatter(x, groups, |i, j| Some(group(i, j)));
    graph.scale(1.0 / size, sums)
}

#[cfg(test)]
mod tests {
    use super::super::formula::{assert_is, entries, weighted_sum};
    use super::super::linear::linear;
    use super::*;

    /// So large that it counts.
    const ADDED: f64 = 1e-3;
    const SHAPE: (usize, usize) = (2, 4);

    /// `sum_ij C_ij (g_j (z_ij - mean) / sqrt(variance + epsilon) + s_j)`, `z = X W` with W `3 x 4`.
    fn check(
        norm: fn(&mut Builder, NodeId) -> NodeId,
        same: fn((usize, usize), (usize, usize)) -> bool,
        is_centred: bool,
    ) {
        let mut graph = Builder::new();
        let x = graph.data_matrix(2, 3);
        let z = linear(&mut graph, x, 4, Start::Constant(0.0));
        let normal = norm(&mut graph, z);
        let weights = weighted_sum(&mut graph, normal);
        let formula = |w: &[f64], x: &[f64]| {
            let z = |(i, j): (usize, usize)| (0..3).map(|k| x[i * 3 + k] * w[k * 4 + j]).sum::<f64>();
            let normal = |at: (usize, usize)| {
                let group: Vec<f64> =
                    entries(SHAPE.0, SHAPE.1).filter(|&other| same(at, other)).map(z).collect();
                let mean = |x: &mut dyn Iterator<Item = f64>| x.sum::<f64>() / group.len() as f64;
                let centre = if is_centred { mean(&mut group.iter().copied()) } else { 0.0 };
                let variance = mean(&mut group.iter().map(|z| (z - centre).powi(2)));
                let shift = if is_centred { w[16 + at.1] } else { 0.0 };
                w[12 + at.1] * (z(at) - centre) / (variance + ADDED).sqrt() + shift
            };
            entries(SHAPE.0, SHAPE.1).map(|(i, j)| weights[i * 4 + j] * normal((i, j))).sum()
        };
        assert_is(graph.into_graph(), formula, true);
    }

    #[test]
    fn layer_norm_is_that_of_the_formula() {
        check(|graph, x| layer_norm(graph, x, ADDED), |a, b| a.0 == b.0, true);
    }

    #[test]
    fn group_norm_is_that_of_the_formula() {
        check(
            |graph, x| group_norm(graph, x, 2, ADDED, Start::Constant(1.0)),
            |a, b| a.1 / 2 == b.1 / 2,
            true,
        );
    }

    #[test]
    fn rms_norm_is_that_of_the_formula() {
        check(|graph, x| rms_norm(graph, x, ADDED), |a, b| a.0 == b.0, false);
    }
}
