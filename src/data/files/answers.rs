//! What a network is to make of the examples of a file: labels of classes, or numbers.

use std::collections::BTreeSet;

use toml::Spanned;

use super::Values;
use crate::source::{Parsed, Source, require};

/// As a file has them, one or more numbers an example.
#[derive(Clone, PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub(in crate::data) enum Answers {
    /// A label an example.
    Labels(Vec<i64>),
    /// Targets of a regression, row-major.
    Numbers {
        /// Row by row.
        values: Vec<f64>,
        /// The number of targets of an example.
        width: usize,
    },
}

/// Where a suite file says that they are.
pub(in crate::data) enum RawAnswers<'r, T> {
    Labels(&'r Spanned<T>),
    Targets(&'r Spanned<T>),
}

/// The one that a table at `span` has of `labels` and `targets`.
pub(in crate::data) fn one_of<'r, T>(
    source: &Source,
    span: std::ops::Range<usize>,
    labels: &'r Option<Spanned<T>>,
    targets: &'r Option<Spanned<T>>,
) -> Parsed<RawAnswers<'r, T>> {
    match (labels, targets) {
        (Some(labels), None) => Ok(RawAnswers::Labels(labels)),
        (None, Some(targets)) => Ok(RawAnswers::Targets(targets)),
        (None, None) => Err(source.refuse(span, "neither labels nor targets: accepted is one of the two")),
        (Some(_), Some(targets)) => {
            Err(source.refuse(targets.span(), "labels and targets: accepted is one of the two"))
        }
    }
}

impl Answers {
    /// Labels, of one dimension, or targets, of one or two, from an array of that shape.
    pub fn new(labels: bool, values: &Values, shape: &[usize]) -> Result<Self, String> {
        match shape {
            [_] if labels => Ok(Self::Labels(values.labels()?)),
            [_] => Ok(Self::Numbers { values: values.iter().collect(), width: 1 }),
            [_, width] if !labels => Ok(Self::Numbers { values: values.iter().collect(), width: *width }),
            _ if labels => Err(format!("the labels are {}: accepted is one dimension", shown(shape))),
            _ => Err(format!("the targets are {}: accepted are one or two dimensions", shown(shape))),
        }
    }

    /// The number of examples.
    pub fn len(&self) -> usize {
        match self {
            Self::Labels(labels) => labels.len(),
            Self::Numbers { values, width } => values.len() / (*width).max(1),
        }
    }
}

fn shown(shape: &[usize]) -> String {
    if shape.is_empty() { "a single number".into() } else { super::spelled(shape) }
}

/// The examples whose labels are among the classes, and for each the place of its label in `classes`.
#[derive(Debug, PartialEq)]
pub(super) struct Chosen {
    pub kept: Vec<usize>,
    pub classes: Vec<usize>,
    pub count: usize,
}

/// The labels that there are, in order.
pub(super) fn distinct(labels: &[i64]) -> Vec<i64> {
    labels.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Which classes may be kept of those that are there.
pub(super) fn check_classes(classes: &[i64], there: &[i64]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for class in classes {
        require(there.contains(class), || {
            format!("no example has the label {class}: accepted are two or more of {}", few(there))
        })?;
        require(seen.insert(class), || format!("{class} twice: accepted are different labels"))?;
    }
    require(classes.len() >= 2, || format!("accepted are two or more of {}", few(there)))
}

/// The examples of those classes, in the order of the file.
pub(super) fn choose(labels: &[i64], classes: &[i64]) -> Chosen {
    let place = |label: &i64| classes.iter().position(|class| class == label);
    let (kept, places) = labels.iter().enumerate().filter_map(|(i, label)| Some((i, place(label)?))).unzip();
    Chosen { kept, classes: places, count: classes.len() }
}

/// Labels, the first of many.
fn few(labels: &[i64]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = labels.iter().take(SHOWN).map(i64::to_string).collect();
    let more = labels.len().checked_sub(SHOWN).filter(|&more| more > 0);
    shown.join(", ") + &more.map_or(String::new(), |more| format!(" and {more} more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_classes_are_kept_in_their_order() {
        let labels = [7, 3, 5, 7, 3];
        assert_eq!(distinct(&labels), [3, 5, 7]);
        let chosen = choose(&labels, &[7, 3]);
        assert_eq!(chosen, Chosen { kept: vec![0, 1, 3, 4], classes: vec![0, 1, 0, 1], count: 2 });
    }

    #[test]
    fn classes_that_are_not_there_are_refused() {
        let there: Vec<i64> = (0..20).collect();
        let refused = |classes: &[i64]| check_classes(classes, &there).expect_err("refused");
        assert_eq!(check_classes(&[4, 2], &there), Ok(()));
        let accepted = "accepted are two or more of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more";
        assert_eq!(refused(&[1, 20]), format!("no example has the label 20: {accepted}"));
        assert_eq!(refused(&[1, 2, 1]), "1 twice: accepted are different labels");
        assert_eq!(refused(&[1]), accepted);
        assert_eq!(refused(&[]), accepted);
    }

    #[test]
    fn dimensions_of_answers_are_checked() {
        let values = Values::Numbers(vec![0.0, 1.0, 2.0, 3.0]);
        let numbers = |shape: &[usize]| Answers::new(false, &values, shape);
        assert_eq!(numbers(&[2, 2]).map(|answers| answers.len()), Ok(2));
        assert_eq!(numbers(&[4]).map(|answers| answers.len()), Ok(4));
        let message = numbers(&[2, 2, 1]).expect_err("three dimensions");
        assert_eq!(message, "the targets are 2 x 2 x 1: accepted are one or two dimensions");
        let message = Answers::new(true, &values, &[2, 2]).expect_err("two dimensions");
        assert_eq!(message, "the labels are 2 x 2: accepted is one dimension");
    }
}
