//! A record and the outcome that a claim must have on it.

use super::truth;
use crate::experiment::Record;
use crate::prediction::{Finding, Outcome, Prediction, find, registry};

/// One of them.
pub struct Trial {
    /// The prediction.
    pub prediction: &'static str,
    /// What was changed.
    pub what: String,
    /// The record.
    pub record: Record,
    /// What the claim must be.
    pub outcome: Outcome,
}

impl Trial {
    pub fn new(prediction: &'static str, what: &str, record: Record, outcome: Outcome) -> Self {
        Self { prediction, what: what.to_string(), record, outcome }
    }
}

/// What is allowed of a discrepancy x: the tolerance and the numerical error, which may depend on x.
pub struct Allowed<T, E>(pub T, pub E);

impl<T: Fn(f64) -> f64, E: Fn(f64) -> f64> Allowed<T, E> {
    /// The discrepancy x with `x = share * tolerance(x) + errors * error(x)`, by iteration.
    pub fn at(&self, share: f64, errors: f64) -> f64 {
        (0..60).fold(0.0, |x, _| share * self.0(x) + errors * self.1(x))
    }

    /// Five percent within and beyond and, where there is a numerical error, half of it on either side.
    pub fn trials(&self, prediction: &'static str, what: &str, make: impl Fn(f64) -> Record) -> Vec<Trial> {
        let trial = |x: f64, outcome| Trial::new(prediction, &format!("{what} {x:e}"), make(x), outcome);
        let mut trials =
            vec![trial(self.at(0.95, -1.0), Outcome::Holds), trial(self.at(1.05, 1.0), Outcome::Violated)];
        if self.1(self.at(1.0, 0.0)) > 0.0 {
            trials.push(trial(self.at(1.0, -0.5), Outcome::Unresolved));
            trials.push(trial(self.at(1.0, 0.5), Outcome::Unresolved));
        }
        trials
    }
}

/// With a tolerance that does not depend on the discrepancy.
pub fn constant(
    prediction: &'static str,
    (tolerance, error): (f64, f64),
    make: impl Fn(f64) -> Record,
) -> Vec<Trial> {
    Allowed(|_| tolerance, |_| error).trials(prediction, "discrepancy", make)
}

fn all() -> Vec<Trial> {
    let all = [
        super::averages::trials(),
        super::before_the_edge::trials(),
        super::certificates::trials(),
        super::decay::trials(),
        super::distances::trials(),
        super::flow::trials(),
        super::orders::trials(),
        super::stationary::trials(),
    ];
    all.into_iter().flatten().collect()
}

pub fn judge(prediction: &str, record: &Record) -> Finding {
    find(prediction).unwrap_or_else(|| panic!("{prediction} is registered")).judge(record)
}

/// The predictions that are judged on a run alone.
fn alone() -> impl Iterator<Item = &'static &'static dyn Prediction> {
    registry().iter().filter(|prediction| prediction.comparison().is_none())
}

#[test]
fn the_true_record_has_what_is_compared() {
    for claim in registry().iter().filter_map(|prediction| prediction.comparison()) {
        assert!(claim.points(&truth::record()).is_ok_and(|points| !points.is_empty()));
    }
}

#[test]
fn the_true_record_passes_everything() {
    for prediction in alone() {
        let finding = prediction.judge(&truth::of(prediction.name()));
        assert!(finding.passes(), "{}: {finding:#?}", prediction.name());
    }
}

#[test]
fn five_percent_decide_and_numerical_error_leaves_open() {
    let mut wrong = vec![];
    for Trial { prediction, what, record, outcome } in all() {
        let claim = judge(prediction, &record).claim;
        if claim.verdict != outcome {
            wrong.push(format!("{prediction} must be {outcome:?} with {what}: {claim:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{} trials:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_prediction_is_tried_on_either_side() {
    let all = all();
    for prediction in alone() {
        for outcome in [Outcome::Holds, Outcome::Violated] {
            let tried = all.iter().any(|t| t.prediction == prediction.name() && t.outcome == outcome);
            assert!(tried, "no synthetic record on which {} must be {outcome:?}", prediction.name());
        }
    }
}
