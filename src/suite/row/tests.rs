//! Which rows are as they should be, which are judged together, and what JSON says of them.

use super::*;
use crate::prediction::{Estimate, Outcome};

fn judgement(verdict: Outcome, measured: f64) -> Judgement {
    Judgement { verdict, measured: Some(measured), ..Judgement::not_reached("statement", "reason") }
}

fn row(experiment: &str, runs: Runs, verdict: Outcome) -> VerdictRow {
    VerdictRow {
        suite: "suite".into(),
        experiment: experiment.into(),
        runs,
        prediction: "oscillation_size",
        finding: Finding { claim: judgement(verdict, 1.25), control: judgement(Outcome::Violated, 3.5) },
        estimates: None,
    }
}

fn known(seeds: &[u64], pooled: bool, verdict: Outcome) -> KnownFinding {
    let reason = "a reason".to_string();
    KnownFinding { prediction: "oscillation_size", seeds: seeds.to_vec(), pooled, verdict, reason }
}

#[test]
fn a_known_finding_must_be_found_again() {
    let seed = |seed| Runs::One { seed };
    let findings = [known(&[1, 2], false, Outcome::Violated)];
    let expected = |runs, verdict| row("a", runs, verdict).is_as_expected(&findings);
    for (verdict, again) in [
        (Outcome::Violated, true),
        (Outcome::Holds, false),
        (Outcome::Unresolved, false),
        (Outcome::NotReached, false),
    ] {
        assert_eq!(expected(seed(1), verdict), again, "seed 1, {verdict:?}");
        // What is known of some seeds excuses no other, nor all together.
        assert_eq!(expected(seed(3), verdict), verdict == Outcome::Holds, "seed 3, {verdict:?}");
        let pooled = Runs::Pooled { seeds: vec![1, 2, 3] };
        assert_eq!(expected(pooled, verdict), verdict == Outcome::Holds, "pooled, {verdict:?}");
    }
}

#[test]
fn a_finding_of_all_runs_together_is_known_where_the_suite_says_so() {
    let pooled = |verdict| row("a", Runs::Pooled { seeds: vec![1, 2] }, verdict);
    let findings = [known(&[], true, Outcome::Unresolved)];
    assert!(pooled(Outcome::Unresolved).is_as_expected(&findings));
    assert!(!pooled(Outcome::Holds).is_as_expected(&findings));
    assert!(row("a", Runs::One { seed: 1 }, Outcome::Holds).is_as_expected(&findings));
    // A finding about another claim says nothing.
    let other = KnownFinding { prediction: "keeps_pace", ..known(&[], true, Outcome::Unresolved) };
    assert!(pooled(Outcome::Holds).is_as_expected(&[other]));
}

#[test]
fn json_has_the_numbers_of_claim_and_control_each_in_its_place() {
    let json = serde_json::to_value(row("a", Runs::One { seed: 7 }, Outcome::Unresolved)).expect("JSON");
    assert_eq!((&json["measured"], &json["verdict"]), (&1.25.into(), &"unresolved".into()));
    assert_eq!(
        (&json["control"]["measured"], &json["control"]["verdict"]),
        (&3.5.into(), &"violated".into())
    );
    assert_eq!((&json["seed"], json.get("seeds")), (&7.into(), None));
    let pooled = Runs::Pooled { seeds: vec![1, 2] };
    let json = serde_json::to_value(row("a", pooled, Outcome::Holds)).expect("JSON");
    assert_eq!((&json["seeds"], json.get("seed")), (&serde_json::json!([1, 2]), None));
}

/// A run of an experiment with an estimate of a claim about averages.
fn estimated(experiment: &str, seed: u64, mean: f64) -> VerdictRow {
    let estimate = Estimate {
        mean,
        standard_error: 0.01,
        freedom: 7.0,
        truncation: 0.0,
        numerical_error: 0.0,
        steps: 400,
    };
    VerdictRow {
        estimates: Some(vec![Some(estimate)]),
        ..row(experiment, Runs::One { seed }, Outcome::Holds)
    }
}

#[test]
fn runs_of_an_experiment_are_judged_together_after_its_rows() {
    let (first, second) = (estimated("a", 1, 1.0), estimated("a", 2, 1.02));
    let without = row("a", Runs::One { seed: 3 }, Outcome::NotReached);
    let other = estimated("b", 1, 1.0);
    let all = with_pooled(vec![first.clone(), second.clone(), without.clone(), other.clone()]);
    let [a, b, c, pooled, d] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!([a, b, c, d], [&first, &second, &without, &other]);
    assert_eq!(
        (pooled.name(), &pooled.runs),
        ("suite::a::pooled::oscillation_size".to_string(), &Runs::Pooled { seeds: vec![1, 2] })
    );
    // Both have the same weight.
    assert!((pooled.finding.claim.measured.expect("measured") - 1.01).abs() < 1e-12, "{pooled:?}");
}
