//! The selective scan of state-space models (Gu and Dao 2023).

use super::super::{Builder, Start};
use super::linear::gain;
use crate::autodiff::{Graph, NodeId, Pointwise};

/// What drives the states: u and the steps dt, `times x D`; B and C, `times x S`.
#[derive(Debug, Clone, Copy)]
pub struct Drive {
    /// The inputs u.
    pub u: NodeId,
    /// The steps dt of each channel.
    pub dt: NodeId,
    /// How inputs enter the S states of each channel.
    pub b: NodeId,
    /// How the states are read.
    pub c: NodeId,
}

impl Drive {
    /// `h_t[j, s] = exp(-dt_t[j] e^a[j, s]) h_{t-1}[j, s] + dt_t[j] u_t[j] B_t[s]` from zero, and of it
    /// `y_t[j] = sum_s h_t[j, s] C_t[s] + d[j] u_t[j]`. Shapes: `times x D`; parameters a `D x S` and d.
    ///
    /// At the start `e^a[j, s] = s + 1` and `d = 1`.
    pub fn scan(&self, network: &mut Builder) -> NodeId {
        let rates = self.rates(network);
        let driven = network.multiply(self.dt, self.u);
        let (mut h, mut all) = (None, Vec::new());
        for t in 0..network.rows(self.u) {
            let mut next = self.input(network, driven, t);
            if let Some(h) = h {
                let decay = self.decay(network, rates, t);
                let kept = network.multiply(decay, h);
                next = network.add(kept, next);
            }
            all.push(self.read(network, next, t));
            h = Some(next);
        }
        let read = network.concatenate_rows(&all);
        let direct = gain(network, self.u, Start::Constant(1.0));
        network.add(read, direct)
    }

    /// `-e^a[j, s]`, a the parameter: `1 x (D S)`, as all states.
    fn rates(&self, network: &mut Builder) -> NodeId {
        let (channels, states) = (network.cols(self.u), network.cols(self.b));
        let logs = (0..channels).flat_map(|_| (1..=states).map(|s| libm::log(s as f64))).collect();
        let a = network.parameter((channels, states), Start::Entries(logs));
        let flat = network.gather(a, (1, channels * states), |_, e| Some((e / states, e % states)));
        let rates = network.pointwise(Pointwise::Exp, flat);
        network.scale(-1.0, rates)
    }

    /// `exp(-dt_t[j] e^a[j, s])`.
    fn decay(&self, network: &mut Builder, rates: NodeId, t: usize) -> NodeId {
        let dt = self.by_state(network, self.dt, t);
        let exponents = network.multiply(dt, rates);
        network.pointwise(Pointwise::Exp, exponents)
    }

    /// `dt_t[j] u_t[j] B_t[s]`.
    fn input(&self, network: &mut Builder, driven: NodeId, t: usize) -> NodeId {
        let driven = self.by_state(network, driven, t);
        let b = self.by_channel(network, self.b, t);
        network.multiply(driven, b)
    }

    /// `sum_s h_t[j, s] C_t[s]`, `1 x D`.
    fn read(&self, network: &mut Builder, h: NodeId, t: usize) -> NodeId {
        let (channels, states) = (network.cols(self.u), network.cols(self.c));
        let c = self.by_channel(network, self.c, t);
        let products = network.multiply(h, c);
        network.scatter(products, (1, channels), |_, entry| Some((0, entry / states)))
    }

    /// Row t, which has an entry a channel, for each of its states.
    fn by_state(&self, graph: &mut Graph, x: NodeId, t: usize) -> NodeId {
        let states = graph.cols(self.b);
        graph.gather(x, (1, graph.cols(x) * states), |_, entry| Some((t, entry / states)))
    }

    /// Row t, which has an entry a state, for each channel.
    fn by_channel(&self, graph: &mut Graph, x: NodeId, t: usize) -> NodeId {
        let (channels, states) = (graph.cols(self.u), graph.cols(x));
        graph.gather(x, (1, channels * states), |_, entry| Some((t, entry % states)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::formula::{assert_is, entries, weighted_sum};
    use super::*;
    use crate::model::layers::linear::linear;

    const TIMES: usize = 4;
    const CHANNELS: usize = 3;
    const STATES: usize = 2;

    /// `sum C y` with u, dt, B and C columns of `X W`, by loops.
    #[test]
    fn states_are_those_of_loops() {
        let width = 2 * CHANNELS + 2 * STATES;
        let mut network = Builder::new();
        let x = network.data_matrix(TIMES, 2);
        let z = linear(&mut network, x, width, Start::Constant(0.0));
        let drive = Drive {
            u: network.slice_cols(z, 0, CHANNELS),
            dt: network.slice_cols(z, CHANNELS, CHANNELS),
            b: network.slice_cols(z, 2 * CHANNELS, STATES),
            c: network.slice_cols(z, 2 * CHANNELS + STATES, STATES),
        };
        let y = drive.scan(&mut network);
        let weights = weighted_sum(&mut network, y);
        let formula = |w: &[f64], x: &[f64]| {
            let z = |t: usize, j: usize| x[2 * t] * w[j] + x[2 * t + 1] * w[width + j];
            let (a, d) = w[2 * width..].split_at(CHANNELS * STATES);
            let mut sum = 0.0;
            for j in 0..CHANNELS {
                let mut h = [0.0; STATES];
                for t in 0..TIMES {
                    let (u, dt) = (z(t, j), z(t, CHANNELS + j));
                    let mut y = d[j] * u;
                    for (s, h) in h.iter_mut().enumerate() {
                        let (b, c) = (z(t, 2 * CHANNELS + s), z(t, 2 * CHANNELS + STATES + s));
                        *h = libm::exp(-dt * libm::exp(a[j * STATES + s])) * *h + dt * u * b;
                        y += *h * c;
                    }
                    sum += weights[t * CHANNELS + j] * y;
                }
            }
            sum
        };
        let start = network.start("", 0);
        let expected = entries(CHANNELS, STATES).map(|(_, s)| libm::log(1.0 + s as f64));
        assert!(start[2 * width..].iter().copied().eq(expected.chain([1.0; CHANNELS])));
        assert_is(network.into_graph(), formula, true);
    }
}
