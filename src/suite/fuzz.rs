//! Suite files edited at random: each is accepted or refused with file and line, and none makes the reader panic.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::{SuiteError, parse};
use crate::source::Refusal;

/// Cases in every run of the tests.
const FEW: u32 = 200;
/// Cases of the long run.
const MANY: u32 = 1_000_000;

const TEXTS: [&str; 4] = [
    include_str!("../../suites/digits.toml"),
    include_str!("../../suites/findings.toml"),
    include_str!("../../suites/landscapes.toml"),
    include_str!("../../suites/reference.toml"),
];

/// What takes the place of a token.
const NASTY: [&str; 36] = [
    "",
    "0",
    "-1",
    "1",
    "-0.0",
    "nan",
    "inf",
    "-inf",
    "1e308",
    "1e-308",
    "1e999",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "0x7fffffffffffffff",
    "1_000_000_000_000",
    "''",
    "'\u{0}'",
    "\"\\u0000\"",
    "'é\u{202e}'",
    "'../../etc'",
    "'steps_by_the_gradient'",
    "true",
    "1979-05-27T07:32:00Z",
    "[]",
    "[[]]",
    "[0]",
    "[0, 0]",
    "[nan]",
    "[1, 2.5]",
    "['tanh', 'gelu']",
    "{}",
    "{ quadratic = { spectrum = [] } }",
    "=",
    "#",
    "[[experiment]]\n",
];

/// One edit: what is done, where, with which value.
#[derive(Debug, Clone)]
struct Edit {
    action: usize,
    at: usize,
    other: usize,
    value: usize,
}

fn edit() -> impl Strategy<Value = Edit> {
    (0..9_usize, any::<u32>(), any::<u32>(), 0..NASTY.len()).prop_map(|(action, at, other, value)| Edit {
        action,
        at: at as usize,
        other: other as usize,
        value,
    })
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        match self.action {
            0 => self.character(text),
            1..=4 => self.token(text, NASTY[self.value]),
            5 => {
                let tokens = tokens(text);
                let other = tokens.get(self.other % tokens.len().max(1)).cloned().unwrap_or_default();
                self.token(text, &text[other])
            }
            _ => self.line(text),
        }
    }

    /// A character more, less or other.
    fn character(&self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let at = self.at % (characters.len() + 1);
        let any = char::from_u32((self.other % 0x250) as u32).unwrap_or('\u{fffd}');
        match self.value % 3 {
            0 => characters.insert(at, any),
            1 if at < characters.len() => drop(characters.remove(at)),
            _ if at < characters.len() => characters[at] = any,
            _ => {}
        }
        characters.into_iter().collect()
    }

    fn token(&self, text: &str, with: &str) -> String {
        let tokens = tokens(text);
        let Some(at) = tokens.get(self.at % tokens.len().max(1)) else { return with.to_string() };
        format!("{}{with}{}", &text[..at.start], &text[at.end..])
    }

    /// A line removed, repeated, or moved.
    fn line(&self, text: &str) -> String {
        let mut lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            return String::new();
        }
        let (at, to) = (self.at % lines.len(), self.other % lines.len());
        match self.action {
            6 => drop(lines.remove(at)),
            7 => lines.insert(to, lines[at]),
            _ => lines.swap(at, to),
        }
        lines.join("\n") + "\n"
    }
}

/// Words, numbers and signs.
fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut tokens = vec![];
    let mut start = None;
    for (i, c) in text.char_indices() {
        let inside = c.is_alphanumeric() || "_.-'\"".contains(c);
        match (inside, start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                tokens.push(from..i);
                start = None;
            }
            _ => {}
        }
        if !inside && !c.is_whitespace() {
            tokens.push(i..i + c.len_utf8());
        }
    }
    tokens
}

/// One experiment of a text: what comes before the first and a few after it, so that an edit hits something.
fn shortened(text: &str, which: usize) -> String {
    let mut parts = text.split("[[experiment]]");
    let head = parts.next().unwrap_or_default();
    let experiments: Vec<&str> = parts.collect();
    match experiments.get(which % (experiments.len() + 1)) {
        Some(experiment) => format!("{head}[[experiment]]{experiment}"),
        None => text.to_string(),
    }
}

fn check(text: &str) {
    match parse("some/suite.toml", text) {
        Ok(suite) => {
            for case in suite.cases() {
                assert!(
                    case.cost().is_finite() && case.cost() >= 0.0,
                    "{} costs {}",
                    case.spec.name,
                    case.cost()
                );
            }
        }
        Err(SuiteError::Invalid(Refusal { file, line, message })) => {
            let lines = text.lines().count().max(1) + 1;
            assert!(file == "some/suite.toml" && (1..=lines).contains(&line), "line {line} of {lines}");
            assert!(!message.trim().is_empty());
        }
        Err(other) => panic!("nothing was read from disk: {other}"),
    }
}

fn run(cases: u32) {
    let config =
        Config { cases, rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..Config::default() };
    let strategy = (0..TEXTS.len(), any::<u8>(), proptest::collection::vec(edit(), 1..5));
    let result = TestRunner::new(config).run(&strategy, |(text, which, edits)| {
        let text = shortened(TEXTS[text], which as usize);
        check(&edits.iter().fold(text, |text, edit| edit.apply(&text)));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn edited_suites_are_accepted_or_refused_with_file_and_line() {
    run(FEW);
}

/// The same for long.
#[test]
#[ignore = "takes an hour: run it after a change of what suites may say"]
fn many_edited_suites_are_accepted_or_refused_with_file_and_line() {
    run(MANY);
}
