//! Verdicts for people at a terminal.

use std::fmt::Write;

use super::{describe, number, percent, word};
use crate::prediction::{Judgement, Outcome};
use crate::suite::{Incident, Runs, VerdictRow, Verification};

const DIGITS: usize = 4;
const HEADER: [&str; 11] = [
    "experiment",
    "seed",
    "prediction",
    "predicted",
    "measured",
    "discrepancy",
    "tolerance",
    "num. error",
    "resolution",
    "verdict",
    "control",
];
/// The columns that are flush right.
const NUMBERS: [usize; 7] = [1, 3, 4, 5, 6, 7, 8];

/// A table a suite, then everything that did not pass at full length, then a summary.
pub fn table(verification: &Verification) -> String {
    let mut out = String::new();
    for suite in verification.verdicts.chunk_by(|a, b| a.suite == b.suite) {
        let _ = writeln!(out, "suite {}\n\n{}", suite[0].suite, aligned(&lines(suite)));
    }
    for row in verification.verdicts.iter().filter(|row| !row.passes()) {
        let _ = writeln!(out, "does not pass: {}", describe(row));
    }
    let (harmless, others): (Vec<&Incident>, Vec<&Incident>) =
        verification.stops.iter().partition(|stop| verification.passes_in_spite_of(stop));
    notes(&mut out, &harmless);
    incidents(&mut out, "stopped early", others);
    incidents(&mut out, "could not run", verification.failures.iter().collect());
    if verification.interrupted {
        let Verification { finished_cases, cases, .. } = verification;
        let _ = writeln!(out, "interrupted: {finished_cases} of {cases} runs had finished");
    }
    out + &summary(&verification.verdicts) + "\n"
}

/// "18 verdicts: 17 hold, 1 violated; controls: 18 violated, as they must be".
pub(super) fn summary(rows: &[VerdictRow]) -> String {
    let count = |of: fn(&VerdictRow) -> &Judgement, outcome| {
        rows.iter().filter(|row| of(row).verdict == outcome).count()
    };
    let claims: Vec<String> = [
        (Outcome::Holds, "hold"),
        (Outcome::Violated, "violated"),
        (Outcome::NotReached, "not reached"),
        (Outcome::Unresolved, "unresolved"),
    ]
    .iter()
    .map(|&(outcome, word)| (count(|row| &row.finding.claim, outcome), word))
    .filter(|&(count, word)| count > 0 || word == "hold")
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    let controls = match (count(|row| &row.finding.control, Outcome::Violated), rows.len()) {
        (_, 0) => "none".to_string(),
        (violated, all) if violated == all => format!("{all} violated, as they must be"),
        (violated, all) => format!("only {violated} of {all} violated, as all must be"),
    };
    let verdicts = if rows.len() == 1 { "verdict" } else { "verdicts" };
    format!("{} {verdicts}: {}; controls: {controls}", rows.len(), claims.join(", "))
}

/// A line an experiment for processes that stopped early where no verdict needed them.
fn notes(out: &mut String, stops: &[&Incident]) {
    for stops in stops.chunk_by(|a, b| (&a.suite, &a.experiment) == (&b.suite, &b.experiment)) {
        let Incident { suite, experiment, message, .. } = stops[0];
        let seeds: Vec<String> = stops.iter().map(|stop| stop.seed.to_string()).collect();
        let (word, seeds) = (if seeds.len() == 1 { "seed" } else { "seeds" }, seeds.join(", "));
        // A message a process, of which one will do: all are in the JSON.
        let first = message.split("; ").next().unwrap_or_default();
        let _ = writeln!(out, "note: {suite}::{experiment}, {word} {seeds}, passes all the same: {first}");
    }
    if !stops.is_empty() {
        out.push('\n');
    }
}

fn incidents(out: &mut String, what: &str, incidents: Vec<&Incident>) {
    for Incident { suite, experiment, seed, message } in &incidents {
        let _ = writeln!(out, "{what}: {suite}::{experiment}::seed{seed}: {message}");
    }
    if !incidents.is_empty() {
        out.push('\n');
    }
}

/// The header and a line a row, an empty line before each experiment.
fn lines(rows: &[VerdictRow]) -> Vec<Vec<String>> {
    let mut lines = vec![HEADER.map(String::from).to_vec()];
    for experiment in rows.chunk_by(|a, b| a.experiment == b.experiment) {
        if lines.len() > 1 {
            lines.push(vec![]);
        }
        lines.extend(experiment.iter().map(cells));
    }
    lines
}

fn cells(row: &VerdictRow) -> Vec<String> {
    let claim = &row.finding.claim;
    let runs = match &row.runs {
        Runs::One { seed } | Runs::Compared { seed, .. } => seed.to_string(),
        Runs::Pooled { .. } => "all".to_string(),
    };
    let mut cells = vec![row.experiment.clone(), runs, row.prediction.to_string()];
    let numbers =
        [claim.predicted, claim.measured, claim.discrepancy, claim.tolerance, claim.numerical_error];
    cells.extend(numbers.map(|x| number(x, DIGITS)));
    cells.push(percent(claim.resolution));
    cells.extend([word(claim.verdict).to_string(), word(row.finding.control.verdict).to_string()]);
    cells
}

/// Pads the cells so that columns align; a line without cells stays empty.
fn aligned(lines: &[Vec<String>]) -> String {
    let length = |cell: &String| cell.chars().count();
    let widths: Vec<usize> = (0..HEADER.len())
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(length).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for line in lines {
        let padded: Vec<String> = line
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, &width))| {
                if NUMBERS.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            })
            .collect();
        let _ = writeln!(out, "{}", padded.join("  ").trim_end());
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::prediction::{Finding, Values};
    use crate::suite::Runs;

    fn judgement(discrepancy: f64) -> Judgement {
        let values = Values {
            predicted: 2.0,
            measured: 2.0 + discrepancy,
            discrepancy,
            tolerance: 0.05,
            numerical_error: 1e-6,
        };
        Judgement::new("eta S averages to 2", values, "two standard errors").resolving(2.0)
    }

    fn row(experiment: &str, claim: Judgement, control: Judgement) -> VerdictRow {
        VerdictRow {
            suite: "digits".into(),
            experiment: experiment.into(),
            runs: Runs::One { seed: 7 },
            prediction: "sharpness_equilibrates",
            finding: Finding { claim, control },
            estimates: None,
        }
    }

    /// One row that passes, one of each kind that does not, and a failure.
    pub(in crate::report) fn sample() -> Verification {
        let failure =
            Incident { suite: "digits".into(), experiment: "c".into(), seed: 0, message: "too large".into() };
        Verification {
            verdicts: vec![
                row("a", judgement(0.01), judgement(1.0)),
                row("a", Judgement::not_reached("eta S averages to 2", "never at the edge"), judgement(1.0)),
                row("long-name", judgement(0.3), judgement(1.0)),
                row("long-name", judgement(0.01), judgement(0.0)),
            ],
            failures: vec![failure],
            finished_cases: 2,
            cases: 3,
            ..Verification::default()
        }
    }

    #[test]
    fn columns_align() {
        let text = table(&sample());
        let expected = "\
suite digits

experiment  seed  prediction              predicted  measured  discrepancy  tolerance  num. error  resolution  verdict      control
a              7  sharpness_equilibrates      2.000     2.010      0.01000    0.05000    1.000e-6       3.0 %  holds        violated
a              7  sharpness_equilibrates          -         -            -          -           -           -  not reached  violated

long-name      7  sharpness_equilibrates      2.000     2.300       0.3000    0.05000    1.000e-6        18 %  violated     violated
long-name      7  sharpness_equilibrates      2.000     2.010      0.01000    0.05000    1.000e-6       3.0 %  holds        holds
";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn reasons_follow_for_rows_that_do_not_pass() {
        let text = table(&sample());
        assert_eq!(text.matches("does not pass: digits::").count(), 3);
        assert!(
            text.contains("claim not reached: eta S averages to 2\n    reason: never at the edge"),
            "{text}"
        );
        assert!(text.contains("discrepancy 0.3000000, tolerance 0.05000000"), "{text}");
        assert!(text.contains("control holds, but must be violated: "), "{text}");
        assert!(text.contains("could not run: digits::c::seed0: too large\n"), "{text}");
    }

    #[test]
    fn stops_that_no_verdict_minds_are_a_note_an_experiment() {
        let stop = |experiment: &str, seed| Incident {
            suite: "digits".into(),
            experiment: experiment.into(),
            seed,
            message: "the central flow stopped at step 0: no solution; another stopped".into(),
        };
        let mut verification = sample();
        verification.verdicts.truncate(1);
        let mut other = verification.verdicts[0].clone();
        other.runs = Runs::One { seed: 8 };
        verification.verdicts.push(other);
        verification.stops = vec![stop("a", 7), stop("a", 8), stop("b", 7)];
        let text = table(&verification);
        let note = "note: digits::a, seeds 7, 8, passes all the same: the central flow stopped at step 0: no solution\n";
        assert!(text.contains(note), "{text}");
        // A case without verdicts, or with one that does not pass, does not pass in spite of anything.
        assert!(text.contains("stopped early: digits::b::seed7: the central flow"), "{text}");
        verification.verdicts[1].finding.control = judgement(0.0);
        let text = table(&verification);
        assert!(
            text.contains("note: digits::a, seed 7, passes")
                && text.contains("stopped early: digits::a::seed8")
        );
    }

    #[test]
    fn the_summary_counts_everything() {
        let mut verification = sample();
        let last =
            "4 verdicts: 2 hold, 1 violated, 1 not reached; controls: only 3 of 4 violated, as all must be";
        assert_eq!(table(&verification).lines().last(), Some(last));
        verification.verdicts.truncate(1);
        verification.interrupted = true;
        let text = table(&verification);
        assert!(text.contains("interrupted: 2 of 3 runs had finished\n"));
        let last = "1 verdict: 1 hold; controls: 1 violated, as they must be";
        assert_eq!(text.lines().last(), Some(last));
    }
}
