//! Vision transformers: attention between the patches of an image (Dosovitskiy et al. 2021; Beyer, Zhai and Kolesnikov 2022).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::layers::activation::Activation;
use super::layers::attention::{Sight, attention};
use super::layers::convolution::Convolution;
use super::layers::linear::{affine, linear, usual_affine};
use super::layers::norm::{EPSILON, layer_norm};
use super::layers::pooling::mean_of_rows;
use super::layers::positions::add_positions_in_a_grid;
use super::limits::{self, WIDEST};
use super::{Architecture, Builder, Entry, Start, Task};
use crate::autodiff::NodeId;
use crate::source::{Kind, Parsed, Source, require, within};

/// Named `vit`: patches of an image become tokens, which go through blocks of attention and of a hidden layer, each behind a
/// norm and added to what there was; the outputs are of the mean over tokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VitEntry {
    /// The side of a patch in pixels.
    pub patch: usize,
    /// The numbers of a token, a multiple of 4.
    pub width: usize,
    /// The blocks.
    pub depth: usize,
    /// The heads of attention.
    pub heads: usize,
    /// The numbers of a head; left out, as many as make the heads as wide as a token together.
    pub head_width: usize,
    /// The width of the hidden layer of a block.
    pub hidden: usize,
    /// The pointwise function of the hidden layer.
    pub activation: Activation,
    /// Whether patches go through a norm before they become tokens.
    pub patch_norm: bool,
}

/// The network for images of some size.
#[derive(Debug)]
struct Vit {
    entry: VitEntry,
    task: Task,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    patch: Spanned<usize>,
    width: Spanned<usize>,
    depth: Option<Spanned<usize>>,
    heads: Spanned<usize>,
    head_width: Option<Spanned<usize>>,
    hidden: Spanned<usize>,
    activation: Activation,
    patch_norm: Option<bool>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "vit", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let size = |key, value| limits::size(source, key, value);
    let width = *source.check("width", &raw.width, |&width| accepted_width(width))?;
    let heads = *source.check("heads", &raw.heads, |&heads| {
        within(1, WIDEST)(heads)?;
        require(raw.head_width.is_some() || width.is_multiple_of(heads), || {
            format!("accepted are divisors of width = {width}, or any number beside head_width")
        })
    })?;
    Ok(Arc::new(VitEntry {
        patch: size("patch", &raw.patch)?,
        width,
        depth: limits::depth(source, &raw.depth)?,
        heads,
        head_width: source.or("head_width", &raw.head_width, width / heads, within(1, WIDEST))?,
        hidden: size("hidden", &raw.hidden)?,
        activation: raw.activation,
        patch_norm: raw.patch_norm.unwrap_or(false),
    }))
}

fn accepted_width(width: usize) -> Result<(), String> {
    require(width > 0 && width.is_multiple_of(4) && width <= WIDEST, || {
        format!("accepted are multiples of 4 up to {WIDEST}")
    })
}

impl Entry for VitEntry {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn network(&self, task: &Task) -> Result<Box<dyn Architecture>, String> {
        task.of_one_row()?;
        accepted_width(self.width)?;
        let (rows, cols) = (task.rows, task.cols);
        let whole = self.patch > 0 && rows.is_multiple_of(self.patch) && cols.is_multiple_of(self.patch);
        require(whole, || {
            format!(
                "images of {rows} x {cols} pixels in patches of {p} x {p}: accepted are whole patches",
                p = self.patch
            )
        })?;
        Ok(Box::new(Vit { entry: self.clone(), task: task.clone() }))
    }

    fn description(&self) -> String {
        let Self { patch, width, depth, heads, head_width, hidden, activation, patch_norm } = self;
        format!(
            "vision transformer, {}patches {patch} x {patch}, width {width}, depth {depth}, {heads} heads of {head_width}, \
             hidden width {hidden}, activation {}",
            if *patch_norm { "normalised " } else { "" },
            activation.name()
        )
    }
}

/// Weights and biases start uniform in `+- 1 / sqrt(fan-in)`, the outputs at zero.
impl Architecture for Vit {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn inputs(&self) -> (usize, usize) {
        self.task.pixels()
    }

    fn build(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let mut x = self.tokens(network, inputs);
        for _ in 0..self.entry.depth {
            let seen = self.attention(network, x);
            x = network.add(x, seen);
            let new = self.hidden_layer(network, x);
            x = network.add(x, new);
        }
        let normal = layer_norm(network, x, EPSILON);
        let mean = mean_of_rows(network, normal);
        affine(network, mean, self.task.outputs, [Start::Constant(0.0), Start::Constant(0.0)])
    }
}

impl Vit {
    fn tokens(&self, network: &mut Builder, inputs: NodeId) -> NodeId {
        let Self { entry: VitEntry { patch, width, patch_norm, .. }, task } = self;
        let grid = Convolution { image: (task.rows, task.cols), kernel: *patch, stride: *patch, padding: 0 };
        let mut patches = grid.patches(network, inputs);
        if *patch_norm {
            patches = layer_norm(network, patches, EPSILON);
        }
        let tokens = usual_affine(network, patches, *width);
        let tokens = layer_norm(network, tokens, EPSILON);
        add_positions_in_a_grid(network, tokens, task.cols / patch)
    }

    fn attention(&self, network: &mut Builder, x: NodeId) -> NodeId {
        let VitEntry { width, heads, head_width, .. } = self.entry;
        let normal = layer_norm(network, x, EPSILON);
        let projections =
            [(); 3].map(|()| linear(network, normal, heads * head_width, Start::by_fan_in(width)));
        let seen = attention(network, projections, heads, Sight::Full);
        linear(network, seen, width, Start::by_fan_in(heads * head_width))
    }

    fn hidden_layer(&self, network: &mut Builder, x: NodeId) -> NodeId {
        let VitEntry { width, hidden, activation, .. } = self.entry;
        let normal = layer_norm(network, x, EPSILON);
        let wide = usual_affine(network, normal, hidden);
        let wide = activation.build(network, wide);
        usual_affine(network, wide, width)
    }
}
