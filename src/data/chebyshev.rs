//! Regression of a Chebyshev polynomial: equispaced points on [-1, 1] and the values of `T_k` there, the same for every seed.
//!
//! `T_0 = 1`, `T_1 = x`, `T_{k+1} = 2 x T_k - T_{k-1}`. Used at the edge of stability by Cohen et al., arXiv 2103.00065.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Dataset, Entry};
use crate::source::{Kind, Parsed, Source, within};

/// Named `chebyshev`: one feature x, one target `T_k(x)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chebyshev {
    /// The degree k of the polynomial.
    pub degree: usize,
}

const MOST_DEGREE: usize = 100;
const MOST_EXAMPLES: usize = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    degree: Spanned<usize>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "chebyshev", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let degree = *source.check("degree", &raw.degree, |&degree| within(1, MOST_DEGREE)(degree))?;
    Ok(Arc::new(Chebyshev { degree }))
}

impl Entry for Chebyshev {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn available(&self) -> usize {
        MOST_EXAMPLES
    }

    fn features(&self) -> usize {
        1
    }

    fn targets(&self) -> usize {
        1
    }

    fn has_classes(&self) -> bool {
        false
    }

    fn examples(&self, count: usize, _seed: u64) -> Dataset {
        let inputs = equispaced(count);
        let targets = inputs.iter().map(|&x| polynomial(self.degree, x)).collect();
        Dataset { inputs, features: 1, targets, outputs: 1 }
    }

    fn description(&self) -> String {
        format!("the {} polynomial of degree {}", KIND.name, self.degree)
    }
}

/// `-1 + 2 i / (n - 1)` for `i < n`; a single point is the middle.
fn equispaced(n: usize) -> Vec<f64> {
    let Some(last) = n.checked_sub(1).filter(|&last| last > 0) else { return vec![0.0; n] };
    // Halves that are each other's mirror image, to the last bit.
    (0..n).map(|i| (2 * i) as f64 - last as f64).map(|twice| twice / last as f64).collect()
}

/// `T_k(x)` by its recurrence.
fn polynomial(degree: usize, x: f64) -> f64 {
    (0..degree).fold((1.0, x), |(now, next), _| (next, 2.0 * x * next - now)).0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `T_2 = 2 x^2 - 1` and `T_3 = 4 x^3 - 3 x` at quarters, where all is exact.
    #[test]
    fn values_are_those_of_the_polynomials() {
        let at = |degree| Chebyshev { degree }.examples(5, 0);
        assert_eq!(at(1).inputs, [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(at(1).targets, at(1).inputs);
        assert_eq!(at(2).targets, [1.0, -0.5, -1.0, -0.5, 1.0]);
        assert_eq!(at(3).targets, [-1.0, 1.0, 0.0, -1.0, 1.0]);
    }

    /// `T_k(cos t) = cos k t`. An error of x of one rounding is one of `T_k` of k^2 roundings; the recurrence has k of its own,
    /// each enlarged by at most k.
    #[test]
    fn values_are_cosines_of_multiples() {
        for degree in 1..=MOST_DEGREE {
            for t in [0.1, 0.7, 1.3, 2.0, 3.0] {
                let (found, expected) = (polynomial(degree, libm::cos(t)), libm::cos(degree as f64 * t));
                let roundings = 4.0 * (degree * degree) as f64;
                assert!(
                    (found - expected).abs() <= roundings * f64::EPSILON,
                    "{degree} {t}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn points_are_equispaced_and_the_same_for_every_seed() {
        let data = Chebyshev { degree: 4 };
        for n in 1..30 {
            let points = data.examples(n, 0).inputs;
            let mirrored: Vec<f64> = points.iter().rev().map(|x| -x).collect();
            assert_eq!(points, mirrored);
            assert!(points.windows(3).all(|x| (x[0] - 2.0 * x[1] + x[2]).abs() <= 4.0 * f64::EPSILON));
        }
        assert_eq!(data.examples(20, 0), data.examples(20, 1));
        assert_eq!(data.examples(20, 0).inputs[..2], [-1.0, -17.0 / 19.0]);
    }
}
