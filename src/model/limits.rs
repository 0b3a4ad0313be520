//! Which sizes of architectures are accepted: the same in all.

use toml::Spanned;

use crate::source::{Parsed, Source, require, within};

/// The most numbers of a layer.
pub(super) const WIDEST: usize = 10_000;
/// The most layers, or blocks, one after the other.
pub(super) const DEEPEST: usize = 100;

/// The numbers of a layer.
pub(super) fn size(source: &Source, key: &str, value: &Spanned<usize>) -> Parsed<usize> {
    source.check(key, value, |&x| within(1, WIDEST)(x)).copied()
}

/// The layers one after the other; left out, one.
pub(super) fn depth(source: &Source, value: &Option<Spanned<usize>>) -> Parsed<usize> {
    source.or("depth", value, 1, within(1, DEEPEST))
}

/// What weights at the start are multiplied by; left out, 1.
pub(super) fn gain(source: &Source, value: &Option<Spanned<f64>>) -> Parsed<f64> {
    source.or("gain", value, 1.0, |gain| {
        require(gain.is_finite() && gain > 0.0, || "accepted are finite numbers above 0".into())
    })
}
