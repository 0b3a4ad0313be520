//! What a suite file says of a data set: an open set of kinds, each in a file of its own.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serializer;
use toml::Spanned;
use toml::de::DeValue;

use super::{Dataset, Shape};
use super::{chebyshev, copying, digits, gaussian, orthogonal, sorting, teacher_student, two_moons};
use super::{cifar10, csv, idx, npy, npz};
use crate::source::{self, Kind, Parameters, Parsed, Source};

/// A data set as a suite file has it. It serialises as there.
pub trait Entry: Parameters + fmt::Debug + Send + Sync {
    /// The name of its kind.
    fn kind(&self) -> &'static str;

    /// The number of examples that it can give.
    fn available(&self) -> usize;

    /// The number of features of an example.
    fn features(&self) -> usize;

    /// The number of targets: of an example, or of each of its positions that has some.
    fn targets(&self) -> usize;

    /// How the features of an example are laid out.
    fn shape(&self) -> Shape {
        Shape { rows: 1, cols: self.features(), channels: 1 }
    }

    /// The rows of an example that have targets of their own; none if the example has some as a whole.
    fn positions(&self) -> Option<Range<usize>> {
        None
    }

    /// True if targets are one-hot rows, which every loss is for; false if they are any real numbers, as in a regression.
    fn has_classes(&self) -> bool {
        true
    }

    /// So many examples, chosen or made by `seed`; no more than are available.
    fn examples(&self, count: usize, seed: u64) -> Dataset;

    /// The data set in words.
    fn description(&self) -> String {
        self.kind().to_string()
    }
}

/// All kinds of data sets.
pub fn kinds() -> Vec<&'static Kind<dyn Entry>> {
    [own(), of_files()].concat()
}

/// Those that are shipped or made from a seed; a new one gets its line here.
pub fn own() -> Vec<&'static Kind<dyn Entry>> {
    vec![
        &chebyshev::KIND,
        &copying::KIND,
        &digits::KIND,
        &gaussian::KIND,
        &orthogonal::KIND,
        &sorting::KIND,
        &teacher_student::KIND,
        &two_moons::KIND,
    ]
}

/// Formats of files of the user's own; a new one gets its line here.
pub fn of_files() -> Vec<&'static Kind<dyn Entry>> {
    vec![&cifar10::KIND, &csv::KIND, &idx::KIND, &npy::KIND, &npz::KIND]
}

/// The data set that a suite file has for the key `data`.
pub fn read(source: &Source, data: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    source::choose(source, "data", data, &kinds())
}

/// Whether the value at those keys of `data` is an array.
pub fn is_list(path: &[&str]) -> bool {
    let [kind, key, ..] = path else { return false };
    kinds().iter().any(|other| other.name == *kind && other.lists.contains(key))
}

/// Serialises the data set as a suite file has it.
pub fn serialize<S: Serializer>(data: &Arc<dyn Entry>, serializer: S) -> Result<S::Ok, S::Error> {
    source::serialize(data.kind(), &**data, serializer)
}
