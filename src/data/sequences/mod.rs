//! Sequences of letters of which the second half is to be told from the first, a position at a time.
//!
//! With a seeded word s of L letters and what is made of it, m, the sequence is `z = (s, m)`. A network sees `z_0 .. z_{2L-2}` and is
//! to say at each position what comes next. What comes in s is chance, so labels are at the last L positions only, those that have
//! the letters of m. No objective has a loss a position yet, so suite files cannot name these.

mod copying;
mod sorting;

use super::{Dataset, Shape};
use crate::numeric::random::Stream;

pub use copying::copying;
pub use sorting::sorting;

/// Sequences of equal length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequences {
    /// The number V of letters, which are 0 to V - 1.
    pub alphabet: usize,
    /// The number L of letters of a word.
    pub length: usize,
    /// The letters of `z`, 2 L an example.
    pub letters: Vec<usize>,
}

impl Sequences {
    /// `examples` words of uniformly random letters, each with what `make` makes of it.
    fn new(
        [examples, length, alphabet]: [usize; 3],
        stream: &mut Stream,
        make: impl Fn(&[usize]) -> Vec<usize>,
    ) -> Self {
        let mut word =
            || -> Vec<usize> { (0..length).map(|_| (stream.uniform() * alphabet as f64) as usize).collect() };
        let letters = (0..examples).flat_map(|_| {
            let word = word();
            let made = make(&word);
            [word, made].concat()
        });
        Self { alphabet, length, letters: letters.collect() }
    }

    /// Positions x letters: of inputs and of targets.
    pub fn shape(&self) -> Shape {
        Shape { rows: (2 * self.length).saturating_sub(1), cols: self.alphabet }
    }

    /// The letter that is to be told at each position of an example; none where it is chance.
    pub fn labels(&self, example: usize) -> Vec<Option<usize>> {
        let letters = &self.letters[2 * self.length * example..][..2 * self.length];
        (1..letters.len()).map(|next| (next >= self.length).then(|| letters[next])).collect()
    }

    /// One-hot rows of inputs and targets, an example's positions one after the other. The target of a position without a label is
    /// a row of zeros: the sum of a row says whether it counts.
    pub fn dataset(&self) -> Dataset {
        let Shape { rows, cols } = self.shape();
        let (mut inputs, mut targets) = (vec![], vec![]);
        for (example, letters) in self.letters.chunks(2 * self.length).enumerate() {
            inputs.extend(letters[..rows].iter().flat_map(|&letter| one_hot(Some(letter), cols)));
            targets.extend(self.labels(example).into_iter().flat_map(|label| one_hot(label, cols)));
        }
        Dataset { inputs, features: rows * cols, targets, outputs: rows * cols }
    }
}

fn one_hot(hot: Option<usize>, width: usize) -> impl Iterator<Item = f64> {
    (0..width).map(move |i| if hot == Some(i) { 1.0 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_letters_of_the_second_half() {
        let sequences = Sequences { alphabet: 3, length: 2, letters: vec![2, 0, 0, 2, 1, 1, 1, 1] };
        assert_eq!(sequences.labels(0), [None, Some(0), Some(2)]);
        assert_eq!(sequences.labels(1), [None, Some(1), Some(1)]);
        let data = sequences.dataset();
        assert_eq!((data.len(), data.features, data.outputs), (2, 9, 9));
        assert_eq!(data.inputs[..9], [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(data.targets[..9], [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    }

    /// Each letter is there a V-th of the time: four standard errors of a share.
    #[test]
    fn letters_are_uniform_and_seeded() {
        let (examples, length, alphabet) = (2_000, 6, 4);
        let all = [sorting(examples, length, alphabet, 0), copying(examples, length, alphabet, 0)];
        for sequences in &all {
            let n = sequences.letters.len() as f64 / 2.0;
            let allowed = 4.0 * (n * 0.25 * 0.75).sqrt();
            for letter in 0..alphabet {
                let words = sequences.letters.chunks(2 * length).flat_map(|z| &z[..length]);
                let count = words.filter(|&&other| other == letter).count() as f64;
                assert!((count - n / 4.0).abs() < allowed, "{letter}: {count} of {n}");
            }
        }
        assert_eq!(all[0], sorting(examples, length, alphabet, 0));
        assert_ne!(all[0], sorting(examples, length, alphabet, 1));
        assert_ne!(all[0].letters[..length], all[1].letters[..length]);
    }
}
