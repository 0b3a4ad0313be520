//! Words and the same words again.

use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::Entry;
use super::sequences::{self, Sequences};
use crate::source::{Kind, Parsed, Source};

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "copying", lists: &[], read };

/// Named `copying`: `z = (s, s)` for words s of so many letters of an alphabet.
pub fn copying(letters: usize, length: usize) -> Sequences {
    Sequences { kind: KIND.name, make: <[usize]>::to_vec, letters, length }
}

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    sequences::read(source, table, KIND.name, <[usize]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_comes_again() {
        assert_eq!((copying(4, 3).make)(&[2, 0, 3]), [2, 0, 3]);
    }
}
