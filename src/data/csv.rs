//! Tables of numbers as text, a line an example.
//!
//! Fields are separated by commas; a first line that is not all numbers has the names of the columns.

use std::sync::Arc;

use ::csv::{Position, ReaderBuilder, StringRecord, Trim};
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::Entry;
use super::files::{self, Answers, Decoded, Given, Normalisation, RawFile, RawUsage, Values};
use crate::source::{Kind, Parsed, Source, did_you_mean, line_after, require};

/// Named `csv`: the file and the column of labels, or the columns of targets; all others are inputs.
#[derive(Debug, Serialize)]
struct Csv {
    file: Given,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<bool>,
    #[serde(flatten)]
    answers: Columns,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Columns {
    Label(Column),
    Targets(Vec<Column>),
}

/// A column by its name, or by its number, counted from 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected the name of a column, or its number, counted from 1")]
enum Column {
    Number(usize),
    Name(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    file: Spanned<RawFile>,
    /// Left out, whatever the first line looks like.
    header: Option<bool>,
    label: Option<Spanned<Column>>,
    targets: Option<Spanned<Vec<Column>>>,
    classes: Option<Spanned<Vec<i64>>>,
    normalisation: Option<Normalisation>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "csv", lists: &["classes", "targets"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let span = table.span();
    let Raw { file, header, label, targets, classes, normalisation } = source.read(table)?;
    let answers = match (&label, &targets) {
        (Some(label), None) => Columns::Label(label.get_ref().clone()),
        (None, Some(targets)) => Columns::Targets(targets.get_ref().clone()),
        _ => {
            return Err(
                source.refuse(span, "accepted is either label, a column, or targets, an array of columns")
            );
        }
    };
    let (given, bytes) = files::open(source, "file", &file)?;
    let parameters = Csv { file: given, header, answers };
    files::entry(source, span, KIND.name, parameters, RawUsage { classes, normalisation }, || {
        let table = source.make("file", &file, |_| Table::read(files::unpacked(bytes)?, header))?;
        match (&label, &targets) {
            (Some(label), _) => source.make("label", label, |label| {
                let (inputs, sizes, label) = table.split(std::slice::from_ref(label))?;
                Decoded::new(inputs, &sizes, Answers::Labels(Values::Numbers(label).labels()?))
            }),
            (_, Some(targets)) => source.make("targets", targets, |targets| {
                let (inputs, sizes, values) = table.split(targets)?;
                Decoded::new(inputs, &sizes, Answers::Numbers { values, width: targets.len() })
            }),
            (None, None) => unreachable!("refused above"),
        }
    })
}

/// Rows of equally many numbers.
#[derive(Debug, PartialEq)]
struct Table {
    names: Option<Vec<String>>,
    columns: usize,
    numbers: Vec<f64>,
}

impl Table {
    fn read(bytes: Vec<u8>, header: Option<bool>) -> Result<Self, String> {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(&bytes[..]);
        let (mut record, mut table) =
            (StringRecord::new(), Self { names: None, columns: 0, numbers: vec![] });
        while reader.read_record(&mut record).map_err(|error| unreadable(&bytes, &error))? {
            if table.columns == 0 {
                table.columns = record.len();
                let named =
                    header.unwrap_or_else(|| record.iter().any(|field| field.parse::<f64>().is_err()));
                if named {
                    table.names = Some(record.iter().map(String::from).collect());
                    continue;
                }
            }
            table.add(&record).map_err(|what| format!("line {}{what}", line(&bytes, record.position())))?;
        }
        require(!table.numbers.is_empty(), || "no line of numbers: accepted are one or more".into())?;
        Ok(table)
    }

    fn add(&mut self, record: &StringRecord) -> Result<(), String> {
        require(record.len() == self.columns, || {
            format!(" has {} fields: accepted are {}, as in the first line", record.len(), self.columns)
        })?;
        for (i, field) in record.iter().enumerate() {
            let number = field.parse::<f64>().ok().filter(|number| number.is_finite());
            let shown = || field.chars().take(40).collect::<String>();
            self.numbers.push(number.ok_or_else(|| {
                format!(", column {}, has \"{}\": accepted are finite numbers", i + 1, shown())
            })?);
        }
        Ok(())
    }

    /// The numbers that are in none of these columns, their sizes, and those that are, in the order of `chosen`.
    fn split(&self, chosen: &[Column]) -> Result<(Values, [usize; 2], Vec<f64>), String> {
        let places: Vec<usize> = chosen.iter().map(|column| self.place(column)).collect::<Result<_, _>>()?;
        for (i, place) in places.iter().enumerate() {
            require(!places[..i].contains(place), || {
                format!("column {} twice: accepted are different columns", place + 1)
            })?;
        }
        require(!places.is_empty() && places.len() < self.columns, || {
            format!(
                "{} of {} columns: accepted are one or more, and one or more left for inputs",
                places.len(),
                self.columns
            )
        })?;
        let rows = self.numbers.chunks_exact(self.columns);
        let others: Vec<usize> = (0..self.columns).filter(|i| !places.contains(i)).collect();
        let inputs = rows.clone().flat_map(|row| others.iter().map(move |&i| row[i])).collect();
        let sizes = [rows.len(), others.len()];
        Ok((
            Values::Numbers(inputs),
            sizes,
            rows.flat_map(|row| places.iter().map(move |&i| row[i])).collect(),
        ))
    }

    fn place(&self, column: &Column) -> Result<usize, String> {
        let columns = self.columns;
        match (column, &self.names) {
            (Column::Number(number), _) => number
                .checked_sub(1)
                .filter(|&place| place < columns)
                .ok_or_else(|| format!("there is no column {number}: accepted are 1 to {columns}")),
            (Column::Name(name), None) => Err(format!(
                "there is no line of names, so no \"{name}\": accepted are numbers, 1 to {columns}"
            )),
            (Column::Name(name), Some(names)) => {
                let mut places = names.iter().enumerate().filter(|(_, other)| *other == name);
                let one = places.next().map(|(place, _)| place);
                require(places.next().is_none(), || {
                    format!("several columns are named \"{name}\": accepted are numbers, 1 to {columns}")
                })?;
                let meant = || did_you_mean(name, names.iter().map(String::as_str));
                one.ok_or_else(|| {
                    format!("there is no column \"{name}\".{} Accepted are {}", meant(), few(names))
                })
            }
        }
    }
}

/// Names, the first of many.
fn few(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let more = if names.len() > SHOWN { ", .." } else { "" };
    names[..names.len().min(SHOWN)].join(", ") + more
}

fn unreadable(bytes: &[u8], error: &::csv::Error) -> String {
    format!("line {}: not UTF-8: accepted is text in UTF-8", line(bytes, error.position()))
}

/// The line on which a record stands, which begins after the empty ones that its position is before.
fn line(bytes: &[u8], position: Option<&Position>) -> usize {
    let start = position.map_or(0, |position| position.byte() as usize).min(bytes.len());
    let empty = bytes[start..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
    line_after(&bytes[..start + empty])
}

#[cfg(test)]
mod tests;
