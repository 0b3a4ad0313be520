//! The UCI optical recognition of handwritten digits (test set): 1,797 real images of 8 x 8 pixels.
//!
//! Source, licence and attribution: `src/data/digits.md`.

mod averaged;

use std::io::Read;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Dataset, Entry, Shape};
use crate::numeric::random::Stream;
use crate::source::{Kind, Parsed, Source, require};
use averaged::averaged;

/// Named `digits`: images of 8 x 8 pixels, or of fewer, each the average of a square.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digits {
    /// The pixels along a side; left out, 8.
    #[serde(skip_serializing_if = "is_usual_side")]
    pub side: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    side: Option<Spanned<usize>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "digits", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let accepted = |side: usize| {
        require(side > 0 && SIDE.is_multiple_of(side), || "accepted are 1, 2, 4 and 8".to_string())
    };
    Ok(Arc::new(Digits { side: source.or("side", &raw.side, SIDE, accepted)? }))
}

fn is_usual_side(side: &usize) -> bool {
    *side == SIDE
}

impl Default for Digits {
    fn default() -> Self {
        Self { side: SIDE }
    }
}

impl Entry for Digits {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn available(&self) -> usize {
        EXAMPLES
    }

    fn features(&self) -> usize {
        self.side * self.side
    }

    fn targets(&self) -> usize {
        CLASSES
    }

    fn shape(&self) -> Shape {
        Shape { rows: self.side, cols: self.side, channels: 1 }
    }

    /// Chosen by the stream `examples` of `seed`.
    fn examples(&self, count: usize, seed: u64) -> Dataset {
        let chosen = digits().select(&Stream::new(seed, "examples").choose(EXAMPLES, count));
        if self.side == SIDE { chosen } else { averaged(&chosen, SIDE, self.side) }
    }

    fn description(&self) -> String {
        if self.side == SIDE {
            return KIND.name.to_string();
        }
        format!("{} averaged to {side} x {side} pixels", KIND.name, side = self.side)
    }
}

/// The number of examples.
pub const EXAMPLES: usize = 1797;

/// The pixels along a side of an image.
const SIDE: usize = 8;
/// The pixels of an image.
pub const FEATURES: usize = SIDE * SIDE;
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
