//! Seeded normal inputs with random classes, usually at the size of small colour images, or with normal targets.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Dataset, Entry};
use crate::numeric::random::Stream;
use crate::source::{Kind, Parsed, Source, within};

/// Named `gaussian`: normal inputs with random classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gaussian {
    /// The number of features; left out, that of a 32 x 32 colour image.
    #[serde(skip_serializing_if = "is_usual_features")]
    pub features: usize,
    /// The number of classes; left out, 4.
    #[serde(skip_serializing_if = "is_usual_classes")]
    pub classes: usize,
}

const FEATURES: usize = 3072;
const CLASSES: usize = 4;
const MOST_EXAMPLES: usize = 100_000;
const MOST_FEATURES: usize = 100_000;
const MOST_CLASSES: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    features: Option<Spanned<usize>>,
    classes: Option<Spanned<usize>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "gaussian", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    Ok(Arc::new(Gaussian {
        features: source.or("features", &raw.features, FEATURES, within(1, MOST_FEATURES))?,
        classes: source.or("classes", &raw.classes, CLASSES, within(2, MOST_CLASSES))?,
    }))
}

fn is_usual_features(features: &usize) -> bool {
    *features == FEATURES
}

fn is_usual_classes(classes: &usize) -> bool {
    *classes == CLASSES
}

impl Default for Gaussian {
    fn default() -> Self {
        Self { features: FEATURES, classes: CLASSES }
    }
}

impl Entry for Gaussian {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn available(&self) -> usize {
        MOST_EXAMPLES
    }

    fn features(&self) -> usize {
        self.features
    }

    fn targets(&self) -> usize {
        self.classes
    }

    fn examples(&self, count: usize, seed: u64) -> Dataset {
        gaussian(count, self.features, self.classes, seed)
    }

    fn description(&self) -> String {
        if *self == Self::default() {
            return KIND.name.to_string();
        }
        format!("{} with {} features and {} classes", KIND.name, self.features, self.classes)
    }
}

/// `examples` standard normal vectors with uniformly random labels, from the stream `gaussian` of `seed`.
pub fn gaussian(examples: usize, features: usize, classes: usize, seed: u64) -> Dataset {
    let mut stream = Stream::new(seed, "gaussian");
    let inputs = stream.normals(examples * features);
    let labels: Vec<usize> = (0..examples).map(|_| (stream.uniform() * classes as f64) as usize).collect();
    Dataset::labelled(inputs, features, &labels, classes)
}

/// `examples` standard normal vectors, each with one standard normal target, from the stream `regression` of `seed`.
pub fn regression(examples: usize, features: usize, seed: u64) -> Dataset {
    let mut stream = Stream::new(seed, "regression");
    let inputs = stream.normals(examples * features);
    Dataset { inputs, features, targets: stream.normals(examples), outputs: 1 }
}
