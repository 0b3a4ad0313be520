//! Rows of several runs together, whose intervals are known.

use super::averages::{Claim, claims};
use super::truth::record;
use crate::experiment::Record;
use crate::prediction::{Finding, Outcome, find};
use crate::suite::{Runs, VerdictRow};

fn loss() -> Claim {
    claims().into_iter().find(|claim| claim.name == "loss_decomposes").expect("there")
}

fn pooled(records: &[Record]) -> Finding {
    let prediction = find("loss_decomposes").expect("registered");
    let row = |(seed, record): (usize, &Record)| VerdictRow {
        suite: "suite".to_string(),
        experiment: "experiment".to_string(),
        runs: Runs::One { seed: seed as u64 },
        prediction: prediction.name(),
        finding: prediction.judge(record),
        estimates: prediction.averages().and_then(|claim| claim.estimates(record).ok()),
    };
    let rows: Vec<VerdictRow> = records.iter().enumerate().map(row).collect();
    let rows: Vec<&VerdictRow> = rows.iter().collect();
    VerdictRow::pooled(prediction, &rows).expect("two or more runs").finding
}

/// Judges `mean = 1 + x` at 5 % within and beyond `interval + truncation`.
fn decides(claim: &Claim, interval: f64, make: impl Fn(f64) -> Vec<Record>) {
    let tolerance = interval + claim.truncation;
    for sign in [1.0, -1.0] {
        for (x, outcome) in [
            (0.95 * tolerance - claim.error, Outcome::Holds),
            (1.05 * tolerance + claim.error, Outcome::Violated),
        ] {
            let finding = pooled(&make(sign * x));
            assert_eq!(finding.claim.verdict, outcome, "{x:e} of {tolerance:e}: {finding:#?}");
        }
    }
}

/// Two runs, one with a third of the other's standard error, and both with the claim's truncation of 0.0125: the shares are 0.805
/// and 0.195, and with 7 degrees of freedom each there are 12.8 together, for which tables give Student's quantile 3.021.
#[test]
fn two_runs_count_by_their_certainty() {
    let claim = loss();
    let unit = claim.noise(1.0, 3).1;
    let (precise, error) = claim.noise(0.01 / unit, 3);
    let (vague, _) = claim.noise(0.03 / unit, 3);
    let weight = |error: f64| 1.0 / (error * error + claim.truncation * claim.truncation);
    let share = weight(error) / (weight(error) + weight(3.0 * error));
    let rest = 1.0 - share;
    let variance = (share * share + 9.0 * rest * rest) * error * error * (1.0 + 8.0 * share * rest / 7.0);
    let apart = 0.005 * share / rest;
    decides(&claim, 3.021 * variance.sqrt(), |x| {
        vec![claim.record(1.0 + x + 0.005, &precise), claim.record(1.0 + x - apart, &vague)]
    });
}

/// The scatter of six, `sqrt(d^2 / 5)` where half are off by d to either side; five degrees of freedom.
#[test]
fn six_runs_count_by_their_scatter() {
    let claim = loss();
    let (noise, _) = claim.noise(1e-3, 4);
    let off = 0.02;
    decides(&claim, 4.032 * off / 5.0_f64.sqrt(), |x| {
        (0..6).map(|i| claim.record(1.0 + x + if i % 2 == 0 { off } else { -off }, &noise)).collect()
    });
}

/// The near control is another theory than the claim, and a number that is none in one run is none in all together.
#[test]
fn the_near_control_is_violated_and_nothing_holds_without_a_number() {
    let claim = loss();
    let (noise, _) = claim.noise(0.05, 5);
    let right = claim.record(1.0, &noise);
    assert!(pooled(&[right.clone(), right.clone()]).passes());
    let mut broken = record();
    broken.samples[500].discrete.loss = f64::NAN;
    let finding = pooled(&[right.clone(), right, broken]);
    assert_eq!(finding.claim.verdict, Outcome::Unresolved, "{finding:#?}");
}
