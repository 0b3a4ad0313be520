//! Whitened inputs and linear targets, the data of deep linear networks.
//!
//! With d features the inputs are rows of `sqrt(d) Q`, Q a random orthogonal d x d matrix, so that with all d examples
//! `X' X / d = I`; the targets are `Y = X A'`, A being outputs x d with standard normal entries.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Dataset, Entry};
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot, norm};
use crate::source::{Kind, Parsed, Source, within};

/// Named `orthogonal`: examples at right angles, each as long as the root of the number of features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orthogonal {
    /// The number of features, and the most examples.
    pub features: usize,
    /// The number of targets; left out, that of features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outputs: Option<usize>,
}

const WIDEST: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    features: Spanned<usize>,
    outputs: Option<Spanned<usize>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "orthogonal", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let accepted = within(1, WIDEST);
    let outputs =
        raw.outputs.as_ref().map(|outputs| source.check("outputs", outputs, |&x| accepted(x)).copied());
    Ok(Arc::new(Orthogonal {
        features: *source.check("features", &raw.features, |&x| accepted(x))?,
        outputs: outputs.transpose()?,
    }))
}

impl Entry for Orthogonal {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn available(&self) -> usize {
        self.features
    }

    fn features(&self) -> usize {
        self.features
    }

    fn targets(&self) -> usize {
        self.outputs.unwrap_or(self.features)
    }

    fn has_classes(&self) -> bool {
        false
    }

    /// Inputs from the stream `orthogonal` of `seed`, A from its stream `orthogonal targets`.
    fn examples(&self, count: usize, seed: u64) -> Dataset {
        let (features, outputs) = (self.features, self.targets());
        let mut inputs = orthonormal(count, features, &mut Stream::new(seed, "orthogonal"));
        inputs.iter_mut().for_each(|x| *x *= (features as f64).sqrt());
        let map = Stream::new(seed, "orthogonal targets").normals(outputs * features);
        let targets = inputs.chunks(features).flat_map(|x| map.chunks(features).map(move |a| dot(x, a)));
        let targets = targets.collect();
        Dataset { inputs, features, targets, outputs }
    }

    fn description(&self) -> String {
        format!("{} with {} features and {} outputs", KIND.name, self.features, self.targets())
    }
}

/// `rows` orthonormal vectors of `cols >= rows` entries, uniformly distributed: normal ones by Gram-Schmidt, twice.
fn orthonormal(rows: usize, cols: usize, stream: &mut Stream) -> Vec<f64> {
    let mut matrix = stream.normals(rows * cols);
    for i in 0..rows {
        let (before, rest) = matrix.split_at_mut(i * cols);
        let row = &mut rest[..cols];
        // The second time takes away what rounding has left by the first.
        for _ in 0..2 {
            before.chunks(cols).for_each(|other| axpy(-dot(other, row), other, row));
        }
        let length = norm(row);
        row.iter_mut().for_each(|x| *x /= length);
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(features: usize) -> Orthogonal {
        Orthogonal { features, outputs: None }
    }

    /// Each product sums d terms, of d in all: some d roundings of it.
    #[test]
    fn examples_are_at_right_angles() {
        for (features, count) in [(1, 1), (7, 7), (30, 30), (30, 12)] {
            let data = square(features).examples(count, 4);
            let rows: Vec<&[f64]> = data.inputs.chunks(features).collect();
            let d = features as f64;
            for (i, a) in rows.iter().enumerate() {
                for (j, b) in rows.iter().enumerate() {
                    let expected = if i == j { d } else { 0.0 };
                    assert!(
                        (dot(a, b) - expected).abs() <= 4.0 * d * d * f64::EPSILON,
                        "{features}: {i} {j}"
                    );
                }
            }
        }
    }

    /// `Y' X / d = A` where all examples are there; A has standard normal entries, four standard errors.
    #[test]
    fn targets_are_linear_in_the_inputs() {
        let d = 40;
        let data = Orthogonal { features: d, outputs: Some(30) }.examples(d, 2);
        let expected = Stream::new(2, "orthogonal targets").normals(30 * d);
        for (i, a) in expected.iter().enumerate() {
            let (output, feature) = (i / d, i % d);
            let sum: f64 = (0..d).map(|n| data.targets[n * 30 + output] * data.inputs[n * d + feature]).sum();
            assert!((sum / d as f64 - a).abs() < 1e-12, "{output} {feature}");
        }
        let variance = expected.iter().map(|a| a * a).sum::<f64>() / expected.len() as f64;
        assert!((variance - 1.0).abs() < 4.0 * (2.0 / expected.len() as f64).sqrt());
    }

    #[test]
    fn fewer_examples_are_the_first_and_seeds_differ() {
        let data = |count, seed| square(9).examples(count, seed);
        assert_eq!(data(4, 1), data(9, 1).select(&[0, 1, 2, 3]));
        assert_ne!(data(4, 1).inputs, data(4, 2).inputs);
        assert_ne!(data(4, 1).targets, data(4, 2).targets);
    }
}
