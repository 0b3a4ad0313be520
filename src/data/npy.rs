//! Arrays in NumPy's format, each in a file of its own, as `numpy.save` writes them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::Entry;
use super::files::numpy::Array;
use super::files::{self, Given, Normalisation, RawAnswers, RawFile, RawUsage};
use crate::source::{Kind, Parsed, Source};

/// Named `npy`: a file of inputs, the first index of which counts examples, and one of labels or of targets.
#[derive(Debug, Serialize)]
struct Npy {
    inputs: Given,
    #[serde(flatten)]
    answers: GivenAnswers,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum GivenAnswers {
    Labels(Given),
    Targets(Given),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    inputs: Spanned<RawFile>,
    labels: Option<Spanned<RawFile>>,
    targets: Option<Spanned<RawFile>>,
    classes: Option<Spanned<Vec<i64>>>,
    normalisation: Option<Normalisation>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "npy", lists: &["classes"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let span = table.span();
    let Raw { inputs, labels, targets, classes, normalisation } = source.read(table)?;
    let (inputs_given, inputs_bytes) = files::open(source, "inputs", &inputs)?;
    let (key, answers, are_labels) = match files::one_of(source, span.clone(), &labels, &targets)? {
        RawAnswers::Labels(file) => ("labels", file, true),
        RawAnswers::Targets(file) => ("targets", file, false),
    };
    let (given, answers_bytes) = files::open(source, key, answers)?;
    let given = if are_labels { GivenAnswers::Labels(given) } else { GivenAnswers::Targets(given) };
    let parameters = Npy { inputs: inputs_given, answers: given };
    files::entry(source, span, KIND.name, parameters, RawUsage { classes, normalisation }, || {
        let array = source.make("inputs", &inputs, |_| Array::read(&inputs_bytes))?;
        source.make(key, answers, |_| array.with(Array::read(&answers_bytes)?.answers(are_labels)?))
    })
}
