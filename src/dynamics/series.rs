//! The series of a run: what each process has at each step, by the keys `process.quantity`.
//!
//! Each process lists its quantities beside its samples (`dynamics::record`), with unit and meaning. All that shows series,
//! CSV, JSON, golden files and `docs/series.md`, is made of these lists.

use super::record::{
    CentralSample, DiscreteSample, FlowSample, MapSample, MidpointSample, Record, Sample, SegmentSample,
};

/// A named column, a value a step; NaN where there is none.
pub type Column = (String, Vec<f64>);

/// What is told of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    /// The process it belongs to.
    pub process: &'static str,
    /// The quantity.
    pub quantity: &'static str,
    /// True if it has as many columns as there are eigenvalues: `process.quantity.1` and so on.
    pub is_list: bool,
    /// Its unit in terms of those of the loss L and of the weights w; `1` for a pure number.
    pub unit: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

/// The processes, in the order of their series, and what each is.
pub const PROCESSES: [(&str, &str); 6] = [
    ("descent", "the optimizer, gradient descent as a rule"),
    ("midpoints", "the midpoints of the optimizer, from the second step on"),
    (
        "gradient_flow",
        "gradient flow from `w_0`, or the stable flow of another rule, until the first segment ends",
    ),
    ("central_flow", "the central flow from `w_0`, until the first segment ends"),
    ("central_map", "the central map from `w_0`, until the first segment ends"),
    ("segments", "the central map started anew at midpoints, past the transient of the first blow-up"),
];

/// All series there are.
pub fn series() -> Vec<Series> {
    let mut listed = Listed(vec![]);
    visit(&mut listed);
    listed.0
}

impl Record {
    /// Its series as equally long columns, the step first.
    pub fn columns(&self) -> Vec<Column> {
        let steps = self.samples.iter().map(|sample| sample.step as f64).collect();
        let mut columns = Columns { record: self, columns: vec![("step".to_string(), steps)] };
        visit(&mut columns);
        columns.columns
    }
}

/// A quantity of the samples S of a process.
pub(super) struct Quantity<S> {
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    value: Value<S>,
}

enum Value<S> {
    Number(fn(&S) -> Option<f64>),
    List(fn(&S) -> &[f64]),
}

impl<S> Quantity<S> {
    /// A number a step, or none.
    pub const fn number(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: fn(&S) -> Option<f64>,
    ) -> Self {
        Self { name, unit, meaning, value: Value::Number(value) }
    }

    /// Some numbers a step, one an eigenvalue.
    pub const fn list(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: fn(&S) -> &[f64],
    ) -> Self {
        Self { name, unit, meaning, value: Value::List(value) }
    }
}

/// Sees the quantities of all processes.
trait Visitor {
    fn process<S>(
        &mut self,
        process: &'static str,
        quantities: &'static [Quantity<S>],
        sample: impl Fn(&Sample) -> Option<&S>,
    );
}

/// All processes; each has its line here.
fn visit(visitor: &mut impl Visitor) {
    visitor.process("descent", DiscreteSample::QUANTITIES, |s| Some(&s.discrete));
    visitor.process("midpoints", MidpointSample::QUANTITIES, |s| s.midpoint.as_ref());
    visitor.process("gradient_flow", FlowSample::QUANTITIES, |s| s.gradient_flow.as_ref());
    visitor.process("gradient_flow", Sample::QUANTITIES, |s| Some(s));
    visitor.process("central_flow", CentralSample::QUANTITIES, |s| s.central_flow.as_ref());
    visitor.process("central_map", MapSample::QUANTITIES, |s| s.central_map.as_ref());
    visitor.process("segments", SegmentSample::QUANTITIES, |s| s.segment.as_ref());
    visitor.process("segments", CentralSample::QUANTITIES, |s| Some(&s.segment.as_ref()?.map));
}

struct Listed(Vec<Series>);

impl Visitor for Listed {
    fn process<S>(
        &mut self,
        process: &'static str,
        quantities: &'static [Quantity<S>],
        _: impl Fn(&Sample) -> Option<&S>,
    ) {
        self.0.extend(quantities.iter().map(|quantity| Series {
            process,
            quantity: quantity.name,
            is_list: matches!(quantity.value, Value::List(_)),
            unit: quantity.unit,
            meaning: quantity.meaning,
        }));
    }
}

struct Columns<'a> {
    record: &'a Record,
    columns: Vec<Column>,
}

impl Visitor for Columns<'_> {
    fn process<S>(
        &mut self,
        process: &'static str,
        quantities: &'static [Quantity<S>],
        sample: impl Fn(&Sample) -> Option<&S>,
    ) {
        let samples: Vec<Option<&S>> = self.record.samples.iter().map(sample).collect();
        let column = |value: &dyn Fn(&S) -> Option<f64>| -> Vec<f64> {
            samples.iter().map(|sample| sample.and_then(value).unwrap_or(f64::NAN)).collect()
        };
        for quantity in quantities {
            let key = format!("{process}.{}", quantity.name);
            match quantity.value {
                Value::Number(value) => self.columns.push((key, column(&value))),
                Value::List(value) => {
                    let most = samples.iter().flatten().map(|s| value(s).len()).max().unwrap_or(0);
                    let item = |i: usize| column(&|s: &S| value(s).get(i).copied());
                    self.columns.extend((0..most).map(|i| (format!("{key}.{}", i + 1), item(i))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::dynamics::{Settings, Unwatched, run};
    use crate::objective::Landscape;

    #[test]
    fn keys_differ_and_belong_to_a_process() {
        let all = series();
        let keys: BTreeSet<(&str, &str)> =
            all.iter().map(|series| (series.process, series.quantity)).collect();
        assert_eq!(keys.len(), all.len());
        let processes: BTreeSet<&str> = all.iter().map(|series| series.process).collect();
        assert_eq!(processes, PROCESSES.iter().map(|&(name, _)| name).collect());
        assert!(all.iter().all(|series| !series.unit.is_empty() && !series.meaning.is_empty()));
    }

    #[test]
    fn a_run_has_the_series_that_are_listed() {
        let record = run(&Landscape::valley(3.9, 0.02, 2, 0), &Settings::new(0.5, 500), 0, &[], &Unwatched);
        let columns = record.columns();
        assert!(columns.iter().all(|(_, values)| values.len() == record.samples.len()));
        let mut found: Vec<String> = columns[1..].iter().map(|(key, _)| key.clone()).collect();
        found
            .iter_mut()
            .for_each(|key| *key = key.trim_end_matches(|c: char| c == '.' || c.is_ascii_digit()).into());
        found.dedup();
        let listed: Vec<String> =
            series().iter().map(|series| format!("{}.{}", series.process, series.quantity)).collect();
        assert_eq!(found, listed);
        let at = |key: &str, step: usize| columns.iter().find(|(name, _)| name == key).expect(key).1[step];
        let sample = &record.samples[300];
        assert_eq!(at("descent.loss", 300), sample.discrete.loss);
        assert_eq!(
            at("central_flow.eigenvalue.2", 300),
            sample.central_flow.as_ref().expect("a flow").eigenvalues[1]
        );
        assert!(at("midpoints.loss", 0).is_nan(), "there is no midpoint at the start");
        let flow = sample.central_flow.as_ref().expect("a flow");
        assert!(flow.trace() > 0.0 && flow.trace() != flow.gradient_variance);
        assert_eq!(at("central_flow.trace_sigma", 300), flow.trace());
        assert_eq!(at("central_flow.trace_h_sigma_h", 300), flow.gradient_variance);
        assert_eq!(at("central_flow.ascent", 300), flow.ascent.expect("a step was made").relative());
    }
}
