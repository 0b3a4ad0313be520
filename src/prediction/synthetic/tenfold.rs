//! Each number of a record matters: ten times as large in all samples, a verdict or a line of the golden summary changes.

use std::collections::BTreeSet;

use super::numbers::{Number, visit};
use super::truth;
use crate::experiment::Record;
use crate::experiment::certificate::EdgeCertificate;
use crate::prediction::{Judgement, Outcome, Prediction, registry};
use crate::process::{CentralSample, MapSample};

/// Numbers of which only the sign is read: ten times as large nothing changes, with zero something does.
const SIGNS: [&str; 2] = ["action.trace", "edge.trace"];

/// Numbers that say when or at what cost something was measured: they end what is kept of a cancelled run, and stand in reasons
/// and among costs.
const LABELS: [&str; 9] = [
    "action.step",
    "action.substep",
    "certificate products",
    "distance.step",
    "edge.step",
    "edge.substep",
    "eigenpair.step",
    "expansion.step",
    "quadratic_model.step",
];

/// Numbers that no verdict and no golden summary reads.
const UNREAD: [&str; 3] = ["drift.steps", "eigenpair.count", "expansion.x"];

fn names(record: &Record) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    visit(&mut record.clone(), &mut |name, _| {
        names.insert(name);
    });
    names
}

/// Those that can be NaN.
fn reals(record: &Record) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    visit(&mut record.clone(), &mut |name, number| {
        if !matches!(number, Number::Count(_)) {
            names.insert(name);
        }
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
    let row = |prediction: &&'static dyn Prediction| {
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
        (_, Number::Real(x)) if *x == 0.0 && name != "map.trace" && name != "edge.trace" => *x = 1e-14,
        _ => {}
    });
    // A small excess of the flow that is larger in the map as the second order says, an ascent that is nearly none, and a
    // certificates of points where there is hardly a need of Sigma.
    let at_the_edge = &mut record.samples[600];
    at_the_edge.get_mut::<MapSample>().expect("a map").sharpness = 2.009;
    let flow = at_the_edge.get_mut::<CentralSample>().expect("a flow");
    flow.eigenvalues[0] = 2.001;
    flow.ascent.as_mut().expect("an ascent").change = 1e-5;
    let edge = record.probes.edges[0];
    record.probes.edges.push(EdgeCertificate { trace: 1.0, need: 5e-8, violation: 5e-7, ..edge });
    record.probes.edges.push(EdgeCertificate { trace: 0.0, need: 5e-8, violation: 6e-7, ..edge });
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
    let mut known: Vec<&str> = SIGNS.iter().chain(&LABELS).chain(&UNREAD).copied().collect();
    known.sort_unstable();
    assert_eq!(unread, known, "on the left, nothing reads these");
    for name in SIGNS {
        assert!(rows(&changed(&record, name, |x| *x = 0.0)) != before, "{name} at zero");
    }
}

/// Where these are none a claim may hold: the one only selects points, without the other rounding is allowed less.
const HARMLESS: [(&str, &str); 2] =
    [("sigma_holds_the_edge", "edge.need"), ("central_map_is_descent", "midpoint.eigenvalues")];

/// A claim that a number changes does not hold where that number is none.
#[test]
fn nothing_holds_without_the_numbers_it_reads() {
    let record = record();
    let before = rows(&record);
    let mut wrong = vec![];
    for name in reals(&record) {
        let ten_times = rows(&changed(&record, name, |x| *x *= 10.0));
        let none = rows(&changed(&record, name, |x| *x = f64::NAN));
        for ((row, more), (prediction, none)) in before.iter().zip(&ten_times).zip(&none) {
            let harmless = HARMLESS.contains(&(prediction, name));
            if row.1[0] != more.1[0] && none[0].0 == Outcome::Holds && !harmless {
                wrong.push(format!("{prediction} reads {name} and holds where it is NaN: {:?}", none[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
