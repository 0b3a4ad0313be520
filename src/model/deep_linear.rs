//! Deep linear networks: a product of matrices, whose loss is no quadratic function of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::layers::linear::linear;
use super::limits::{self, WIDEST};
use super::{Architecture, Builder, Entry, Start, Task};
use crate::autodiff::NodeId;
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
        gain: limits::gain(source, &raw.gain)?,
    }))
}

fn accepted_width(width: usize) -> Result<(), String> {
    require((1..=WIDEST).contains(&width), || {
        format!("accepted are 1 to {WIDEST}; hidden = [] is a linear model")
    })
}

impl Entry for DeepLinearEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String> {
        task.of_one_row()?;
        self.hidden.iter().try_for_each(|&width| accepted_width(width))?;
        let widths = [&[task.features()], &self.hidden[..], &[task.outputs]].concat();
        Ok(Box::new(DeepLinear { widths, gain: self.gain }))
    }

    fn description(&self) -> String {
        format!("deep linear, widths between {:?}, gain {}", self.hidden, self.gain)
    }
}

/// Matrices start normal with deviation `gain sqrt(2 / (fan-in + fan-out))` (Glorot and Bengio 2010).
impl Architecture for DeepLinear {
    fn name(&self) -> &'static str {
        "deep linear"
    }

    fn inputs(&self) -> (usize, usize) {
        (1, self.widths[0])
    }

    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        self.widths.windows(2).fold(inputs, |x, pair| {
            let deviation = self.gain * (2.0 / (pair[0] + pair[1]) as f64).sqrt();
            linear(network, x, pair[1], Start::Normal(deviation))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autodiff::Program;

    fn built(network: &DeepLinear) -> Builder {
        let (mut builder, outputs) = network.built();
        builder.row_sum(outputs);
        builder
    }

    #[test]
    fn it_is_a_product_of_matrices() {
        let (network, x) = (DeepLinear { widths: vec![3, 2, 4, 1], gain: 1.0 }, [0.7, -1.3, 0.2]);
        let w = built(&network).start("", 1);
        let (mut here, mut rest) = (x.to_vec(), &w[..]);
        for pair in network.widths.windows(2) {
            let (matrix, others) = rest.split_at(pair[0] * pair[1]);
            here =
                (0..pair[1]).map(|j| (0..pair[0]).map(|i| here[i] * matrix[i * pair[1] + j]).sum()).collect();
            rest = others;
        }
        assert!(rest.is_empty());
        let program = Program::<f64>::new(built(&network).into_graph(), vec![x.to_vec()], 1);
        assert!((program.linearize(&w).loss() - here[0]).abs() < 1e-14);
    }

    /// Variances of 100,000 normals scatter by 0.45 %; three times that.
    #[test]
    fn the_start_is_as_large_as_said() {
        let network = DeepLinear { widths: vec![200, 500, 10], gain: 0.9 };
        let w = built(&network).start("", 3);
        let square = w[..100_000].iter().map(|w| w * w).sum::<f64>() / 1e5;
        let expected = 0.81 * 2.0 / 700.0;
        assert!((square / expected - 1.0).abs() < 0.0135, "{square} for {expected}");
    }
}
