//! Selective state-space models (Gu and Dao 2023).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::layers::depthwise::causal_convolution;
use super::layers::linear::{affine, linear};
use super::layers::norm::rms_norm;
use super::layers::scan::Drive;
use super::limits::{self, WIDEST};
use super::{Architecture, Builder, Entry, Start, Task};
use crate::autodiff::{NodeId, Pointwise};
use crate::source::{Kind, Parsed, Source, require, within};

/// Named `mamba`: rows of an example are times. A block normalises, widens into what is scanned and a gate, convolves along time, scans,
/// gates and is added to what there was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MambaEntry {
    /// The numbers of a row after the embedding.
    pub width: usize,
    /// The blocks.
    pub depth: usize,
    /// The channels of a scan over the width.
    pub expand: usize,
    /// The states of a channel.
    pub states: usize,
    /// The times under the kernel of the convolution.
    pub kernel: usize,
    /// The numbers that the steps of all channels are made from.
    pub step_rank: usize,
    /// The deviation of all matrices at the start.
    pub deviation: f64,
    /// The same of the outputs, over that of the others.
    pub output_gain: f64,
}

/// The network for sequences of some length.
#[derive(Debug)]
struct Mamba {
    entry: MambaEntry,
    task: Task,
}

/// What is added to mean squares, inside the root.
const EPSILON: f64 = 1e-5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    width: Spanned<usize>,
    depth: Option<Spanned<usize>>,
    expand: Option<Spanned<usize>>,
    states: Spanned<usize>,
    kernel: Option<Spanned<usize>>,
    step_rank: Option<Spanned<usize>>,
    deviation: Option<Spanned<f64>>,
    output_gain: Option<Spanned<f64>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "mamba", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let size = |key, value| limits::size(source, key, value);
    let usual = |key, value, usual| source.or(key, value, usual, within(1, WIDEST));
    let number =
        |x: f64| require(x.is_finite() && x >= 0.0, || "accepted are finite numbers, 0 or more".into());
    let width = size("width", &raw.width)?;
    Ok(Arc::new(MambaEntry {
        width,
        depth: limits::depth(source, &raw.depth)?,
        expand: usual("expand", &raw.expand, 2)?,
        states: size("states", &raw.states)?,
        kernel: usual("kernel", &raw.kernel, 4)?,
        step_rank: usual("step_rank", &raw.step_rank, width.div_ceil(16))?,
        deviation: source.or("deviation", &raw.deviation, 0.02, number)?,
        output_gain: source.or("output_gain", &raw.output_gain, 0.1, number)?,
    }))
}

impl Entry for MambaEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String> {
        let inner = self.width.saturating_mul(self.expand);
        require(inner.saturating_mul(self.states) <= WIDEST * WIDEST, || {
            format!("{inner} channels of {} states: accepted are up to {}", self.states, WIDEST * WIDEST)
        })?;
        Ok(Box::new(Mamba { entry: self.clone(), task: task.clone() }))
    }

    fn description(&self) -> String {
        let Self { width, depth, expand, states, kernel, step_rank, deviation, output_gain } = self;
        format!(
            "selective state-space model, width {width}, depth {depth}, {} channels of {states} states, kernel {kernel}, \
             step rank {step_rank}, deviation {deviation}, output gain {output_gain}",
            width * expand
        )
    }
}

/// Matrices start normal, the convolution uniform in `+- 1 / sqrt(kernel)`, the biases of steps at zero.
impl Architecture for Mamba {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn inputs(&self) -> (usize, usize) {
        self.task.times()
    }

    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let mut x = self.matrix(network, inputs, self.entry.width);
        for _ in 0..self.entry.depth {
            let new = self.block(network, x);
            x = network.add(x, new);
        }
        let last = self.task.answering(network, x);
        let normal = rms_norm(network, last, EPSILON);
        let deviation = self.entry.output_gain * self.entry.deviation;
        linear(network, normal, self.task.outputs, Start::Normal(deviation))
    }
}

impl Mamba {
    fn block(&self, network: &mut Builder, x: NodeId) -> NodeId {
        let inner = self.entry.width * self.entry.expand;
        let normal = rms_norm(network, x, EPSILON);
        let wide = self.matrix(network, normal, 2 * inner);
        let (branch, gate) = (network.slice_cols(wide, 0, inner), network.slice_cols(wide, inner, inner));
        let scanned = self.scan(network, branch);
        let gate = network.pointwise(Pointwise::Silu, gate);
        let gated = network.multiply(scanned, gate);
        self.matrix(network, gated, self.entry.width)
    }

    /// Convolves along time and scans, driven by what it makes of the same numbers.
    fn scan(&self, network: &mut Builder, x: NodeId) -> NodeId {
        let MambaEntry { states, kernel, step_rank, deviation, .. } = self.entry;
        let start = [Start::by_fan_in(kernel), Start::by_fan_in(kernel)];
        let convolved = causal_convolution(network, x, kernel, start);
        let u = network.pointwise(Pointwise::Silu, convolved);
        let selection = self.matrix(network, u, step_rank + 2 * states);
        let steps = network.slice_cols(selection, 0, step_rank);
        let start = [Start::Normal(deviation), Start::Constant(0.0)];
        let steps = affine(network, steps, network.cols(x), start);
        let drive = Drive {
            u,
            dt: network.pointwise(Pointwise::Softplus, steps),
            b: network.slice_cols(selection, step_rank, states),
            c: network.slice_cols(selection, step_rank + states, states),
        };
        drive.scan(network)
    }

    fn matrix(&self, network: &mut Builder, x: NodeId, outputs: usize) -> NodeId {
        linear(network, x, outputs, Start::Normal(self.entry.deviation))
    }
}
