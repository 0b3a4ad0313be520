//! Residual networks of convolutions with group normalisation (He et al. 2016; Wu and He 2018).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::layers::activation::Activation;
use super::layers::convolution::Convolution;
use super::layers::linear::affine;
use super::layers::norm::{EPSILON, group_norm};
use super::layers::pooling::average_pool;
use super::limits::{DEEPEST, WIDEST};
use super::{Architecture, Builder, Entry, Start, Task};
use crate::autodiff::NodeId;
use crate::source::{Kind, Parsed, Source, require, within};

/// Named `resnet`: stages of blocks. Each stage after the first halves the image.
///
/// A block is convolution, norm, activation, convolution, norm; its result is the shortcut plus this over the root of the number
/// of blocks. The shortcut of a block that halves the image, or changes the channels, is a convolution with a norm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResnetEntry {
    /// The channels of each stage; the first convolution has those of the first one.
    pub channels: Vec<usize>,
    /// The blocks of a stage.
    pub blocks: usize,
    /// The groups of channels that are normalised together.
    pub groups: usize,
    /// The side of the squares that are averaged at the end.
    pub pool: usize,
    /// The pointwise function.
    pub activation: Activation,
}

/// The network for images of some size.
#[derive(Debug)]
struct Resnet {
    entry: ResnetEntry,
    task: Task,
}

/// What comes out of a layer: its node and the size of the image.
#[derive(Clone, Copy)]
struct Features {
    node: NodeId,
    image: (usize, usize),
}

const KERNEL: usize = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    channels: Spanned<Vec<usize>>,
    blocks: Option<Spanned<usize>>,
    groups: Spanned<usize>,
    pool: Option<Spanned<usize>>,
    activation: Activation,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "resnet", lists: &["channels"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let channels = source.check("channels", &raw.channels, |all| accepted_channels(all))?;
    let groups = source.check("groups", &raw.groups, |&groups| accepted_groups(groups, channels))?;
    Ok(Arc::new(ResnetEntry {
        channels: channels.clone(),
        blocks: source.or("blocks", &raw.blocks, 1, within(1, DEEPEST))?,
        groups: *groups,
        pool: source.or("pool", &raw.pool, 2, within(1, WIDEST))?,
        activation: raw.activation,
    }))
}

fn accepted_channels(channels: &[usize]) -> Result<(), String> {
    let all = !channels.is_empty() && channels.iter().all(|count| (1..=WIDEST).contains(count));
    require(all, || format!("accepted are one or more stages of 1 to {WIDEST} channels"))
}

fn accepted_groups(groups: usize, channels: &[usize]) -> Result<(), String> {
    require(groups > 0 && channels.iter().all(|count| count.is_multiple_of(groups)), || {
        format!("accepted are common divisors of the channels {channels:?}")
    })
}

impl Entry for ResnetEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String> {
        task.of_one_row()?;
        accepted_channels(&self.channels)?;
        accepted_groups(self.groups, &self.channels)?;
        let at_the_end = |side: usize| self.channels[1..].iter().fold(side, |side, _| side.div_ceil(2));
        let (rows, cols) = (at_the_end(task.rows), at_the_end(task.cols));
        let whole = self.pool > 0 && rows.is_multiple_of(self.pool) && cols.is_multiple_of(self.pool);
        require(whole, || {
            format!(
                "images of {rows} x {cols} pixels after {} stages, averaged by {}: accepted are whole squares",
                self.channels.len(),
                self.pool
            )
        })?;
        Ok(Box::new(Resnet { entry: self.clone(), task: task.clone() }))
    }

    fn description(&self) -> String {
        format!(
            "residual, stages of {} blocks with {:?} channels in {} groups, averaged by {}, activation {}",
            self.blocks,
            self.channels,
            self.groups,
            self.pool,
            self.activation.name()
        )
    }
}

/// Kernels start normal with variance `2 / fan-out`, the gain of the second norm of each block at zero, as do the outputs.
impl Architecture for Resnet {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn inputs(&self) -> (usize, usize) {
        self.task.pixels()
    }

    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let Self { entry, task } = self;
        let pixels = Features { node: inputs, image: (task.rows, task.cols) };
        let mut x = convolution(network, pixels, 1, entry.channels[0]);
        x.node = entry.activation.build(network, x.node);
        for (stage, &channels) in entry.channels.iter().enumerate() {
            for block in 0..entry.blocks {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                x = self.block(network, x, stride, channels);
            }
        }
        let pooled = average_pool(network, x.node, x.image, entry.pool);
        let flat = network.flatten(pooled);
        affine(network, flat, task.outputs, [Start::Constant(0.0), Start::Constant(0.0)])
    }
}

impl Resnet {
    fn block(&self, network: &mut Builder, x: Features, stride: usize, channels: usize) -> Features {
        let first = convolution(network, x, stride, channels);
        let first = self.norm(network, first, 1.0);
        let node = self.entry.activation.build(network, first.node);
        let second = convolution(network, Features { node, ..first }, 1, channels);
        let branch = self.norm(network, second, 0.0);
        let shortcut = if stride > 1 || network.cols(x.node) != channels {
            let strided = convolution(network, x, stride, channels);
            self.norm(network, strided, 1.0)
        } else {
            x
        };
        let blocks = (self.entry.blocks * self.entry.channels.len()) as f64;
        let scaled = network.scale(1.0 / blocks.sqrt(), branch.node);
        Features { node: network.add(shortcut.node, scaled), image: branch.image }
    }

    fn norm(&self, network: &mut Builder, x: Features, gain: f64) -> Features {
        let node = group_norm(network, x.node, self.entry.groups, EPSILON, Start::Constant(gain));
        Features { node, ..x }
    }
}

fn convolution(network: &mut Builder, x: Features, stride: usize, channels: usize) -> Features {
    let convolution = Convolution { image: x.image, kernel: KERNEL, stride, padding: KERNEL / 2 };
    let deviation = (2.0 / (KERNEL * KERNEL * channels) as f64).sqrt();
    let node = convolution.build(network, x.node, channels, Start::Normal(deviation));
    Features { node, image: convolution.output() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gain of the second norm of each block and the outputs are zero, gains of other norms one, shifts zero.
    #[test]
    fn blocks_start_as_their_shortcuts() {
        let activation = Activation::Gelu;
        let entry = ResnetEntry { channels: vec![2, 4], blocks: 1, groups: 2, pool: 2, activation };
        let task = Task { rows: 4, cols: 4, channels: 1, positions: None, outputs: 3 };
        let (network, _) = entry.network(&task).expect("accepted").built();
        let w = network.start("", 1);
        let constant: Vec<Option<f64>> = network
            .parameters()
            .iter()
            .map(|parameter| {
                let entries = &w[parameter.offset..][..parameter.size()];
                entries.iter().all(|&x| x == entries[0]).then_some(entries[0])
            })
            .collect();
        let (kernel, one, zero) = (None, Some(1.0), Some(0.0));
        let block = [kernel, one, zero, kernel, zero, zero];
        let halving = [&block[..], &[kernel, one, zero]].concat();
        assert_eq!(constant, [&[kernel], &block[..], &halving, &[zero, zero]].concat());
    }
}
