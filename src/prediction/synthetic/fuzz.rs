//! Records edited at random: whatever a defect may leave behind, nothing panics, and nothing holds by a number that is none.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::numbers::{Number, visit};
use super::trial;
use super::truth;
use crate::experiment::Record;
use crate::prediction::{Judgement, Outcome, registry};
use crate::process::{CentralSample, FlowSample, MapSample, MidpointSample, Sample, SegmentSample};
use crate::report;
use crate::suite::{Case, Runs, VerdictRow, Verification};

/// Cases in every run of the tests.
const FEW: u32 = 24;
/// Cases of the long run.
const MANY: u32 = 100_000;

const NASTY: [f64; 14] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -0.0,
    -1.0,
    1.0,
    2.0,
    1e300,
    -1e300,
    f64::MAX,
    1e-300,
    5e-324,
    1e-16,
];

/// One edit: what is done, to which kind of thing, from where on, how often, with which value.
#[derive(Debug, Clone)]
struct Edit {
    action: usize,
    kind: usize,
    from: usize,
    length: usize,
    value: usize,
}

fn edit() -> impl Strategy<Value = Edit> {
    let length = prop_oneof![Just(1_usize), 1..50_usize, 1..2000_usize];
    (0..8_usize, 0..200_usize, 0..1200_usize, length, 0..NASTY.len())
        .prop_map(|(action, kind, from, length, value)| Edit { action, kind, from, length, value })
}

impl Edit {
    fn apply(&self, record: &mut Record, names: &[&'static str]) {
        let last = record.samples.len();
        let from = self.from.min(last);
        let range = from..last.min(from + self.length);
        match self.action {
            0..=3 => self.numbers(record, names[self.kind % names.len()]),
            4 => record.samples[range].iter_mut().for_each(|sample| self.remove(sample)),
            5 => drop(record.samples.drain(range)),
            6 => {
                let again: Vec<Sample> = record.samples[range].to_vec();
                record.samples.splice(from..from, again);
            }
            _ => self.probes(record),
        }
    }

    /// Changes those of the numbers of that name, counted in their order, that are in range.
    fn numbers(&self, record: &mut Record, which: &str) {
        let (value, mut count) = (NASTY[self.value], 0);
        // The numbers of a record itself and of probes are few: they are changed from the first on.
        visit(record, &mut |name, number| {
            if name != which {
                return;
            }
            count += 1;
            if count <= self.from && count > 1 || count > self.from + self.length {
                return;
            }
            match number {
                Number::Real(x) => *x = value,
                Number::Maybe(x) => *x = (self.action > 0).then_some(value),
                Number::Reals(x) => self.several(x),
                Number::Count(n) => *n = [0, 1, 2, 7, 1_000_000_000][self.value % 5],
            }
        });
    }

    fn several(&self, x: &mut Vec<f64>) {
        match self.action {
            0 => x.clear(),
            1 => x.truncate(x.len() / 2),
            2 => x.push(NASTY[self.value]),
            _ => x.iter_mut().skip(self.kind % 2).for_each(|x| *x = NASTY[self.value]),
        }
    }

    fn remove(&self, sample: &mut Sample) {
        match self.kind % 9 {
            0 => sample.remove::<MidpointSample>(),
            1 => sample.remove::<FlowSample>(),
            2 => sample.remove::<CentralSample>(),
            3 => sample.remove::<MapSample>(),
            4 => sample.get_mut::<FlowSample>().into_iter().for_each(|f| f.to_central_flow = None),
            5 => sample.remove::<SegmentSample>(),
            6 => sample.get_mut::<SegmentSample>().into_iter().for_each(|s| s.rest = None),
            7 => sample.get_mut::<CentralSample>().into_iter().for_each(|c| c.single = None),
            _ => sample.get_mut::<CentralSample>().into_iter().for_each(|c| c.ascent = None),
        }
    }

    fn probes(&self, record: &mut Record) {
        let probes = &mut record.probes;
        match self.kind % 7 {
            0 => probes.expansions.clear(),
            1 => probes.quadratic_models.clear(),
            2 => probes.edges.clear(),
            3 => probes.actions.clear(),
            4 => probes.distances.clear(),
            5 => probes.eigenpairs.clear(),
            _ => probes.euler_drifts.clear(),
        }
    }
}

/// A run with noise, so that its averages have intervals and can be pooled.
fn noisy() -> Record {
    let mut stream = crate::numeric::random::Stream::new(1, "fuzz");
    let mut record = truth::record();
    for sample in &mut record.samples {
        let more = 1.0 + 0.1 * stream.normal();
        let Some(mut segment) = sample.get::<SegmentSample>().cloned() else { continue };
        sample.discrete.loss += segment.map.trace() / truth::ETA * (more - 1.0);
        sample.discrete.gradient_square *= more;
        sample.get_mut::<MidpointSample>().into_iter().for_each(|m| m.displacement_square *= more);
        segment.map.oscillation.iter_mut().for_each(|x| *x *= more);
        segment.ahead += more - 1.0;
        segment.curvature.iter_mut().for_each(|c| *c *= more);
        sample.set(segment);
    }
    record
}

fn case() -> Case {
    let text = "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = ['steps_by_the_gradient']\n\
                learning_rate = 0.01\nsteps = 1100\nobjective.quadratic = { spectrum = [1.0] }\n";
    let suite = crate::suite::parse("fuzz.toml", text).unwrap_or_else(|error| panic!("{error}"));
    let mut case = suite.cases().remove(0);
    case.predictions = registry().to_vec();
    case
}

/// What holds must have all its numbers, and none may be negative that is a size.
fn sound(row: &VerdictRow) {
    for judgement in [&row.finding.claim, &row.finding.control] {
        let Judgement { predicted, measured, discrepancy, tolerance, numerical_error, verdict, .. } =
            judgement;
        let sizes = [discrepancy, tolerance, numerical_error];
        let sized = sizes.iter().all(|x| x.is_some_and(|x| x.is_finite() && x >= 0.0));
        let there = [predicted, measured].iter().all(|x| x.is_some_and(f64::is_finite));
        assert!(*verdict != Outcome::Holds || sized && there, "{}: {judgement:#?}", row.name());
    }
}

/// Judges, pools and reports.
fn everything(record: &Record, other: &[VerdictRow]) {
    let case = case();
    let rows = case.judge(record);
    let mut verdicts = rows.clone();
    for (row, other) in rows.iter().zip(other) {
        let mut other = other.clone();
        other.runs = Runs::One { seed: 1 };
        let prediction = crate::prediction::find(row.prediction).expect("registered");
        verdicts.extend(VerdictRow::pooled(prediction, &[row, &other, row]));
    }
    verdicts.iter().for_each(sound);
    let verification = Verification { verdicts, finished_cases: 1, cases: 1, ..Verification::default() };
    let _ = report::table(&verification);
    let _ = report::json(&verification).expect("it serialises");
    let section = report::html::section(&case, record, &rows);
    let _ = report::html::page(&verification, &[section]);
    let _ = record.golden_summary();
}

fn run(cases: u32) {
    let mut names = std::collections::BTreeSet::new();
    let whole = noisy();
    visit(&mut whole.clone(), &mut |name, _| {
        names.insert(name);
    });
    let names: Vec<&str> = names.into_iter().collect();
    let other = case().judge(&whole);
    let config =
        Config { cases, rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..Config::default() };
    let edits = proptest::collection::vec(edit(), 1..6);
    let result = TestRunner::new(config).run(&edits, |edits| {
        let mut record = whole.clone();
        edits.iter().for_each(|edit| edit.apply(&mut record, &names));
        everything(&record, &other);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn edited_records_neither_panic_nor_hold_by_nothing() {
    run(FEW);
}

/// The same for hours.
#[test]
#[ignore = "takes an hour: run it after a change of predictions or reports"]
fn many_edited_records_neither_panic_nor_hold_by_nothing() {
    run(MANY);
}

/// A size below zero, the work of a defect, is no reason to hold.
#[test]
fn a_negative_error_makes_nothing_hold() {
    let record = truth::with(|s| s.get_mut::<FlowSample>().into_iter().for_each(|f| f.error = -1.0));
    assert_eq!(trial::judge("follows_gradient_flow", &record).claim.verdict, Outcome::Unresolved);
}
