//! Inputs that once failed, each as its whole kind: a right theory that was refuted, a verdict that passed for no reason, a
//! run that stopped or panicked. A trial a file of `suites/cases/`.

use centralflow::experiment::Record;
use centralflow::prediction::Outcome::{self, Holds, NotReached, Unresolved, Violated};
use centralflow::suite::{Cache, Case, VerdictRow, parse};
use libtest_mimic::{Failed, Trial};
use std::sync::Arc;

/// A suite, the verdicts that any of its claims may have, and what a stopped process must have said, if one must stop.
struct Input {
    name: &'static str,
    text: &'static str,
    verdicts: &'static [Outcome],
    stopped: Option<&'static str>,
}

macro_rules! input {
    ($name:literal, $verdicts:expr, $stopped:expr) => {
        Input {
            name: $name,
            text: include_str!(concat!("cases/", $name, ".toml")),
            verdicts: $verdicts,
            stopped: $stopped,
        }
    };
}

const INPUTS: [Input; 10] = [
    input!("loss-below-minus-one", &[NotReached], None),
    input!("saddle", &[Holds], None),
    input!("projected-parallel", &[Holds], None),
    input!("sixteen-directions", &[Holds], Some("raise max_tracked")),
    input!("starts-beyond-the-edge", &[NotReached], None),
    input!("overshoot", &[Holds, Unresolved], None),
    input!("comes-to-rest", &[Holds], None),
    input!("zero-gradient", &[NotReached], None),
    input!("dies-away", &[NotReached, Unresolved], None),
    input!(
        "more-critical-than-tracked",
        &[Holds, NotReached, Unresolved, Violated],
        Some("raise max_tracked")
    ),
];

/// A trial an input.
pub fn trials(cache: &Arc<Cache>) -> Vec<Trial> {
    let trial = |input: &'static Input| {
        let cache = cache.clone();
        Trial::test(format!("cases::{}", input.name), move || check(input, &cache))
    };
    INPUTS.iter().map(trial).collect()
}

fn check(input: &Input, cache: &Cache) -> Result<(), Failed> {
    for case in parse(input.name, input.text)?.cases() {
        // All processes run, whatever the prediction reads: what the input does to any of them is of interest.
        let case = Case { all_processes: true, ..case };
        let record = cache.record(&case)?;
        check_stop(input, &case, &record)?;
        for row in case.judge(&record) {
            check_row(input, &row)?;
        }
    }
    Ok(())
}

fn check_row(input: &Input, row: &VerdictRow) -> Result<(), Failed> {
    let verdict = row.finding.claim.verdict;
    if input.verdicts.contains(&verdict) {
        return Ok(());
    }
    Err(Failed::from(centralflow::report::describe(row)))
}

/// A process that stops must say why in the words of the input; where none may, gradient flow and the central flow go on to the
/// end (a flow without third order has no Sigma that could hold an eigenvalue at the edge, and says so).
fn check_stop(input: &Input, case: &Case, record: &Record) -> Result<(), Failed> {
    let stopped = record.stopped().unwrap_or_default();
    let expected = match input.stopped {
        Some(words) => stopped.contains(words),
        None => stopped.is_empty() || stopped.contains("complementarity problem: no solution"),
    };
    if expected {
        Ok(())
    } else {
        Err(Failed::from(format!("{}, seed {}: stops: {stopped}", input.name, case.seed)))
    }
}
