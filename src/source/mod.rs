//! The text of a suite file: what is read from it keeps its place, and what is refused is told with file, line, key and value.

mod registry;
mod suggestion;

use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

#[cfg(test)]
pub(crate) use registry::assert_modules;
pub use registry::{Kind, Parameters, choose, serialize};
pub use suggestion::did_you_mean;

/// The text of a suite file, from which refusals quote.
pub struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

/// What a file says that is not accepted, where, and what would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {message}")]
pub struct Refusal {
    /// The file as it was named.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The key, its value and what would be accepted.
    pub message: String,
}

/// What was read, or why it is refused.
pub type Parsed<T> = Result<T, Refusal>;

impl<'a> Source<'a> {
    /// The text of the file of that name.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    /// The folder of the file, relative to which it names others.
    pub fn folder(&self) -> &Path {
        Path::new(self.file).parent().unwrap_or(Path::new(""))
    }

    /// A table, or another value of the document, word by word.
    pub fn read<T: DeserializeOwned>(&self, value: Spanned<DeValue>) -> Parsed<T> {
        T::deserialize(ValueDeserializer::from(value)).map_err(|error| self.misread(error))
    }

    /// The value of `key`, if the rule accepts it; a rule that does not says what it would accept.
    pub fn check<'v, T>(
        &self,
        key: &str,
        value: &'v Spanned<T>,
        rule: impl FnOnce(&T) -> Result<(), String>,
    ) -> Parsed<&'v T> {
        self.make(key, value, rule).map(|()| value.get_ref())
    }

    /// What is made of the value of `key`; if that cannot be, `make` says what was found and what would be accepted.
    pub fn make<T, U>(
        &self,
        key: &str,
        value: &Spanned<T>,
        make: impl FnOnce(&T) -> Result<U, String>,
    ) -> Parsed<U> {
        make(value.get_ref()).map_err(|accepted| {
            let written = self.text.get(value.span()).unwrap_or_default();
            let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
            self.refuse(value.span(), format!("{key} = {written}: {accepted}"))
        })
    }

    /// The value of `key`, or the usual one where the file has none.
    pub fn or<T: Copy>(
        &self,
        key: &str,
        value: &Option<Spanned<T>>,
        usual: T,
        rule: impl FnOnce(T) -> Result<(), String>,
    ) -> Parsed<T> {
        value.as_ref().map_or(Ok(usual), |value| self.check(key, value, |&x| rule(x)).copied())
    }

    /// Why what stands at `span` is refused.
    pub fn refuse(&self, span: Range<usize>, message: impl Into<String>) -> Refusal {
        Refusal { file: self.file.to_string(), line: self.line(span), message: message.into() }
    }

    /// An error of the TOML parser, with the key and the line that it is about.
    pub fn misread(&self, mut error: toml::de::Error) -> Refusal {
        let span = error.span().unwrap_or(0..0);
        let quoted = self.text.lines().nth(self.line(span.clone()) - 1).unwrap_or_default().trim();
        error.set_input(None); // so that it names the key instead of quoting
        let message = plain(error.to_string().trim());
        self.refuse(span, format!("{message}\n  {quoted}"))
    }

    /// The line on which the span begins, counted from 1.
    pub fn line(&self, span: Range<usize>) -> usize {
        line_after(&self.text.as_bytes()[..span.start.min(self.text.len())])
    }
}

/// What a rule says of a value: nothing if it is accepted, else what would be.
pub fn require(accepted: bool, message: impl FnOnce() -> String) -> Result<(), String> {
    if accepted { Ok(()) } else { Err(message()) }
}

/// The rule of a whole number between two, both accepted.
pub fn within(least: usize, most: usize) -> impl Fn(usize) -> Result<(), String> + Copy {
    move |x| require((least..=most).contains(&x), || format!("accepted are {least} to {most}"))
}

/// The line on which what follows `text` stands, counted from 1.
pub fn line_after(text: &[u8]) -> usize {
    1 + text.iter().filter(|&&byte| byte == b'\n').count()
}

/// The parser's message in words that need no Rust.
fn plain(message: &str) -> String {
    let words = [
        ("\n", " "),
        ("expected usize", "expected a whole number, 0 or more"),
        ("expected u64", "expected a whole number, 0 or more"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected an array"),
        ("sequence,", "array,"),
    ];
    words.iter().fold(message.to_string(), |message, (from, to)| message.replace(from, to))
}
