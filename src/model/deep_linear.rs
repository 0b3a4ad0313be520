//! Deep linear networks: a product of matrices, whose loss is no quadratic function of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Architecture, Entry};
use crate::autodiff::{Graph, NodeId, Parameter};
use crate::numeric::random::Stream;
use crate::source::{Kind, Parsed, Source, require};

/// Named `deep_linear`: the widths between the matrices, and how large these are at the start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeepLinearEntry {
    /// The widths between inputs and outputs; none is a single matrix.
    pub hidden: Vec<usize>,
    /// The gain of the initialisation: 1 keeps the size of what passes through.
    pub gain: f64,
}

/// `f(x) = x W_1 W_2 ... W_L`, without biases.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepLinear {
    /// The number of inputs, the widths between, the number of outputs.
    pub widths: Vec<usize>,
    /// The gain of the initialisation.
    pub gain: f64,
}

const WIDEST: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    hidden: Vec<Spanned<usize>>,
    gain: Option<Spanned<f64>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "deep_linear", lists: &["hidden"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let width = |width| source.check("hidden width", width, |&width| accepted_width(width)).copied();
    Ok(Arc::new(DeepLinearEntry {
        hidden: raw.hidden.iter().map(width).collect::<Parsed<_>>()?,
        gain: source.or("gain", &raw.gain, 1.0, accepted_gain)?,
    }))
}

fn accepted_width(width: usize) -> Result<(), String> {
    require((1..=WIDEST).contains(&width), || {
        format!("accepted are 1 to {WIDEST}; hidden = [] is a linear model")
    })
}

fn accepted_gain(gain: f64) -> Result<(), String> {
    require(gain.is_finite() && gain > 0.0, || "accepted are finite numbers above 0".into())
}

impl Entry for DeepLinearEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn between(&self, inputs: usize, outputs: usize) -> Result<Box<dyn Architecture>, String> {
        self.hidden.iter().try_for_each(|&width| accepted_width(width))?;
        let widths = [&[inputs], &self.hidden[..], &[outputs]].concat();
        Ok(Box::new(DeepLinear { widths, gain: self.gain }))
    }

    fn description(&self) -> String {
        format!("deep linear, widths between {:?}, gain {}", self.hidden, self.gain)
    }
}

impl Architecture for DeepLinear {
    fn inputs(&self) -> usize {
        self.widths[0]
    }

    fn outputs(&self) -> usize {
        self.widths[self.widths.len() - 1]
    }

    fn build(&self, graph: &mut Graph, inputs: NodeId) -> NodeId {
        self.widths.windows(2).fold(inputs, |x, pair| {
            let w = graph.parameter(pair[0], pair[1]);
            graph.matmul(x, w)
        })
    }

    /// Normal with deviation `gain sqrt(2 / (fan-in + fan-out))` (Glorot and Bengio 2010), from the stream `deep linear` of `seed`.
    fn initialize(&self, parameters: &[Parameter], seed: u64) -> Vec<f64> {
        let mut stream = Stream::new(seed, "deep linear");
        let matrix = |parameter: &Parameter| {
            let deviation = self.gain * (2.0 / (parameter.rows + parameter.cols) as f64).sqrt();
            stream.normals(parameter.size()).into_iter().map(|x| deviation * x).collect::<Vec<f64>>()
        };
        parameters.iter().flat_map(matrix).collect()
    }

    fn cost(&self) -> f64 {
        self.widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autodiff::Program;

    fn graph(network: &DeepLinear) -> Graph {
        let mut graph = Graph::new();
        let inputs = graph.data(network.inputs());
        let outputs = network.build(&mut graph, inputs);
        graph.row_sum(outputs);
        graph
    }

    #[test]
    fn it_is_a_product_of_matrices() {
        let (network, x) = (DeepLinear { widths: vec![3, 2, 4, 1], gain: 1.0 }, [0.7, -1.3, 0.2]);
        let w = network.initialize(graph(&network).parameters(), 1);
        let (mut here, mut rest) = (x.to_vec(), &w[..]);
        for pair in network.widths.windows(2) {
            let (matrix, others) = rest.split_at(pair[0] * pair[1]);
            here =
                (0..pair[1]).map(|j| (0..pair[0]).map(|i| here[i] * matrix[i * pair[1] + j]).sum()).collect();
            rest = others;
        }
        assert!(rest.is_empty());
        let program = Program::<f64>::new(graph(&network), vec![x.to_vec()], 1);
        assert!((program.linearize(&w).loss() - here[0]).abs() < 1e-14);
    }

    /// Variances of 100,000 normals scatter by 0.45 %; three times that.
    #[test]
    fn the_start_is_as_large_as_said() {
        let network = DeepLinear { widths: vec![200, 500, 10], gain: 0.9 };
        let w = network.initialize(graph(&network).parameters(), 3);
        let square = w[..100_000].iter().map(|w| w * w).sum::<f64>() / 1e5;
        let expected = 0.81 * 2.0 / 700.0;
        assert!((square / expected - 1.0).abs() < 0.0135, "{square} for {expected}");
        assert_ne!(w, network.initialize(graph(&network).parameters(), 4));
    }
}
