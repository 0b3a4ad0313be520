//! Long short-term memory (Hochreiter and Schmidhuber 1997), with the gates and the two biases of PyTorch.

use super::super::{Builder, Start};
use super::linear::affine;
use crate::autodiff::{Graph, NodeId, Pointwise};

/// The states h of all times of one layer: `a_t = x_t W_x + b_x + h_{t-1} W_h + b_h`, in four blocks of `width` columns i, f, g
/// and o; `c_t = s(f) c_{t-1} + s(i) tanh(g)`, `h_t = s(o) tanh(c_t)`, s being the sigmoid, both from zero.
///
/// Shapes: `times x cols -> times x width`; all parameters are uniform in `+- 1 / sqrt(width)` at the start.
pub fn lstm(network: &mut Builder, x: NodeId, width: usize) -> NodeId {
    let start = || [Start::by_fan_in(width), Start::by_fan_in(width)];
    let inputs = affine(network, x, 4 * width, start());
    let [w, b] =
        [(width, 4 * width), (1, 4 * width)].map(|shape| network.parameter(shape, Start::by_fan_in(width)));
    let mut all: Vec<NodeId> = Vec::new();
    let mut state: Option<[NodeId; 2]> = None;
    for t in 0..network.rows(x) {
        let input = network.slice_rows(inputs, t, 1);
        let before = match state {
            None => network.add_row(input, b),
            Some([h, _]) => {
                let recurrent = network.matmul(h, w);
                let recurrent = network.add_row(recurrent, b);
                network.add(recurrent, input)
            }
        };
        let next = step(network, before, state.map(|[_, c]| c), width);
        state = Some(next);
        all.push(next[0]);
    }
    network.concatenate_rows(&all)
}

/// The next h and c from what stands before the gates, `1 x (4 width)`, and the last c.
fn step(graph: &mut Graph, before: NodeId, c: Option<NodeId>, width: usize) -> [NodeId; 2] {
    let mut gate = |block: usize, function| {
        let slice = graph.slice_cols(before, block * width, width);
        graph.pointwise(function, slice)
    };
    let input = gate(0, Pointwise::Sigmoid);
    // Nothing is there yet to be forgotten.
    let forget = c.map(|c| (gate(1, Pointwise::Sigmoid), c));
    let new = gate(2, Pointwise::Tanh);
    let output = gate(3, Pointwise::Sigmoid);
    let mut state = graph.multiply(input, new);
    if let Some((forget, c)) = forget {
        let kept = graph.multiply(forget, c);
        state = graph.add(kept, state);
    }
    let shown = graph.pointwise(Pointwise::Tanh, state);
    [graph.multiply(output, shown), state]
}

#[cfg(test)]
mod tests {
    use super::super::formula::{assert_is, weighted_sum};
    use super::*;

    const TIMES: usize = 3;
    const WIDTH: usize = 2;
    const COLS: usize = 3;

    /// `sum C h`, by loops over times and gates.
    #[test]
    fn states_are_those_of_loops() {
        let mut network = Builder::new();
        let x = network.data_matrix(TIMES, COLS);
        let h = lstm(&mut network, x, WIDTH);
        let weights = weighted_sum(&mut network, h);
        let bound = 1.0 / libm::sqrt(WIDTH as f64);
        assert!(network.start("", 1).iter().all(|w| w.abs() <= bound));
        let formula = |w: &[f64], x: &[f64]| {
            let gates = 4 * WIDTH;
            let (wx, rest) = w.split_at(COLS * gates);
            let (bx, rest) = rest.split_at(gates);
            let (wh, bh) = rest.split_at(WIDTH * gates);
            let sigmoid = |x: f64| 1.0 / (1.0 + libm::exp(-x));
            let (mut h, mut c, mut sum) = ([0.0; WIDTH], [0.0; WIDTH], 0.0);
            for t in 0..TIMES {
                let a = |e: usize| {
                    let from_x: f64 = (0..COLS).map(|k| x[t * COLS + k] * wx[k * gates + e]).sum();
                    let from_h: f64 = (0..WIDTH).map(|k| h[k] * wh[k * gates + e]).sum();
                    from_x + bx[e] + from_h + bh[e]
                };
                let at = |gate: usize, j: usize| a(gate * WIDTH + j);
                let next: Vec<[f64; 2]> = (0..WIDTH)
                    .map(|j| {
                        let c = sigmoid(at(1, j)) * c[j] + sigmoid(at(0, j)) * libm::tanh(at(2, j));
                        [sigmoid(at(3, j)) * libm::tanh(c), c]
                    })
                    .collect();
                for (j, [new_h, new_c]) in next.into_iter().enumerate() {
                    (h[j], c[j]) = (new_h, new_c);
                    sum += weights[t * WIDTH + j] * new_h;
                }
            }
            sum
        };
        assert_is(network.into_graph(), formula, true);
    }
}
