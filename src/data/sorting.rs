//! Words and their letters in order.

use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::Entry;
use super::sequences::{self, Sequences};
use crate::source::{Kind, Parsed, Source};

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "sorting", lists: &[], read };

/// Named `sorting`: `z = (s, sorted s)` for words s of so many letters of an alphabet.
pub fn sorting(letters: usize, length: usize) -> Sequences {
    Sequences { kind: KIND.name, make: sorted, letters, length }
}

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    sequences::read(source, table, KIND.name, sorted)
}

fn sorted(word: &[usize]) -> Vec<usize> {
    let mut sorted = word.to_vec();
    sorted.sort_unstable();
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_in_order() {
        assert_eq!(sorted(&[2, 0, 3, 0, 1]), [0, 0, 1, 2, 3]);
    }
}
