//! Sweeps: an array where an experiment has a single value stands for an experiment a value, and several arrays for all
//! combinations of their values.
//!
//! They are written out in the document, before anything is read from it: whatever reads a value knows nothing of them, and
//! each value keeps its place in the file.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::objective;
use crate::source::{Parsed, Source};

/// The most experiments that a suite may have.
const MOST: usize = 1000;

/// What an experiment of a sweep is called, and where in the sweep it is.
#[derive(Default)]
pub(super) struct Place {
    /// What it has after its name: `-KEY-VALUE` for each array.
    pub ending: String,
    /// One entry an array.
    pub swept: Vec<Swept>,
}

/// A setting that differs between the experiments of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// The setting, as `learning_rate` or `optimizer.rmsprop.beta2`.
    pub key: String,
    /// Its value, if that is a number.
    pub value: Option<f64>,
    /// What the experiment would be called without this setting: a name that it shares with those which differ in it alone.
    pub family: String,
}

/// Writes out the sweeps of a document. Returned is the place of each experiment, of which the first array in
/// the order of the file varies the slowest.
pub(super) fn write_out(source: &Source, document: &mut DeTable) -> Parsed<Vec<Place>> {
    // Whoever reads the document says what is wrong if there is no such array.
    let Some(DeValue::Array(experiments)) = document.get_mut("experiment").map(Spanned::get_mut) else {
        return Ok(vec![]);
    };
    let (mut written, mut places) = (DeArray::new(), vec![]);
    for experiment in std::mem::replace(experiments, DeArray::new()) {
        let sweeps = sweeps(&experiment);
        sweeps.iter().try_for_each(|sweep| sweep.check(source))?;
        let count =
            sweeps.iter().fold(1, |count: usize, sweep| count.saturating_mul(sweep.values.get_ref().len()));
        if count.saturating_add(written.len()) > MOST {
            let message =
                format!("more than {MOST} experiments with this one's arrays: accepted are at most so many");
            return Err(source.refuse(experiment.span(), message));
        }
        for values in combinations(&sweeps) {
            let mut one = experiment.clone();
            for (sweep, value) in sweeps.iter().zip(&values) {
                put(&mut one, &sweep.path, (*value).clone());
            }
            written.push(one);
            places.push(Place::new(&sweeps, &values));
        }
    }
    *experiments = written;
    Ok(places)
}

impl Place {
    fn new(sweeps: &[Sweep], values: &[&Spanned<DeValue>]) -> Self {
        let endings: Vec<String> =
            sweeps.iter().zip(values).map(|(sweep, value)| sweep.ending(value)).collect();
        let without = |i: usize| [&endings[..i], &endings[i + 1..]].concat().concat();
        let swept = |i: usize| Swept {
            key: sweeps[i].path.join("."),
            value: spelled(values[i].get_ref()).parse().ok().filter(|_| is_number(values[i].get_ref())),
            family: without(i),
        };
        Self { swept: (0..sweeps.len()).map(swept).collect(), ending: endings.concat() }
    }

    /// The place of an experiment of that name.
    pub fn named(self, name: &str) -> Self {
        let family = |swept: Swept| Swept { family: name.to_string() + &swept.family, ..swept };
        Self { ending: self.ending, swept: self.swept.into_iter().map(family).collect() }
    }
}

fn is_number(value: &DeValue) -> bool {
    matches!(value, DeValue::Integer(_) | DeValue::Float(_))
}

/// The array at one place of an experiment.
struct Sweep<'i> {
    /// The keys that lead there.
    path: Vec<String>,
    values: Spanned<DeArray<'i>>,
}

/// The sweeps of an experiment, in the order of the file.
fn sweeps<'i>(experiment: &Spanned<DeValue<'i>>) -> Vec<Sweep<'i>> {
    let mut found = vec![];
    search(experiment, &mut vec![], &mut found);
    found.sort_by_key(|sweep| sweep.values.span().start);
    found
}

fn search<'i>(value: &Spanned<DeValue<'i>>, path: &mut Vec<String>, found: &mut Vec<Sweep<'i>>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                path.push(key.get_ref().to_string());
                search(value, path, found);
                path.pop();
            }
        }
        DeValue::Array(values) if is_single(path) => {
            found.push(Sweep { path: path.clone(), values: Spanned::new(value.span(), values.clone()) });
        }
        _ => {}
    }
}

/// Whether an experiment has a single value at that place.
fn is_single(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["numerics", _, ..] => true,
        ["objective", rest @ ..] => objective::is_list(rest) == Some(false),
        ["name" | "seeds" | "predictions" | "finding" | "numerics", ..] => false,
        _ => true,
    }
}

impl Sweep<'_> {
    fn key(&self) -> &str {
        self.path.last().map(String::as_str).unwrap_or_default()
    }

    fn check(&self, source: &Source) -> Parsed<()> {
        let different = |values: &DeArray| {
            let words: BTreeSet<String> = values.iter().map(|value| spelled(value.get_ref())).collect();
            let accepted = !values.is_empty() && words.len() == values.len();
            let message = "accepted are a value, or an array of one or more values, no two the same";
            if accepted { Ok(()) } else { Err(message.into()) }
        };
        source.check(self.key(), &self.values, different).map(|_| ())
    }

    /// What a value adds to the experiment's name.
    fn ending(&self, value: &Spanned<DeValue>) -> String {
        format!("-{}-{}", worded(self.key()), worded(&spelled(value.get_ref())))
    }
}

/// One value of each sweep, in all ways.
fn combinations<'s, 'i>(sweeps: &'s [Sweep<'i>]) -> Vec<Vec<&'s Spanned<DeValue<'i>>>> {
    sweeps.iter().fold(vec![vec![]], |all, sweep| {
        let values = sweep.values.get_ref();
        let with_each = |some: &Vec<_>| -> Vec<Vec<_>> {
            values.iter().map(|value| some.iter().copied().chain([value]).collect()).collect()
        };
        all.iter().flat_map(with_each).collect()
    })
}

/// Puts a value where the path leads.
fn put<'i>(table: &mut Spanned<DeValue<'i>>, path: &[String], value: Spanned<DeValue<'i>>) {
    match (path, table.get_mut()) {
        ([key, rest @ ..], DeValue::Table(inner)) => {
            if let Some(there) = inner.get_mut(key.as_str()) {
                put(there, rest, value);
            }
        }
        _ => *table = value,
    }
}

/// A value in few characters, the same for equal numbers.
fn spelled(value: &DeValue) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => {
            let text = number.as_str().parse().map_or(number.to_string(), |x: f64| format!("{x:?}"));
            text.strip_suffix(".0").map(String::from).unwrap_or(text)
        }
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => value.type_str().into(),
    }
}

/// A word of a name: lower-case letters, digits, dots and hyphens.
fn worded(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    text.chars().map(|c| if fits(c) { c.to_ascii_lowercase() } else { '-' }).collect()
}

#[cfg(test)]
mod tests;
