//! Arrays in NumPy's format (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>), versions 1.0 to 3.0.

mod header;
mod kind;

use super::{Answers, Decoded, Values, product, spelled};
use crate::source::require;
use header::Header;

/// The numbers of an array in C order: the last index varies the fastest.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(in crate::data) struct Array {
    pub shape: Vec<usize>,
    pub values: Values,
}

impl Array {
    /// Reads the content of a `.npy` file.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let (Header { kind, fortran_order, shape }, content) = header::split(bytes)?;
        let needed = product(&shape).and_then(|count| count.checked_mul(kind.bytes()));
        require(needed == Some(content.len()), || {
            format!(
                "the header says shape ({}) of {} bytes a number, and {} bytes follow: accepted is a whole file",
                spelled(&shape),
                kind.bytes(),
                content.len()
            )
        })?;
        let values = kind.decode(content)?;
        let values = if fortran_order && shape.len() > 1 { in_c_order(&values, &shape) } else { values };
        Ok(Self { shape, values })
    }

    /// The numbers as labels or targets.
    pub fn answers(&self, labels: bool) -> Result<Answers, String> {
        Answers::new(labels, &self.values, &self.shape)
    }

    /// The array as inputs, with these answers.
    pub fn with(self, answers: Answers) -> Result<Decoded, String> {
        Decoded::new(self.values, &self.shape, answers)
    }
}

/// Numbers of which the first index varies the fastest, such that the last one does.
fn in_c_order(values: &Values, shape: &[usize]) -> Values {
    let order = order(shape);
    match values {
        Values::Bytes(bytes) => Values::Bytes(order.map(|i| bytes[i]).collect()),
        Values::Numbers(numbers) => Values::Numbers(order.map(|i| numbers[i]).collect()),
    }
}

/// For each place in C order the place in Fortran order.
fn order(shape: &[usize]) -> impl Iterator<Item = usize> + '_ {
    let mut index = vec![0; shape.len()];
    let place = move |_| {
        let place = index.iter().zip(shape).rev().fold(0, |place, (i, size)| place * size + i);
        for (i, &size) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < size {
                break;
            }
            *i = 0;
        }
        place
    };
    (0..product(shape).unwrap_or(0)).map(place)
}

#[cfg(test)]
pub(in crate::data) mod tests;
