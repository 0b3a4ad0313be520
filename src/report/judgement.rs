//! One verdict at full length.

use super::number;
use crate::prediction::{Judgement, Outcome};
use crate::suite::VerdictRow;

const DIGITS: usize = 7;

/// An outcome in words.
pub fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Holds => "holds",
        Outcome::Violated => "violated",
        Outcome::NotReached => "not reached",
        Outcome::Unresolved => "unresolved",
    }
}

/// The whole judgement of a claim and its control, as told to somebody who asks why it did not pass.
pub fn describe(row: &VerdictRow) -> String {
    let [claim, control] = [&row.finding.claim, &row.finding.control];
    let escaped = if control.verdict == Outcome::Violated { "" } else { ", but must be violated" };
    format!(
        "{}\n  claim {}: {}\n{}  control {}{escaped}: {}\n{}",
        row.name(),
        word(claim.verdict),
        claim.statement,
        details(claim),
        word(control.verdict),
        control.statement,
        details(control),
    )
}

fn details(judgement: &Judgement) -> String {
    let numbers = [
        ("predicted", judgement.predicted),
        ("measured", judgement.measured),
        ("discrepancy", judgement.discrepancy),
        ("tolerance", judgement.tolerance),
        ("numerical error", judgement.numerical_error),
        ("statistics", judgement.statistics),
        ("truncation", judgement.truncation),
        ("resolution", judgement.resolution),
    ];
    let known: Vec<String> = numbers
        .iter()
        .filter(|(_, x)| x.is_some())
        .map(|&(name, x)| format!("{name} {}", number(x, DIGITS)))
        .collect();
    let line = if known.is_empty() { String::new() } else { format!("    {}\n", known.join(", ")) };
    format!("{line}    reason: {}\n", judgement.reason)
}

#[cfg(test)]
mod tests;
