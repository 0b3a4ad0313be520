//! The examples of a file that are used: those of the classes kept, normalised.

use std::fmt;

use super::answers::{self, Answers, Chosen};
use super::normalisation::Affine;
use super::{Normalisation, Values, product, spelled};
use crate::data::{Dataset, Shape};
use crate::numeric::random::Stream;
use crate::source::require;

const MOST_FEATURES: usize = 1_000_000;
const MOST_TARGETS: usize = 10_000;

/// All that a file has, checked against each other.
pub(in crate::data) struct Decoded {
    inputs: Values,
    shape: Shape,
    answers: Answers,
}

impl Decoded {
    /// Inputs of `sizes`, the first of which counts examples, and as many answers.
    pub fn new(inputs: Values, sizes: &[usize], answers: Answers) -> Result<Self, String> {
        let (examples, shape) = match sizes {
            [examples] => (*examples, Shape { rows: 1, cols: 1, channels: 1 }),
            [examples, cols] => (*examples, Shape { rows: 1, cols: *cols, channels: 1 }),
            [examples, rows, cols, rest @ ..] => {
                (*examples, Shape { rows: *rows, cols: *cols, channels: product(rest).unwrap_or(0) })
            }
            [] => return Err("the inputs are a single number: accepted are one or more dimensions".into()),
        };
        let features =
            product(&[shape.rows, shape.cols, shape.channels]).filter(|x| (1..=MOST_FEATURES).contains(x));
        require(features.is_some() && examples > 0, || {
            format!(
                "the inputs are {}: accepted are one or more examples of 1 to {MOST_FEATURES} numbers",
                spelled(sizes)
            )
        })?;
        require(answers.len() == examples, || {
            format!("{examples} examples, and answers for {}: accepted are as many", answers.len())
        })?;
        let width = match &answers {
            Answers::Labels(_) => 1,
            Answers::Numbers { width, .. } => *width,
        };
        require((1..=MOST_TARGETS).contains(&width), || {
            format!("{width} targets an example: accepted are 1 to {MOST_TARGETS}")
        })?;
        Ok(Self { inputs, shape, answers })
    }

    /// The labels that there are, in order; none if the targets are numbers.
    pub fn labels(&self) -> Option<Vec<i64>> {
        match &self.answers {
            Answers::Labels(labels) => Some(answers::distinct(labels)),
            Answers::Numbers { .. } => None,
        }
    }

    /// Of the classes given, or of all; `labels` has been asked which there are.
    pub fn used(self, classes: &[i64], how: Normalisation) -> Result<Examples, String> {
        let Self { inputs, shape, answers } = self;
        let (kept, targets) = match answers {
            Answers::Labels(labels) => {
                require((2..=MOST_TARGETS).contains(&classes.len()), || {
                    format!("labels of {} classes: accepted are 2 to {MOST_TARGETS}", classes.len())
                })?;
                let Chosen { kept, classes, count } = answers::choose(&labels, classes);
                (kept, Targets::Classes { classes, count })
            }
            Answers::Numbers { values, width } => {
                ((0..values.len() / width).collect(), Targets::Numbers { values, width })
            }
        };
        let normalise = Affine::new(how, &inputs, shape.features(), &kept)?;
        Ok(Examples { inputs, shape, kept, targets, normalise })
    }
}

/// Examples of which a seed chooses some.
#[derive(PartialEq)]
pub(in crate::data) struct Examples {
    inputs: Values,
    /// How an example is laid out.
    pub shape: Shape,
    /// The rows of `inputs` that are examples.
    kept: Vec<usize>,
    targets: Targets,
    normalise: Affine,
}

/// One entry, or one row, an example that is kept.
#[derive(PartialEq)]
enum Targets {
    Classes { classes: Vec<usize>, count: usize },
    Numbers { values: Vec<f64>, width: usize },
}

impl Examples {
    /// The number of examples.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// The number of targets of an example.
    pub fn outputs(&self) -> usize {
        match self.targets {
            Targets::Classes { count, .. } => count,
            Targets::Numbers { width, .. } => width,
        }
    }

    /// True if the targets are classes.
    pub fn has_classes(&self) -> bool {
        matches!(self.targets, Targets::Classes { .. })
    }

    /// So many, chosen by the stream `examples` of `seed`.
    pub fn choose(&self, count: usize, seed: u64) -> Dataset {
        let chosen = Stream::new(seed, "examples").choose(self.len(), count);
        let features = self.shape.features();
        let input = |&i: &usize| {
            let first = self.kept[i] * features;
            (0..features).map(move |j| self.normalise.apply(j, self.inputs.at(first + j)))
        };
        let inputs = chosen.iter().flat_map(input).collect();
        match &self.targets {
            Targets::Classes { classes, count } => {
                let labels: Vec<usize> = chosen.iter().map(|&i| classes[i]).collect();
                Dataset::labelled(inputs, features, &labels, *count)
            }
            Targets::Numbers { values, width } => {
                let rows = chosen.iter().flat_map(|&i| &values[i * width..(i + 1) * width]);
                Dataset { inputs, features, targets: rows.copied().collect(), outputs: *width }
            }
        }
    }
}

impl fmt::Debug for Examples {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} examples of {:?}", self.len(), self.shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(sizes: &[usize], answers: Answers) -> Result<Decoded, String> {
        let numbers = (0..product(sizes).unwrap_or(0)).map(|x| x as f64).collect();
        Decoded::new(Values::Numbers(numbers), sizes, answers)
    }

    fn refused(sizes: &[usize], answers: Answers) -> String {
        decoded(sizes, answers).err().expect("refused")
    }

    #[test]
    fn a_seed_chooses_examples_with_their_targets() {
        let examples = decoded(&[4, 2], Answers::Labels(vec![5, 2, 9, 5])).expect("as many");
        assert_eq!(examples.labels(), Some(vec![2, 5, 9]));
        let examples = examples.used(&[9, 5], Normalisation::None).expect("finite");
        let data = examples.choose(3, 1);
        let rows: Vec<(&[f64], &[f64])> = data.inputs.chunks(2).zip(data.targets.chunks(2)).collect();
        let mut sorted = rows.clone();
        sorted.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
        let (five, nine) = ([0.0, 1.0], [1.0, 0.0]);
        assert_eq!(sorted, [(&[0.0, 1.0][..], &five[..]), (&[4.0, 5.0], &nine), (&[6.0, 7.0], &five)]);
        assert!((2..9).any(|seed| examples.choose(3, seed) != data), "seeds choose");
    }

    #[test]
    fn numbers_keep_their_rows() {
        let values: Vec<f64> = (0..6).map(|x| 0.5 * f64::from(x)).collect();
        let examples = decoded(&[3, 2, 2], Answers::Numbers { values, width: 2 }).expect("as many");
        let examples = examples.used(&[], Normalisation::None).expect("finite");
        assert_eq!(examples.shape, Shape { rows: 2, cols: 2, channels: 1 });
        let data = examples.choose(3, 0);
        for (x, y) in data.inputs.chunks(4).zip(data.targets.chunks(2)) {
            assert_eq!(y, [x[0] / 4.0, x[0] / 4.0 + 0.5]);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let two = || Answers::Labels(vec![0, 1]);
        assert_eq!(refused(&[3, 1], two()), "3 examples, and answers for 2: accepted are as many");
        assert!(
            refused(&[0, 4], Answers::Labels(vec![])).starts_with("the inputs are 0 x 4: accepted are one")
        );
        assert!(refused(&[2, 0], two()).starts_with("the inputs are 2 x 0"));
        assert!(refused(&[], two()).starts_with("the inputs are a single number"));
        let none = Answers::Numbers { values: vec![], width: 0 };
        assert!(refused(&[2, 1], none).starts_with("2 examples, and answers for 0"));
        let same = decoded(&[2, 1], Answers::Labels(vec![4, 4])).expect("as many");
        let message = same.used(&[4], Normalisation::None).expect_err("one class");
        assert_eq!(message, "labels of 1 classes: accepted are 2 to 10000");
    }
}
