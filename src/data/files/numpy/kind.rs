//! The types of numbers that an array may have.

use crate::data::files::Values;
use crate::source::require;

/// A type and the order of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    number: Number,
    big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    U1,
    I4,
    I8,
    F4,
    F8,
}

impl Kind {
    /// The type that a header describes so.
    pub fn new(described: &str) -> Result<Self, String> {
        let number = match described.get(1..) {
            Some("u1") => Some(Number::U1),
            Some("i4") => Some(Number::I4),
            Some("i8") => Some(Number::I8),
            Some("f4") => Some(Number::F4),
            Some("f8") => Some(Number::F8),
            _ => None,
        };
        let order = described
            .chars()
            .next()
            .filter(|order| "<>".contains(*order) || *order == '|' && number == Some(Number::U1));
        match (number, order) {
            (Some(number), Some(order)) => Ok(Self { number, big_endian: order == '>' }),
            _ => Err(format!(
                "numbers of type '{described}': accepted are u1, and i4, i8, f4 and f8 with < or > before them"
            )),
        }
    }

    /// The bytes of a number.
    pub fn bytes(self) -> usize {
        match self.number {
            Number::U1 => 1,
            Number::I4 | Number::F4 => 4,
            Number::I8 | Number::F8 => 8,
        }
    }

    /// The numbers of `content`, which has whole ones only; all must be finite, and doubles without rounding.
    pub fn decode(self, content: &[u8]) -> Result<Values, String> {
        let exact = |x: &i64| x.unsigned_abs() <= 1 << 53;
        match self.number {
            Number::U1 => Ok(Values::Bytes(content.to_vec())),
            Number::I4 => {
                Ok(Values::Numbers(self.words(content).map(|x| f64::from(i32::from_le_bytes(x))).collect()))
            }
            Number::I8 => {
                let integers = self.words(content).map(i64::from_le_bytes);
                if let Some(x) = integers.clone().find(|x| !exact(x)) {
                    return Err(format!(
                        "the number {x}: accepted are integers up to 2^53, which doubles have exactly"
                    ));
                }
                Ok(Values::Numbers(integers.map(|x| x as f64).collect()))
            }
            Number::F4 => finite(self.words(content).map(|x| f64::from(f32::from_le_bytes(x))).collect()),
            Number::F8 => finite(self.words(content).map(f64::from_le_bytes).collect()),
        }
    }

    /// The numbers' bytes, the least significant first.
    fn words<const N: usize>(self, content: &[u8]) -> impl Iterator<Item = [u8; N]> + Clone + '_ {
        content.chunks_exact(N).map(move |word| {
            let mut bytes = [0; N];
            bytes.copy_from_slice(word);
            if self.big_endian {
                bytes.reverse();
            }
            bytes
        })
    }
}

fn finite(numbers: Vec<f64>) -> Result<Values, String> {
    let bad = numbers.iter().position(|x| !x.is_finite());
    require(bad.is_none(), || {
        let at = bad.unwrap_or_default();
        format!(
            "number {} of {} in the file is {}: accepted are finite ones",
            at + 1,
            numbers.len(),
            numbers[at]
        )
    })?;
    Ok(Values::Numbers(numbers))
}
