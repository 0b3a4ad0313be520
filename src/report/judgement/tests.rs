//! A verdict at full length has each number in its place.

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
    let head =
        "suite::experiment::seed7::quadratic_modes\n  claim unresolved: statement\n    measured 1.250000\n";
    for (control, verdict) in
        [(Outcome::Violated, "violated"), (Outcome::Holds, "holds, but must be violated")]
    {
        let text = describe(&row(control));
        assert!(text.starts_with(head) && text.ends_with(&told(verdict)), "{text}");
    }
}
