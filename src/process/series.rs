//! The series of a run: what each process has at each step, by the keys `process.quantity`.
//!
//! Each process lists its quantities beside its part of a sample, with unit and meaning. All that shows series, CSV, JSON,
//! golden files and `docs/series.md`, is made of these lists.

use super::{DiscreteSample, Kind, Part, Sample, kinds};

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

/// The optimizer and all processes: what each is, and its series.
pub fn catalogue() -> Vec<(&'static str, &'static str, Vec<Series>)> {
    let optimizer = describe(DiscreteSample::PROCESS, &DiscreteSample::quantities());
    let mut all = vec![(DiscreteSample::PROCESS, "the optimizer, gradient descent as a rule", optimizer)];
    all.extend(kinds().iter().map(|kind| (kind.name, kind.meaning, (kind.part.series)())));
    all
}

/// The series of the optimizer and of some processes over some samples, as equally long columns, the step first.
pub fn table<'k>(samples: &[Sample], kinds: impl Iterator<Item = &'k Kind>) -> Vec<Column> {
    let steps = samples.iter().map(|sample| sample.step as f64).collect();
    let mut all = vec![("step".to_string(), steps)];
    let optimizer: Vec<_> = samples.iter().map(|sample| Some(&sample.discrete)).collect();
    all.extend(columns(DiscreteSample::PROCESS, &DiscreteSample::quantities(), &optimizer));
    all.extend(kinds.flat_map(|kind| (kind.part.columns)(samples)));
    all
}

/// A quantity of the parts S of a process.
pub struct Quantity<S> {
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    value: Value<S>,
}

type Number<S> = Box<dyn Fn(&S) -> Option<f64>>;
type List<S> = Box<dyn Fn(&S) -> &[f64]>;

enum Value<S> {
    Number(Number<S>),
    List(List<S>),
}

impl<S: 'static> Quantity<S> {
    /// A number a step, or none.
    pub fn number(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: impl Fn(&S) -> Option<f64> + 'static,
    ) -> Self {
        Self { name, unit, meaning, value: Value::Number(Box::new(value)) }
    }

    /// Some numbers a step, one an eigenvalue.
    pub fn list(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: impl Fn(&S) -> &[f64] + 'static,
    ) -> Self {
        Self { name, unit, meaning, value: Value::List(Box::new(value)) }
    }

    /// The same of what S is a part of.
    pub fn within<T: 'static>(self, part: fn(&T) -> &S) -> Quantity<T> {
        let Self { name, unit, meaning, value } = self;
        match value {
            Value::Number(value) => Quantity::number(name, unit, meaning, move |t| value(part(t))),
            Value::List(value) => Quantity::list(name, unit, meaning, move |t| value(part(t))),
        }
    }
}

/// What is told of the series of a process.
pub fn describe<S>(process: &'static str, quantities: &[Quantity<S>]) -> Vec<Series> {
    let series = |quantity: &Quantity<S>| Series {
        process,
        quantity: quantity.name,
        is_list: matches!(quantity.value, Value::List(_)),
        unit: quantity.unit,
        meaning: quantity.meaning,
    };
    quantities.iter().map(series).collect()
}

/// The series of a process, of its parts step by step.
pub fn columns<S>(process: &str, quantities: &[Quantity<S>], parts: &[Option<&S>]) -> Vec<Column> {
    let mut columns = vec![];
    let column = |value: &dyn Fn(&S) -> Option<f64>| -> Vec<f64> {
        parts.iter().map(|part| part.and_then(value).unwrap_or(f64::NAN)).collect()
    };
    for quantity in quantities {
        let key = format!("{process}.{}", quantity.name);
        match &quantity.value {
            Value::Number(value) => columns.push((key, column(value))),
            Value::List(value) => {
                let most = parts.iter().flatten().map(|part| value(part).len()).max().unwrap_or(0);
                let item = |i: usize| column(&|part: &S| value(part).get(i).copied());
                columns.extend((0..most).map(|i| (format!("{key}.{}", i + 1), item(i))));
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::experiment::{Plan, Settings, Unwatched, run};
    use crate::objective::Landscape;
    use crate::process::CentralSample;

    fn series() -> Vec<Series> {
        catalogue().into_iter().flat_map(|(_, _, series)| series).collect()
    }

    #[test]
    fn keys_differ_and_all_is_told() {
        let all = series();
        let keys: BTreeSet<(&str, &str)> =
            all.iter().map(|series| (series.process, series.quantity)).collect();
        assert_eq!(keys.len(), all.len());
        assert!(all.iter().all(|series| !series.unit.is_empty() && !series.meaning.is_empty()));
        for (process, _, series) in catalogue() {
            assert!(!series.is_empty() && series.iter().all(|series| series.process == process));
        }
    }

    #[test]
    fn a_run_has_the_series_that_are_listed() {
        let valley = Landscape::valley(3.9, 0.02, 2, 0);
        let record = run(&valley, &Settings::new(0.5, 500), 0, &Plan::everything(), &Unwatched);
        let columns = record.columns();
        assert!(columns.iter().all(|(_, values)| values.len() == record.samples.len()));
        let mut found: Vec<String> = columns[1..].iter().map(|(key, _)| key.clone()).collect();
        found
            .iter_mut()
            .for_each(|key| *key = key.trim_end_matches(|c: char| c == '.' || c.is_ascii_digit()).into());
        found.dedup();
        let has = |process: &str| process == "descent" || record.processes().any(|kind| kind.name == process);
        let listed: Vec<String> = series()
            .iter()
            .filter(|series| has(series.process))
            .map(|series| format!("{}.{}", series.process, series.quantity))
            .collect();
        assert_eq!(found, listed);
        let at = |key: &str, step: usize| columns.iter().find(|(name, _)| name == key).expect(key).1[step];
        let sample = &record.samples[300];
        assert_eq!(at("descent.loss", 300), sample.discrete.loss);
        let flow = sample.get::<CentralSample>().expect("a flow");
        assert_eq!(at("central_flow.eigenvalue.2", 300), flow.eigenvalues[1]);
        assert!(at("midpoints.loss", 0).is_nan(), "there is no midpoint at the start");
        assert!(flow.trace() > 0.0 && flow.trace() != flow.gradient_variance);
        assert_eq!(at("central_flow.trace_sigma", 300), flow.trace());
        assert_eq!(at("central_flow.trace_h_sigma_h", 300), flow.gradient_variance);
        assert_eq!(at("central_flow.ascent", 300), flow.ascent.expect("a step was made").relative());
    }
}
