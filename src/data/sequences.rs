//! Sequences of letters of which the second half is to be told from the first, a position at a time.
//!
//! With a seeded word s of L letters and what is made of it, m, the sequence is `z = (s, m)`. A network sees `z_0 .. z_{2L-2}` and is
//! to say at each position what comes next. What comes in s is chance, so targets are at the last L positions only, those after
//! which the letters of m come.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::{Dataset, Entry, Shape};
use crate::numeric::random::Stream;
use crate::source::{Parsed, Source, within};

/// Words of random letters, followed by what is made of them.
#[derive(Debug, Clone, Serialize)]
pub struct Sequences {
    #[serde(skip)]
    pub(super) kind: &'static str,
    #[serde(skip)]
    pub(super) make: fn(&[usize]) -> Vec<usize>,
    /// How many letters there are.
    pub(super) letters: usize,
    /// How many a word has.
    pub(super) length: usize,
}

const MOST_EXAMPLES: usize = 100_000;
const MOST_LETTERS: usize = 1_000;
const LONGEST: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    letters: Spanned<usize>,
    length: Spanned<usize>,
}

/// The sequences that a suite file has, of which `make` makes the second halves.
pub(super) fn read(
    source: &Source,
    table: Spanned<DeValue>,
    kind: &'static str,
    make: fn(&[usize]) -> Vec<usize>,
) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let letters = *source.check("letters", &raw.letters, |&x| within(2, MOST_LETTERS)(x))?;
    let length = *source.check("length", &raw.length, |&x| within(1, LONGEST)(x))?;
    Ok(Arc::new(Sequences { kind, make, letters, length }))
}

impl Entry for Sequences {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn available(&self) -> usize {
        MOST_EXAMPLES
    }

    fn features(&self) -> usize {
        self.shape().features()
    }

    fn targets(&self) -> usize {
        self.letters
    }

    /// Positions x letters.
    fn shape(&self) -> Shape {
        Shape { rows: (2 * self.length).saturating_sub(1), cols: self.letters, channels: 1 }
    }

    fn positions(&self) -> Option<Range<usize>> {
        Some(self.length.saturating_sub(1)..self.shape().rows)
    }

    /// From the stream of `seed` that is named as this kind.
    fn examples(&self, count: usize, seed: u64) -> Dataset {
        let sequences: Vec<Vec<usize>> = self.sequences(count, seed).collect();
        let hot = |letters: &mut dyn Iterator<Item = &usize>| -> Vec<f64> {
            letters.flat_map(|&letter| one_hot(letter, self.letters)).collect()
        };
        Dataset {
            inputs: hot(&mut sequences.iter().flat_map(|z| &z[..z.len() - 1])),
            features: self.features(),
            targets: hot(&mut sequences.iter().flat_map(|z| &z[self.length..])),
            outputs: self.length * self.letters,
        }
    }

    fn description(&self) -> String {
        format!("{} of {} letters of {}", self.kind, self.length, self.letters)
    }
}

impl Sequences {
    /// The letters of `count` sequences, 2 L each.
    fn sequences(&self, count: usize, seed: u64) -> impl Iterator<Item = Vec<usize>> + use<'_> {
        let mut stream = Stream::new(seed, self.kind);
        (0..count).map(move |_| {
            let letter = |_| (stream.uniform() * self.letters as f64) as usize;
            let word: Vec<usize> = (0..self.length).map(letter).collect();
            let made = (self.make)(&word);
            [word, made].concat()
        })
    }
}

fn one_hot(hot: usize, width: usize) -> impl Iterator<Item = f64> {
    (0..width).map(move |i| if i == hot { 1.0 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{copying, sorting};

    #[test]
    fn targets_are_the_letters_that_come_next() {
        let words = Sequences { kind: "sorting", make: |_| vec![1, 2], letters: 3, length: 2 };
        let data = words.examples(1, 0);
        assert_eq!((data.len(), data.features, data.outputs), (1, 9, 6));
        assert_eq!(data.inputs[6..], [0.0, 1.0, 0.0], "what was made, but for the last letter");
        assert_eq!(data.targets, [0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!((words.shape().rows, words.positions()), (3, Some(1..3)));
    }

    /// Each letter is there a V-th of the time: four standard errors of a share.
    #[test]
    fn letters_are_uniform_and_seeded() {
        let (examples, length, letters) = (2_000, 6, 4);
        let all = [sorting::sorting(letters, length), copying::copying(letters, length)];
        let words = |sequences: &Sequences, seed| -> Vec<usize> {
            sequences.sequences(examples, seed).flat_map(|z| z[..length].to_vec()).collect()
        };
        for sequences in &all {
            let n = (examples * length) as f64;
            let allowed = 4.0 * (n * 0.25 * 0.75).sqrt();
            let words = words(sequences, 0);
            for letter in 0..letters {
                let count = words.iter().filter(|&&other| other == letter).count() as f64;
                assert!((count - n / 4.0).abs() < allowed, "{letter}: {count} of {n}");
            }
        }
        assert_eq!(words(&all[0], 0), words(&all[0], 0));
        assert_ne!(words(&all[0], 0), words(&all[0], 1));
        assert_ne!(words(&all[0], 0), words(&all[1], 0));
    }
}
