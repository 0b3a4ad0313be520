//! What stands before the numbers of an array: `\x93NUMPY`, a version, the length of a text, and the text, which is a dictionary
//! as Python writes it: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.

use super::kind::Kind;
use crate::source::require;

/// The dictionary.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    pub kind: Kind,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
}

const MAGIC: &[u8] = b"\x93NUMPY";
/// As many as NumPy has had.
const MOST_DIMENSIONS: usize = 32;

/// The header of a file, and the rest.
pub(super) fn split(bytes: &[u8]) -> Result<(Header, &[u8]), String> {
    let cut = || "the file ends in its header: accepted is a whole NumPy file".to_string();
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| {
        "the file does not begin with \\x93NUMPY: accepted is a NumPy file, as numpy.save writes it"
            .to_string()
    })?;
    let (version, rest) = rest.split_at_checked(2).ok_or_else(cut)?;
    let width = match version[0] {
        1 => 2,
        2 | 3 => 4,
        other => return Err(format!("NumPy format {other}: accepted are 1 to 3")),
    };
    let (length, rest) = rest.split_at_checked(width).ok_or_else(cut)?;
    let length = length.iter().rev().fold(0_usize, |length, &byte| length << 8 | usize::from(byte));
    let (text, content) = rest.split_at_checked(length).ok_or_else(cut)?;
    let text = std::str::from_utf8(text)
        .map_err(|_| "the header is not text: accepted is a NumPy file".to_string())?;
    Ok((dictionary(text)?, content))
}

fn dictionary(text: &str) -> Result<Header, String> {
    let unreadable = || {
        let shown: String = text.trim_end().chars().take(200).collect();
        format!(
            "the header {shown} is not read: accepted are the keys 'descr', a type, 'fortran_order' and 'shape'"
        )
    };
    let mut rest =
        text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}')).ok_or_else(unreadable)?.trim();
    let (mut kind, mut fortran_order, mut shape) = (None, None, None);
    while !rest.is_empty() {
        let (key, after) = quoted(rest).ok_or_else(unreadable)?;
        let value = after.trim_start().strip_prefix(':').ok_or_else(unreadable)?.trim_start();
        let after = match key {
            "descr" => quoted(value).map(|(value, after)| {
                kind = Some(value);
                after
            }),
            "fortran_order" => boolean(value).map(|(value, after)| {
                fortran_order = Some(value);
                after
            }),
            "shape" => tuple(value).map(|(value, after)| {
                shape = Some(value);
                after
            }),
            _ => None,
        };
        let after = after.ok_or_else(unreadable)?.trim_start();
        rest = match after.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if after.is_empty() => after,
            None => return Err(unreadable()),
        };
    }
    let (Some(kind), Some(fortran_order), Some(shape)) = (kind, fortran_order, shape) else {
        return Err(unreadable());
    };
    let shape: Vec<usize> = shape;
    require(shape.len() <= MOST_DIMENSIONS, || {
        format!("{} dimensions: accepted are up to {MOST_DIMENSIONS}", shape.len())
    })?;
    Ok(Header { kind: Kind::new(kind)?, fortran_order, shape })
}

/// A text in quotes at the beginning, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|&quote| quote == '\'' || quote == '"')?;
    text[1..].split_once(quote)
}

fn boolean(text: &str) -> Option<(bool, &str)> {
    let is = |word, value| text.strip_prefix(word).map(|after| (value, after));
    is("True", true).or_else(|| is("False", false))
}

/// Whole numbers in brackets, the last of which may have a comma after it.
fn tuple(text: &str) -> Option<(Vec<usize>, &str)> {
    let (inside, after) = text.strip_prefix('(')?.split_once(')')?;
    let inside = inside.trim();
    let inside = inside.strip_suffix(',').unwrap_or(inside);
    if inside.trim().is_empty() {
        return Some((vec![], after));
    }
    // Python 2 wrote long integers as 3L.
    let number = |word: &str| {
        let word = word.trim();
        let digits = word.strip_suffix('L').unwrap_or(word);
        digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    Some((inside.split(',').map(number).collect::<Option<_>>()?, after))
}
