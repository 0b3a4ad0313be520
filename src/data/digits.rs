//! The UCI optical recognition of handwritten digits (test set): 1,797 real images of 8 x 8 pixels.
//!
//! Source, licence and attribution: `src/data/digits.md`.

use std::io::Read;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::{Dataset, Entry};
use crate::numeric::random::Stream;
use crate::source::Kind;

/// Named `digits`; it has no parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digits {}

pub(super) const KIND: Kind<dyn Entry> =
    Kind { name: "digits", lists: &[], read: |source, table| Ok(Arc::new(source.read::<Digits>(table)?)) };

impl Entry for Digits {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn available(&self) -> usize {
        EXAMPLES
    }

    fn features(&self) -> usize {
        FEATURES
    }

    fn targets(&self) -> usize {
        CLASSES
    }

    /// Chosen by the stream `examples` of `seed`.
    fn examples(&self, count: usize, seed: u64) -> Dataset {
        digits().select(&Stream::new(seed, "examples").choose(EXAMPLES, count))
    }
}

/// The number of examples.
pub const EXAMPLES: usize = 1797;

/// The pixels of an image.
pub const FEATURES: usize = 64;
/// The digits.
pub const CLASSES: usize = 10;
const COMPRESSED: &[u8] = include_bytes!("digits.csv.gz");

/// All digits in their original order, pixels scaled from 0..16 to [-1, 1].
pub fn digits() -> &'static Dataset {
    static DIGITS: OnceLock<Dataset> = OnceLock::new();
    DIGITS.get_or_init(|| {
        let mut text = String::new();
        flate2::read::GzDecoder::new(COMPRESSED)
            .read_to_string(&mut text)
            .expect("the shipped file is whole");
        parse(&text)
    })
}

fn parse(text: &str) -> Dataset {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let numbers: Vec<f64> =
            line.split(',').map(|x| x.parse().expect("the shipped file has numbers")).collect();
        assert_eq!(numbers.len(), FEATURES + 1);
        inputs.extend(numbers[..FEATURES].iter().map(|pixel| pixel / 8.0 - 1.0));
        labels.push(numbers[FEATURES] as usize);
    }
    Dataset::labelled(inputs, FEATURES, &labels, CLASSES)
}

#[cfg(test)]
mod tests;
