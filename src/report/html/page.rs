//! The whole page.

use std::fmt::Write;

use super::escape::escaped;
use super::section::anchor;
use super::style::STYLE;
use super::verdicts::verdicts;
use crate::report::table::summary;
use crate::suite::{Incident, Runs, VerdictRow, Verification};

const EXPLANATION: &str = "A claim holds if its discrepancy with the numerical error added is within the tolerance, is \
    violated if it is beyond it with the numerical error taken off, and is unresolved between the two; not reached means \
    that its premise never occurred. A control is the same judgement on a theory that is wrong in one place, and must be \
    violated.";

/// The page: a summary, the cases that could not be run, and the sections of the runs as [`super::section`] made them.
pub fn page(verification: &Verification, sections: &[String]) -> String {
    let Verification { verdicts, failures, .. } = verification;
    let class = if verification.passes() { "good" } else { "bad" };
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>centralflow: verdicts</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>Gradient descent at the edge of stability: verdicts</h1>\n\
         <p class=\"summary {class}\">{}</p>\n",
        escaped(&summary(verdicts))
    );
    if verification.interrupted {
        let Verification { finished_cases, cases, .. } = verification;
        let _ =
            writeln!(out, "<p class=\"bad\">Interrupted: {finished_cases} of {cases} runs had finished.</p>");
    }
    for failure in failures {
        let _ = writeln!(out, "<p class=\"bad\">{}</p>", told(failure));
    }
    let _ = writeln!(out, "<p>{EXPLANATION}</p>");
    contents(&mut out, verdicts);
    together(&mut out, verdicts);
    out + &sections.concat() + "</body>\n</html>\n"
}

fn told(failure: &Incident) -> String {
    let Incident { suite, experiment, seed, message } = failure;
    escaped(&format!("{suite}, {experiment}, seed {seed} could not run: {message}"))
}

/// The runs, each with a link to its section.
fn contents(out: &mut String, verdicts: &[VerdictRow]) {
    let run = |row: &VerdictRow| (row.suite.clone(), row.experiment.clone(), row.runs.seed());
    out.push_str("<ul>\n");
    for rows in verdicts.chunk_by(|a, b| run(a) == run(b)) {
        let (suite, experiment, seed) = run(&rows[0]);
        let Some(seed) = seed else { continue };
        let passed = rows.iter().filter(|row| row.passes()).count();
        let _ = writeln!(
            out,
            "<li><a href=\"#{}\">{}, seed {seed}</a>: {passed} of {} pass</li>",
            anchor(&suite, &experiment, seed),
            escaped(&format!("{suite}, {experiment}")),
            rows.len()
        );
    }
    out.push_str("</ul>\n");
}

/// The verdicts of several runs together.
fn together(out: &mut String, rows: &[VerdictRow]) {
    let of = |row: &VerdictRow| (row.suite.clone(), row.experiment.clone(), which(&row.runs));
    let together: Vec<VerdictRow> = rows.iter().filter(|row| row.runs.seed().is_none()).cloned().collect();
    for rows in together.chunk_by(|a, b| of(a) == of(b)) {
        let (suite, experiment, which) = of(&rows[0]);
        let heading = escaped(&format!("{suite}: {experiment}, {which}"));
        let _ = writeln!(out, "<section>\n<h2>{heading}</h2>\n{}</section>", verdicts(rows));
    }
}

/// Which runs are judged together.
fn which(runs: &Runs) -> String {
    match runs {
        Runs::One { seed } => format!("seed {seed}"),
        Runs::Pooled { .. } => "all seeds together".into(),
        Runs::Compared { seed, over, values } => {
            let values: Vec<String> = values.iter().map(f64::to_string).collect();
            format!("{over} {}, seed {seed}", values.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::well_formed;
    use crate::report::table::tests::sample;

    #[test]
    fn the_summary_comes_first_and_every_run_is_linked() {
        let html = page(&sample(), &["<section id=\"digits-a-seed7\"></section>\n".into()]);
        well_formed(&html);
        let summary =
            "<p class=\"summary bad\">4 verdicts: 2 hold, 1 violated, 1 not reached; controls: only 3 of 4";
        assert!(html.contains(summary), "{html}");
        assert!(html.contains("<a href=\"#digits-a-seed7\">digits, a, seed 7</a>: 1 of 2 pass"), "{html}");
        assert!(html.contains("digits, c, seed 0 could not run: too large"), "{html}");
    }

    #[test]
    fn names_from_files_are_escaped() {
        let mut verification = sample();
        verification.verdicts[0].suite = "<a & \"b\"".into();
        verification.failures[0].message = "x < y".into();
        well_formed(&page(&verification, &[]));
    }

    #[test]
    fn an_interrupted_run_says_so() {
        let verification = Verification { interrupted: true, ..sample() };
        assert!(page(&verification, &[]).contains("Interrupted: 2 of 3 runs had finished."));
        well_formed(&page(&Verification { interrupted: true, ..Verification::default() }, &[]));
    }

    #[test]
    fn nothing_is_loaded_or_run() {
        let html = page(&sample(), &[]);
        for forbidden in ["<script", "http:", "https:", "url(", "@import", "<img", "<link"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
    }
}
