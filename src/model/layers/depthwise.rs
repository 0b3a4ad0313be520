//! Convolutions along time that keep channels apart.

use super::super::{Builder, Start};
use super::linear::shift;
use crate::autodiff::NodeId;

/// `Y[t, c] = b[c] + sum_k W[k, c] X[t - (K - 1) + k, c]`, zeros before time 0: no step sees a later one.
///
/// Shapes: `times x channels -> times x channels`; parameters W `K x channels` and b, which start as said.
pub fn causal_convolution(
    network: &mut Builder,
    x: NodeId,
    kernel: usize,
    [weight, bias]: [Start; 2],
) -> NodeId {
    let (times, channels) = network.shape(x);
    let w = network.parameter((kernel, channels), weight);
    let shape = (times, kernel * channels);
    let windows = network.gather(x, shape, |t, entry| {
        let (k, channel) = (entry / channels, entry % channels);
        (t + k + 1).checked_sub(kernel).map(|from| (from, channel))
    });
    let taps = network.gather(w, shape, |_, entry| Some((entry / channels, entry % channels)));
    let products = network.multiply(windows, taps);
    let sums = network.scatter(products, (times, channels), |t, entry| Some((t, entry % channels)));
    shift(network, sums, bias)
}

#[cfg(test)]
mod tests {
    use super::super::formula::{assert_is, entries, weighted_sum};
    use super::*;
    use crate::autodiff::Pointwise;

    const TIMES: usize = 5;
    const CHANNELS: usize = 3;

    /// `sum C tanh(Y)`, by loops over times and taps.
    #[test]
    fn times_are_those_of_loops() {
        for kernel in [1, 4, 7] {
            let mut network = Builder::new();
            let x = network.data_matrix(TIMES, CHANNELS);
            let starts = [Start::Constant(0.0), Start::Constant(0.0)];
            let y = causal_convolution(&mut network, x, kernel, starts);
            let y = network.pointwise(Pointwise::Tanh, y);
            let weights = weighted_sum(&mut network, y);
            let formula = |w: &[f64], x: &[f64]| {
                let y = |(t, c): (usize, usize)| {
                    let mut sum = w[kernel * CHANNELS + c];
                    for k in 0..kernel {
                        if t + k + 1 >= kernel {
                            sum += w[k * CHANNELS + c] * x[(t + k + 1 - kernel) * CHANNELS + c];
                        }
                    }
                    libm::tanh(sum)
                };
                entries(TIMES, CHANNELS).map(|(t, c)| weights[t * CHANNELS + c] * y((t, c))).sum()
            };
            assert_is(network.into_graph(), formula, true);
        }
    }
}
