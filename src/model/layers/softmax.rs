//! Softmax of rows.

use crate::autodiff::{Graph, NodeId, Pointwise};

/// `P[i, j] = e^(S[i, j] - m_i) / sum_k e^(S[i, k] - m_i)` for each row i of `scores`, m_i its largest entry, which changes
/// neither value nor derivatives and keeps the exponentials from overflowing. Shapes: `rows x cols -> rows x cols`.
pub fn softmax(graph: &mut Graph, scores: NodeId) -> NodeId {
    let shifted = graph.shift_by_row_max(scores);
    let exponentials = graph.pointwise(Pointwise::Exp, shifted);
    let sums = graph.row_sum(exponentials);
    let inverse = graph.pointwise(Pointwise::Reciprocal, sums);
    let inverse = graph.broadcast(inverse, graph.shape(scores));
    graph.multiply(exponentials, inverse)
}

#[cfg(test)]
mod tests {
    use super::super::formula::{assert_is, entries, weighted_sum};
    use super::*;

    /// `sum_ij C_ij softmax(X W)_ij`, with scores of size one and of size 1000.
    #[test]
    fn rows_are_those_of_the_formula() {
        for size in [1.0, 1000.0] {
            let mut graph = Graph::new();
            let x = graph.data_matrix(2, 4);
            let w = graph.parameter(4, 3);
            let scores = graph.matmul(x, w);
            // The derivatives of scores of size 1000 are those of a maximum: only the value is a sane thing to compare.
            let scores = graph.scale(size, scores);
            let p = softmax(&mut graph, scores);
            let weights = weighted_sum(&mut graph, p);
            let formula = |w: &[f64], x: &[f64]| {
                let score =
                    |i: usize, j: usize| size * (0..4).map(|k| x[i * 4 + k] * w[k * 3 + j]).sum::<f64>();
                let sum =
                    |i: usize, j: usize| (0..3).map(|k| libm::exp(score(i, k) - score(i, j))).sum::<f64>();
                entries(2, 3).map(|(i, j)| weights[i * 3 + j] / sum(i, j)).sum()
            };
            assert_is(graph, formula, size == 1.0);
        }
    }
}
