//! Convolutional networks: layers of convolutions and means of squares, then fully connected ones.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::layers::activation::Activation;
use super::layers::convolution::Convolution;
use super::layers::linear::{affine, linear};
use super::layers::pooling::average_pool;
use super::limits::{self, WIDEST};
use super::{Architecture, Builder, Entry, Start, Task};
use crate::autodiff::NodeId;
use crate::source::{Kind, Parsed, Source, require, within};

/// Named `cnn`: the channels of convolutions, the widths of fully connected layers, what comes after each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CnnEntry {
    /// The channels that come out of each convolution.
    pub channels: Vec<usize>,
    /// The side of kernels, which is odd: an image is as large after a convolution as before it.
    pub kernel: usize,
    /// The side of the squares that are averaged after each convolution; 1 leaves images as they are.
    pub pool: usize,
    /// The widths of the fully connected hidden layers.
    pub hidden: Vec<usize>,
    /// The pointwise function after each convolution and hidden layer.
    pub activation: Activation,
    /// What all weights at the start are multiplied by.
    pub gain: f64,
}

/// The network for images of some size.
#[derive(Debug)]
struct Cnn {
    entry: CnnEntry,
    task: Task,
}

const LARGEST_KERNEL: usize = 31;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    channels: Spanned<Vec<usize>>,
    kernel: Option<Spanned<usize>>,
    pool: Option<Spanned<usize>>,
    hidden: Spanned<Vec<usize>>,
    activation: Activation,
    gain: Option<Spanned<f64>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "cnn", lists: &["channels", "hidden"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(CnnEntry {
        channels: source.check("channels", &raw.channels, |all| accepted_channels(all))?.clone(),
        kernel: source.or("kernel", &raw.kernel, 3, accepted_kernel)?,
        pool: source.or("pool", &raw.pool, 2, within(1, WIDEST))?,
        hidden: source.check("hidden", &raw.hidden, |widths| accepted_widths(widths))?.clone(),
        activation: raw.activation,
        gain: limits::gain(source, &raw.gain)?,
    }))
}

fn accepted_kernel(kernel: usize) -> Result<(), String> {
    require(kernel % 2 == 1 && kernel <= LARGEST_KERNEL, || {
        format!("accepted are odd numbers up to {LARGEST_KERNEL}")
    })
}

fn accepted_widths(widths: &[usize]) -> Result<(), String> {
    require(widths.iter().all(|width| (1..=WIDEST).contains(width)), || {
        format!("accepted are layers 1 to {WIDEST} wide")
    })
}

fn accepted_channels(channels: &[usize]) -> Result<(), String> {
    let all = !channels.is_empty() && accepted_widths(channels).is_ok();
    require(all, || format!("accepted are one or more layers of 1 to {WIDEST} channels"))
}

impl Entry for CnnEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String> {
        task.of_one_row()?;
        accepted_channels(&self.channels)?;
        accepted_kernel(self.kernel)?;
        let squares = self.channels.iter().try_fold(1_usize, |side, _| side.checked_mul(self.pool));
        let whole = |side: usize| squares.is_some_and(|squares| squares > 0 && side.is_multiple_of(squares));
        require(whole(task.rows) && whole(task.cols), || {
            format!(
                "images of {} x {} pixels, averaged by {} after each of {} convolutions: accepted are whole squares",
                task.rows,
                task.cols,
                self.pool,
                self.channels.len()
            )
        })?;
        Ok(Box::new(Cnn { entry: self.clone(), task: task.clone() }))
    }

    fn description(&self) -> String {
        format!(
            "convolutional, channels {:?} of kernels {k} x {k} averaged by {}, hidden widths {:?}, activation {}, gain {}",
            self.channels,
            self.pool,
            self.hidden,
            self.activation.name(),
            self.gain,
            k = self.kernel,
        )
    }
}

/// Weights start uniform in `+- gain / sqrt(fan-in)`, the biases of the outputs in `+- 1 / sqrt(fan-in)`; there are no others.
impl Architecture for Cnn {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn inputs(&self) -> (usize, usize) {
        self.task.pixels()
    }

    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let (mut x, mut image) = (inputs, (self.task.rows, self.task.cols));
        for &channels in &self.entry.channels {
            let z = self.convolution(network, x, image, channels);
            x = self.entry.activation.build(network, z);
            if self.entry.pool > 1 {
                x = average_pool(network, x, image, self.entry.pool);
            }
            image = (image.0 / self.entry.pool, image.1 / self.entry.pool);
        }
        x = network.flatten(x);
        for &width in &self.entry.hidden {
            let start = self.start(network.cols(x));
            let z = linear(network, x, width, start);
            x = self.entry.activation.build(network, z);
        }
        let fan_in = network.cols(x);
        affine(network, x, self.task.outputs, [self.start(fan_in), Start::by_fan_in(fan_in)])
    }
}

impl Cnn {
    fn convolution(
        &self,
        network: &mut Builder,
        x: NodeId,
        image: (usize, usize),
        channels: usize,
    ) -> NodeId {
        let kernel = self.entry.kernel;
        let convolution = Convolution { image, kernel, stride: 1, padding: kernel / 2 };
        let start = self.start(kernel * kernel * network.cols(x));
        convolution.build(network, x, channels, start)
    }

    fn start(&self, fan_in: usize) -> Start {
        Start::Uniform(self.entry.gain / (fan_in as f64).sqrt())
    }
}
