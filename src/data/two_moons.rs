//! Two interleaved half circles with noise: two features, two classes.
//!
//! With t uniform in [0, pi] one is `(cos t, sin t)` and the other `(1 - cos t, 1/2 - sin t)`, as `make_moons` of scikit-learn
//! has them, plus normal noise on each coordinate.

use std::f64::consts::PI;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Dataset, Entry};
use crate::numeric::random::Stream;
use crate::source::{Kind, Parsed, Source, require};

/// Named `two_moons`: points on two half circles, each with its half circle as its class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TwoMoons {
    /// The standard deviation of the noise; left out, 0.1.
    #[serde(skip_serializing_if = "is_usual_noise")]
    pub noise: f64,
}

const NOISE: f64 = 0.1;
const MOST_NOISE: f64 = 10.0;
const MOST_EXAMPLES: usize = 100_000;
const CLASSES: usize = 2;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    noise: Option<Spanned<f64>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "two_moons", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let accepted = |noise: f64| {
        require((0.0..=MOST_NOISE).contains(&noise), || format!("accepted are 0 to {MOST_NOISE}"))
    };
    Ok(Arc::new(TwoMoons { noise: source.or("noise", &raw.noise, NOISE, accepted)? }))
}

fn is_usual_noise(noise: &f64) -> bool {
    *noise == NOISE
}

impl Default for TwoMoons {
    fn default() -> Self {
        Self { noise: NOISE }
    }
}

impl Entry for TwoMoons {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn available(&self) -> usize {
        MOST_EXAMPLES
    }

    fn features(&self) -> usize {
        2
    }

    fn targets(&self) -> usize {
        CLASSES
    }

    /// From the stream `two_moons` of `seed`; classes take turns.
    fn examples(&self, count: usize, seed: u64) -> Dataset {
        let mut stream = Stream::new(seed, "two_moons");
        let labels: Vec<usize> = (0..count).map(|i| i % CLASSES).collect();
        let points = labels.iter().flat_map(|&label| {
            let exact = on_moon(label, PI * stream.uniform());
            exact.map(|x| x + self.noise * stream.normal())
        });
        let inputs = points.collect();
        Dataset::labelled(inputs, 2, &labels, CLASSES)
    }

    fn description(&self) -> String {
        format!("{} with noise {}", KIND.name, self.noise)
    }
}

/// The point of that class at angle t.
fn on_moon(label: usize, t: f64) -> [f64; 2] {
    let (x, y) = (libm::cos(t), libm::sin(t));
    if label == 0 { [x, y] } else { [1.0 - x, 0.5 - y] }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The centres of the two circles.
    const CENTRES: [[f64; 2]; 2] = [[0.0, 0.0], [1.0, 0.5]];

    /// From the centre of its moon: outwards, and up for the first, down for the second.
    fn from_centre(data: &Dataset, i: usize) -> [f64; 2] {
        let label = i % 2;
        assert_eq!(data.targets[2 * i + label], 1.0);
        let centred = [0, 1].map(|axis| data.inputs[2 * i + axis] - CENTRES[label][axis]);
        if label == 0 { centred } else { centred.map(|x| -x) }
    }

    #[test]
    fn without_noise_points_are_on_half_circles() {
        let data = TwoMoons { noise: 0.0 }.examples(500, 3);
        for i in 0..data.len() {
            let [x, y] = from_centre(&data, i);
            assert!((x * x + y * y - 1.0).abs() < 1e-14 && y >= 0.0, "{i}: {x} {y}");
        }
    }

    /// Noise is the difference to the same seed without it only where angles are the same: here it is the spread across the
    /// circle, along which it is its normal component to first order. Four standard errors of a variance, and noise^2 more.
    #[test]
    fn noise_has_its_size() {
        let (n, noise) = (20_000, 0.1);
        let data = TwoMoons { noise }.examples(n, 5);
        let across = (0..n).map(|i| from_centre(&data, i)).map(|[x, y]| (x * x + y * y).sqrt() - 1.0);
        let variance = across.map(|r| r * r).sum::<f64>() / n as f64;
        let allowed = noise * noise * (4.0 * (2.0 / n as f64).sqrt() + noise * noise);
        assert!((variance - noise * noise).abs() < allowed, "{variance}");
    }

    #[test]
    fn seeds_make_different_moons() {
        let data = |seed| TwoMoons::default().examples(40, seed);
        assert_eq!(data(0), data(0));
        assert_ne!(data(0).inputs, data(1).inputs);
        assert_eq!(data(0).targets.chunks(2).filter(|row| row[0] == 1.0).count(), 20);
    }
}
