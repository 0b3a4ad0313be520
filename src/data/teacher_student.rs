//! A network to be found again: normal inputs, with the outputs of a seeded teacher as targets.
//!
//! The teacher is `y = A tanh(W x)`: `W` is width x features with entries N(0, 1 / features), `A` outputs x width with entries
//! N(0, 1 / width), so that all sizes are of order one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Dataset, Entry};
use crate::numeric::random::Stream;
use crate::source::{Kind, Parsed, Source, within};

/// Named `teacher_student`: normal inputs and what a two-layer tanh network makes of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TeacherStudent {
    /// The number of features.
    pub features: usize,
    /// The number of hidden units of the teacher.
    pub width: usize,
    /// The number of targets; left out, 1.
    #[serde(skip_serializing_if = "is_usual_outputs")]
    pub outputs: usize,
}

const OUTPUTS: usize = 1;
const WIDEST: usize = 1_000;
const MOST_EXAMPLES: usize = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    features: Spanned<usize>,
    width: Spanned<usize>,
    outputs: Option<Spanned<usize>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "teacher_student", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let accepted = within(1, WIDEST);
    Ok(Arc::new(TeacherStudent {
        features: *source.check("features", &raw.features, |&x| accepted(x))?,
        width: *source.check("width", &raw.width, |&x| accepted(x))?,
        outputs: source.or("outputs", &raw.outputs, OUTPUTS, accepted)?,
    }))
}

fn is_usual_outputs(outputs: &usize) -> bool {
    *outputs == OUTPUTS
}

impl Entry for TeacherStudent {
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
        self.outputs
    }

    fn has_classes(&self) -> bool {
        false
    }

    /// Inputs from the stream `teacher_student` of `seed`, the teacher from its stream `teacher`.
    fn examples(&self, count: usize, seed: u64) -> Dataset {
        let inputs = Stream::new(seed, "teacher_student").normals(count * self.features);
        let teacher = Teacher::new(self, &mut Stream::new(seed, "teacher"));
        let targets = inputs.chunks(self.features).flat_map(|x| teacher.answer(x)).collect();
        Dataset { inputs, features: self.features, targets, outputs: self.outputs }
    }

    fn description(&self) -> String {
        let Self { features, width, outputs } = self;
        format!(
            "{} with a teacher of {features} inputs, {width} hidden units and {outputs} outputs",
            KIND.name
        )
    }
}

/// `y = A tanh(W x)`.
struct Teacher {
    /// W, row-major.
    first: Vec<f64>,
    /// A, row-major.
    second: Vec<f64>,
}

impl Teacher {
    fn new(data: &TeacherStudent, stream: &mut Stream) -> Self {
        let mut matrix = |rows: usize, cols: usize| -> Vec<f64> {
            stream.normals(rows * cols).iter().map(|x| x / (cols as f64).sqrt()).collect()
        };
        let first = matrix(data.width, data.features);
        Self { first, second: matrix(data.outputs, data.width) }
    }

    fn answer(&self, x: &[f64]) -> Vec<f64> {
        let hidden: Vec<f64> = product(&self.first, x).into_iter().map(libm::tanh).collect();
        product(&self.second, &hidden)
    }
}

/// The product of a row-major matrix and a vector.
fn product(matrix: &[f64], x: &[f64]) -> Vec<f64> {
    let row = |row: &[f64]| row.iter().zip(x).fold(0.0, |sum, (w, x)| sum + w * x);
    matrix.chunks(x.len()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: TeacherStudent = TeacherStudent { features: 3, width: 2, outputs: 2 };

    #[test]
    fn the_answer_is_that_of_two_layers() {
        let (first, second) = (vec![1.0, 0.0, 2.0, -1.0, 0.5, 0.0], vec![1.0, -1.0, 0.0, 3.0]);
        let answer = Teacher { first, second }.answer(&[0.5, 1.0, -0.25]);
        // W x = (0, 0).
        assert_eq!(answer, [0.0, 0.0]);
        let (first, second) = (vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0], vec![1.0, -1.0, 0.0, 3.0]);
        let answer = Teacher { first, second }.answer(&[0.5, 9.0, -0.25]);
        let (a, b) = (libm::tanh(0.5), libm::tanh(-0.25));
        assert_eq!(answer, [a - b, 3.0 * b]);
    }

    #[test]
    fn one_teacher_answers_all_examples_of_a_seed() {
        let (few, many) = (SMALL.examples(5, 7), SMALL.examples(9, 7));
        assert_eq!(few, many.select(&[0, 1, 2, 3, 4]));
        assert_ne!(few.targets, SMALL.examples(5, 8).targets);
    }

    /// Four standard errors of normal inputs; W x is N(0, 1) over teachers, and `E tanh(N(0, 1))^2 = 0.394`, so that is the
    /// variance of a target over teachers, of which 400 with one example each are drawn. Its fourth moment is below that of a
    /// normal mixture, 3 E[tanh^4] + 3 (E tanh^2)^2 < 2: a standard error below sqrt(2 / 400).
    #[test]
    fn inputs_and_targets_have_their_moments() {
        let data = TeacherStudent { features: 10, width: 6, outputs: 1 };
        let inputs = data.examples(2_000, 0).inputs;
        let n = inputs.len() as f64;
        let mean = inputs.iter().sum::<f64>() / n;
        let variance = inputs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        assert!(mean.abs() < 4.0 / n.sqrt() && (variance - 1.0).abs() < 4.0 * (2.0 / n).sqrt());
        let squares = (0..400).map(|seed| data.examples(1, seed).targets[0].powi(2));
        let square = squares.sum::<f64>() / 400.0;
        // |x|^2 / features differs from one by its own sqrt(2 / 10), which moves E tanh^2 by less than 0.03.
        assert!((square - 0.394).abs() < 4.0 * (2.0f64 / 400.0).sqrt() + 0.03, "{square}");
    }
}
