//! Attention of several heads.

use super::softmax::softmax;
use crate::autodiff::{Graph, NodeId, Product};

/// Which tokens a token may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All.
    Full,
    /// Itself and those before it.
    Causal,
}

/// What is taken off the scores of tokens out of sight: the exponential of what remains is zero in either precision.
const FAR: f64 = 1e30;

/// `softmax(Q_h K_h' / sqrt(d)) V_h` of each head h, d columns wide, results beside each other.
///
/// Shapes: Q, K and V `tokens x (heads d)`, as is the result.
///
/// # Panics
/// If the columns are not a multiple of `heads`: a bug in the architecture.
pub fn attention(graph: &mut Graph, [q, k, v]: [NodeId; 3], heads: usize, sight: Sight) -> NodeId {
    let (tokens, cols) = graph.shape(q);
    assert!(cols.is_multiple_of(heads), "{cols} columns in {heads} heads");
    let width = cols / heads;
    let [q, k, v] = [q, k, v].map(|x| below_each_other(graph, x, heads));
    let products = graph.block_product(Product::RightTransposed, q, k, heads);
    let mut scores = graph.scale(1.0 / (width as f64).sqrt(), products);
    if sight == Sight::Causal {
        let hidden = out_of_sight(graph, tokens, heads);
        scores = graph.subtract(scores, hidden);
    }
    let probabilities = softmax(graph, scores);
    let seen = graph.block_product(Product::Plain, probabilities, v, heads);
    graph.gather(seen, (tokens, cols), |i, j| Some((j / width * tokens + i, j % width)))
}

/// The heads of a matrix `tokens x (heads d)` as blocks of rows, `(heads tokens) x d`.
fn below_each_other(graph: &mut Graph, x: NodeId, heads: usize) -> NodeId {
    let (tokens, width) = (graph.rows(x), graph.cols(x) / heads);
    graph.gather(x, (heads * tokens, width), |i, j| Some((i % tokens, i / tokens * width + j)))
}

/// What is taken off the scores, `(heads tokens) x tokens`.
fn out_of_sight(graph: &mut Graph, tokens: usize, heads: usize) -> NodeId {
    let entry = |i: usize, j: usize| if j > i % tokens { FAR } else { 0.0 };
    let rows = heads * tokens;
    let entries = (0..rows).flat_map(|i| (0..tokens).map(move |j| entry(i, j))).collect();
    graph.constant(rows, tokens, entries)
}

#[cfg(test)]
mod tests {
    use super::super::formula::{assert_is, entries, weighted_sum};
    use super::*;

    const TOKENS: usize = 3;
    const COLS: usize = 4;

    /// Three tokens of four features: `sum_ij C_ij (sum_k p_ik v_kj)`, `p_ik = e^{q_i.k_k / sqrt d} / sum` over k in sight.
    #[test]
    fn heads_are_those_of_the_formula() {
        for (heads, sight) in [(1, Sight::Causal), (1, Sight::Full), (2, Sight::Causal)] {
            let mut graph = Graph::new();
            let x = graph.data_matrix(TOKENS, COLS);
            let qkv = [(); 3].map(|()| {
                let w = graph.parameter(COLS, COLS);
                graph.matmul(x, w)
            });
            let out = attention(&mut graph, qkv, heads, sight);
            let weights = weighted_sum(&mut graph, out);
            let formula = |w: &[f64], x: &[f64]| {
                let projected = |which: usize, i: usize, j: usize| {
                    let w = &w[which * COLS * COLS..];
                    (0..COLS).map(|k| x[i * COLS + k] * w[k * COLS + j]).sum::<f64>()
                };
                let width = COLS / heads;
                let score = |head: usize, i: usize, k: usize| {
                    let terms =
                        (head * width..(head + 1) * width).map(|j| projected(0, i, j) * projected(1, k, j));
                    libm::exp(terms.sum::<f64>() / (width as f64).sqrt())
                };
                let seen = |i: usize, j: usize| {
                    let last = if sight == Sight::Causal { i } else { TOKENS - 1 };
                    let sum: f64 = (0..=last).map(|k| score(j / width, i, k)).sum();
                    (0..=last).map(|k| score(j / width, i, k) / sum * projected(2, k, j)).sum::<f64>()
                };
                entries(TOKENS, COLS).map(|(i, j)| weights[i * COLS + j] * seen(i, j)).sum()
            };
            assert_is(graph, formula, true);
        }
    }
}
