//! Each number of a record matters: ten times as large in all samples, a verdict or a line of the golden summary changes.

use std::collections::BTreeSet;

use super::numbers::{Number, visit};
use super::truth;
use crate::dynamics::Record;
use crate::prediction::{Judgement, Outcome, registry};

/// Numbers that only say where or when something was measured, in reasons and on pages.
const WHERE: [&str; 0] = [];

fn names(record: &Record) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    visit(&mut record.clone(), &mut |name, _| {
        names.insert(name);
    });
    names
}

/// The record with all numbers of that name changed.
fn changed(record: &Record, which: &str, change: fn(&mut f64)) -> Record {
    let mut record = record.clone();
    visit(&mut record, &mut |name, number| match number {
        _ if name != which => {}
        Number::Real(x) => change(x),
        Number::Maybe(x) => x.iter_mut().for_each(change),
        Number::Reals(x) => x.iter_mut().for_each(change),
        Number::Count(n) => {
            let mut x = *n as f64;
            change(&mut x);
            *n = x as usize;
        }
    });
    record
}

/// What a golden file says of a judgement.
type Row = (&'static str, [(Outcome, [Option<f64>; 5]); 2]);

fn rows(record: &Record) -> Vec<Row> {
    let numbers = |judgement: Judgement| {
        let Judgement { predicted, measured, discrepancy, tolerance, numerical_error, verdict, .. } =
            judgement;
        (verdict, [predicted, measured, discrepancy, tolerance, numerical_error])
    };
    let row = |prediction: &&'static dyn crate::prediction::Prediction| {
        let finding = prediction.judge(record);
        (prediction.name(), [numbers(finding.claim), numbers(finding.control)])
    };
    registry().iter().map(row).collect()
}

/// A record on which no number is zero that may be something else: zero times ten is no change.
fn record() -> Record {
    let mut record = truth::record();
    visit(&mut record, &mut |name, number| match (name, number) {
        ("step" | "segment.start", _) => {}
        (_, Number::Real(x)) if *x == 0.0 && name != "map.trace" => *x = 1e-14,
        _ => {}
    });
    record
}

#[test]
fn ten_times_any_number_changes_something() {
    let record = record();
    let (before, golden) = (rows(&record), record.golden_summary());
    let ten_times = |name: &str| changed(&record, name, |x| *x *= 10.0);
    let unread: Vec<&str> = names(&record)
        .into_iter()
        .filter(|name| {
            let record = ten_times(name);
            rows(&record) == before && record.golden_summary() == golden
        })
        .collect();
    assert_eq!(unread, WHERE, "nothing reads these");
}

/// A claim that a number changes does not hold where that number is none.
#[test]
fn nothing_holds_without_the_numbers_it_reads() {
    let record = record();
    let before = rows(&record);
    let mut wrong = vec![];
    for name in names(&record) {
        let ten_times = rows(&changed(&record, name, |x| *x *= 10.0));
        let none = rows(&changed(&record, name, |x| *x = f64::NAN));
        for ((row, more), (prediction, none)) in before.iter().zip(&ten_times).zip(&none) {
            if row.1[0] != more.1[0] && none[0].0 == Outcome::Holds {
                wrong.push(format!("{prediction} reads {name} and holds where it is NaN: {:?}", none[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
