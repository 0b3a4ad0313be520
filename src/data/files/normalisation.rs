//! What is made of the numbers of a file before a network sees them: x becomes `(x - shift) / scale`.
//!
//! Shift and scale are those of all examples of the classes kept, so they do not depend on which the seed chooses.

use serde::{Deserialize, Serialize};

use super::Values;
use crate::source::require;

/// How inputs are normalised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// Inputs are what is in the file.
    #[default]
    None,
    /// Mean 0 and variance 1 of each feature, such as each pixel; one that is the same in all examples becomes 0.
    PerFeature,
    /// Mean 0 and variance 1 of all features of all examples together.
    Overall,
    /// From -1, the least number there may be, to 1, the greatest: of bytes 0 and 255, else of what is there.
    Range,
}

/// `(x - shift) / scale`, one of each feature, or one for all.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Affine {
    shift: Vec<f64>,
    scale: Vec<f64>,
}

impl Affine {
    /// Normalises the rows `kept` of inputs with that many features.
    pub fn new(how: Normalisation, inputs: &Values, features: usize, kept: &[usize]) -> Result<Self, String> {
        let all = || kept.iter().flat_map(|&row| row * features..(row + 1) * features).map(|i| inputs.at(i));
        let one = |(shift, scale): (f64, f64)| Self { shift: vec![shift], scale: vec![scale] };
        let affine = match how {
            Normalisation::None => one((0.0, 1.0)),
            Normalisation::Overall => one(moments(all)),
            Normalisation::Range => one(match inputs {
                Values::Bytes(_) => (127.5, 127.5),
                Values::Numbers(_) => range(all()),
            }),
            Normalisation::PerFeature => {
                let column =
                    |feature| move || kept.iter().map(move |&row| inputs.at(row * features + feature));
                let (shift, scale) = (0..features).map(|feature| moments(column(feature))).unzip();
                Self { shift, scale }
            }
        };
        let finite = affine.shift.iter().chain(&affine.scale).all(|x| x.is_finite());
        require(finite, || {
            "the inputs are too large to be normalised: accepted are numbers whose squares can be summed"
                .into()
        })?;
        Ok(affine)
    }

    /// The feature of that number, normalised.
    pub fn apply(&self, feature: usize, x: f64) -> f64 {
        let which = if self.shift.len() == 1 { 0 } else { feature };
        (x - self.shift[which]) / self.scale[which]
    }
}

/// Mean and standard deviation; a deviation of 0 becomes 1.
fn moments<I: Iterator<Item = f64>>(numbers: impl Fn() -> I) -> (f64, f64) {
    let average = |numbers: &mut dyn Iterator<Item = f64>| {
        let (count, sum) = numbers.fold((0_usize, 0.0), |(count, sum), x| (count + 1, sum + x));
        sum / count as f64
    };
    let first = numbers().next().unwrap_or(0.0);
    // Of what is constant to the last bit the mean is that, whatever a sum would round.
    if numbers().all(|x| x == first) {
        return (first, 1.0);
    }
    let mean = average(&mut numbers());
    let deviation = average(&mut numbers().map(|x| (x - mean) * (x - mean))).sqrt();
    (mean, deviation)
}

/// The middle between the least and the greatest, and half their distance; a distance of 0 becomes 1.
fn range(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (least, most) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let half = 0.5 * most - 0.5 * least;
    (0.5 * least + 0.5 * most, if half == 0.0 { 1.0 } else { half })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two features of three examples, of which the last is not kept; the second feature is constant.
    fn normalised(how: Normalisation) -> Vec<f64> {
        let inputs = Values::Numbers(vec![1.0, 5.0, 3.0, 5.0, 99.0, 99.0]);
        let affine = Affine::new(how, &inputs, 2, &[0, 1]).expect("small numbers");
        (0..4).map(|i| affine.apply(i % 2, inputs.at(i))).collect()
    }

    #[test]
    fn inputs_are_shifted_and_scaled() {
        assert_eq!(normalised(Normalisation::None), [1.0, 5.0, 3.0, 5.0]);
        assert_eq!(normalised(Normalisation::PerFeature), [-1.0, 0.0, 1.0, 0.0]);
        assert_eq!(normalised(Normalisation::Range), [-1.0, 1.0, 0.0, 1.0]);
        // Mean 7/2, variance 11/4.
        let scale = 2.75_f64.sqrt();
        assert_eq!(normalised(Normalisation::Overall), [-2.5, 1.5, -0.5, 1.5].map(|x| x / scale));
    }

    #[test]
    fn the_range_of_bytes_is_that_of_all_bytes() {
        let inputs = Values::Bytes(vec![0, 51, 255]);
        let affine = Affine::new(Normalisation::Range, &inputs, 3, &[0]).expect("bytes");
        assert_eq!([0, 1, 2].map(|i| affine.apply(i, inputs.at(i))), [-1.0, -0.6, 1.0]);
    }

    #[test]
    fn what_overflows_is_refused() {
        let inputs = Values::Numbers(vec![1e300, -1e300]);
        for how in [Normalisation::PerFeature, Normalisation::Overall] {
            assert!(Affine::new(how, &inputs, 1, &[0, 1]).is_err());
        }
        let affine =
            Affine::new(Normalisation::Range, &Values::Numbers(vec![f64::MAX, f64::MIN]), 1, &[0, 1]);
        assert_eq!(affine.map(|affine| affine.apply(0, f64::MAX)), Ok(1.0));
    }
}
