//! A network that is being built: a graph, and where each of its parameters starts.

use std::ops::{Deref, DerefMut};

use crate::autodiff::{Graph, NodeId, Parameter};
use crate::numeric::random::Stream;

/// Where the entries of a parameter are at the start.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// All at this number.
    Constant(f64),
    /// Uniform in `+-` this bound.
    Uniform(f64),
    /// Normal with this standard deviation, around zero.
    Normal(f64),
    /// At these numbers, row after row.
    Entries(Vec<f64>),
}

/// A graph that gets its nodes one by one, with a start for each parameter.
#[derive(Debug, Default)]
pub struct Builder {
    graph: Graph,
    starts: Vec<Start>,
}

impl Start {
    /// Uniform in `+- 1 / sqrt(fan-in)`: PyTorch's default of linear layers and convolutions, biases included.
    pub fn by_fan_in(fan_in: usize) -> Self {
        Start::Uniform(1.0 / (fan_in as f64).sqrt())
    }

    /// Uniform with the variance `2 / (fan-in + fan-out)` (Glorot and Bengio 2010).
    pub fn xavier_uniform(fan_in: usize, fan_out: usize) -> Self {
        Start::Uniform((6.0 / (fan_in + fan_out) as f64).sqrt())
    }

    fn draw(&self, size: usize, stream: &mut Stream) -> Vec<f64> {
        match self {
            &Start::Constant(number) => vec![number; size],
            Start::Uniform(bound) => (0..size).map(|_| bound * (2.0 * stream.uniform() - 1.0)).collect(),
            Start::Normal(deviation) => stream.normals(size).into_iter().map(|x| deviation * x).collect(),
            Start::Entries(entries) => entries.clone(),
        }
    }
}

impl Builder {
    /// An empty network.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next parameter matrix.
    ///
    /// # Panics
    /// If it starts at another number of entries: a bug in the architecture.
    pub fn parameter(&mut self, (rows, cols): (usize, usize), start: Start) -> NodeId {
        if let Start::Entries(entries) = &start {
            assert_eq!(entries.len(), rows * cols, "a parameter of {rows} x {cols} entries");
        }
        self.starts.push(start);
        self.graph.parameter(rows, cols)
    }

    /// The parameters at the start, one matrix after the other from the stream `name` of `seed`.
    pub fn start(&self, name: &str, seed: u64) -> Vec<f64> {
        let mut stream = Stream::new(seed, name);
        let sizes = self.graph.parameters().iter().map(Parameter::size);
        self.starts.iter().zip(sizes).flat_map(|(start, size)| start.draw(size, &mut stream)).collect()
    }

    /// The graph as it is.
    pub fn into_graph(self) -> Graph {
        self.graph
    }
}

impl Deref for Builder {
    type Target = Graph;
    fn deref(&self) -> &Graph {
        &self.graph
    }
}

impl DerefMut for Builder {
    fn deref_mut(&mut self) -> &mut Graph {
        &mut self.graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Means to four standard errors, variances of 40,000 uniform or normal numbers to four of theirs.
    #[test]
    fn parameters_start_as_said() {
        let n = 40_000.0_f64;
        let mut network = Builder::new();
        let starts = [Start::by_fan_in(25), Start::xavier_uniform(100, 400), Start::Normal(0.3)];
        for start in starts {
            network.parameter((100, 400), start);
        }
        network.parameter((1, 2), Start::Constant(7.0));
        network.parameter((2, 1), Start::Entries(vec![3.0, 4.0]));
        let w = network.start("a network", 5);
        let expected = [(0.04 / 3.0, 0.8), (2.0 / 500.0, 0.8), (0.09, 2.0)];
        for (w, (variance, spread)) in w.chunks_exact(40_000).zip(expected) {
            let mean = w.iter().sum::<f64>() / n;
            let square = w.iter().map(|w| w * w).sum::<f64>() / n;
            assert!(mean.abs() < 4.0 * (variance / n).sqrt(), "mean {mean}");
            // `Var w^2 / (Var w)^2` is 4/5 of uniform and 2 of normal numbers.
            assert!((square / variance - 1.0).abs() < 4.0 * (spread / n).sqrt(), "{square} for {variance}");
        }
        assert_eq!(w[120_000..], [7.0, 7.0, 3.0, 4.0]);
        assert_eq!(w, network.start("a network", 5));
        assert_ne!(w, network.start("a network", 6));
        assert_ne!(w, network.start("another", 5));
    }
}
