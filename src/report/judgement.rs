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
mod tests {
    use super::*;
    use crate::prediction::Finding;
    use crate::suite::Runs;

    fn judged(verdict: Outcome, measured: f64) -> Judgement {
        Judgement { verdict, measured: Some(measured), ..Judgement::not_reached("statement", "reason") }
    }

    #[test]
    fn each_outcome_has_its_word() {
        let outcomes = [Outcome::Holds, Outcome::Violated, Outcome::NotReached, Outcome::Unresolved];
        assert_eq!(outcomes.map(word), ["holds", "violated", "not reached", "unresolved"]);
    }

    #[test]
    fn claim_and_control_are_told_with_their_own_numbers() {
        let row = |control| VerdictRow {
            suite: "suite".into(),
            experiment: "experiment".into(),
            runs: Runs::One { seed: 7 },
            prediction: "quadratic_modes",
            finding: Finding { claim: judged(Outcome::Unresolved, 1.25), control: judged(control, 3.5) },
            estimates: None,
        };
        let told =
            |verdict| format!("  control {verdict}: statement\n    measured 3.500000\n    reason: reason\n");
        let head = "suite::experiment::quadratic_modes::seed7\n  claim unresolved: statement\n    measured 1.250000\n";
        for (control, verdict) in
            [(Outcome::Violated, "violated"), (Outcome::Holds, "holds, but must be violated")]
        {
            let text = describe(&row(control));
            assert!(text.starts_with(head) && text.ends_with(&told(verdict)), "{text}");
        }
    }
}
