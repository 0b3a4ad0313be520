//! Data from files of the user's own: finding and reading them, and what is made of their numbers.
//!
//! A format is a kind of data set, in `src/data/`: it says which files and arrays it takes and decodes them. All that does not
//! depend on the format is here. A file is named relative to the folder of the suite file and read when that is, so that what is
//! wrong with it is told with the line that names it; its SHA-256 is part of the experiment, so that changed data never meet a
//! record of others.

mod answers;
mod entry;
mod examples;
mod given;
mod normalisation;
pub(super) mod numpy;
#[cfg(test)]
pub(crate) mod samples;
mod values;

pub(super) use answers::{Answers, RawAnswers, one_of};
pub(super) use entry::{RawUsage, entry};
pub(super) use examples::Decoded;
pub(super) use given::{Given, RawFile, open, unpacked, within_limit};
pub use normalisation::Normalisation;
pub(super) use values::Values;

/// The most bytes of a file, packed or not.
pub(super) const MOST_BYTES: u64 = 1 << 31;

/// The product of sizes, if it is one that memory can have.
pub(super) fn product(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))
}

/// Sizes as `60000 x 28 x 28`.
pub(super) fn spelled(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ")
}

#[cfg(test)]
mod tests;
