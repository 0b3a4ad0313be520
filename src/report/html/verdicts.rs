//! The verdicts of a run as a table; on a narrow screen each row becomes a list.

use std::fmt::Write;

use super::escape::escaped;
use crate::prediction::{Judgement, Outcome};
use crate::report::{number, percent, word};
use crate::suite::VerdictRow;

const DIGITS: usize = 4;
const HEADER: [&str; 10] = [
    "prediction",
    "statement",
    "predicted",
    "measured",
    "discrepancy",
    "tolerance",
    "numerical error",
    "resolution",
    "verdict",
    "control",
];

/// The table.
pub fn verdicts(rows: &[VerdictRow]) -> String {
    let header: String = HEADER.iter().map(|name| format!("<th>{name}</th>")).collect();
    let body: String = rows.iter().map(row).collect();
    format!("<table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n")
}

fn row(row: &VerdictRow) -> String {
    let [claim, control] = [&row.finding.claim, &row.finding.control];
    let mut cells = vec![escaped(row.prediction), statement(claim, control)];
    cells.extend(numbers(claim).map(|x| number(x, DIGITS)));
    cells.push(percent(claim.resolution));
    cells.push(outcome(claim.verdict, Outcome::Holds));
    cells.push(outcome(control.verdict, Outcome::Violated));
    let mut out = "<tr>".to_string();
    for (name, cell) in HEADER.iter().zip(cells) {
        let _ = write!(out, "<td data-name=\"{name}\">{cell}</td>");
    }
    out + "</tr>\n"
}

/// What is claimed; unfolded, where the tolerance comes from and what the control claims.
fn statement(claim: &Judgement, control: &Judgement) -> String {
    let control_numbers: Vec<String> = HEADER[2..7]
        .iter()
        .zip(numbers(control))
        .filter(|(_, x)| x.is_some())
        .map(|(name, x)| format!("{name} {}", number(x, DIGITS)))
        .collect();
    format!(
        "{}<details><summary>why, and the control</summary><p>{}</p><p>Control: {}</p><p>{}</p></details>",
        escaped(&claim.statement),
        escaped(&claim.reason),
        escaped(&control.statement),
        if control_numbers.is_empty() { escaped(&control.reason) } else { control_numbers.join(", ") }
    )
}

fn numbers(judgement: &Judgement) -> [Option<f64>; 5] {
    let Judgement { predicted, measured, discrepancy, tolerance, numerical_error, .. } = *judgement;
    [predicted, measured, discrepancy, tolerance, numerical_error]
}

/// The outcome in words, marked by whether it is the one that passes.
fn outcome(outcome: Outcome, passing: Outcome) -> String {
    let (class, mark) = if outcome == passing {
        ("good", '\u{2713}')
    } else if matches!(outcome, Outcome::Holds | Outcome::Violated) {
        ("bad", '\u{2717}')
    } else {
        ("open", '?')
    };
    format!("<span class=\"{class}\">{mark} {}</span>", word(outcome))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::well_formed;
    use crate::report::table::tests::sample;

    #[test]
    fn a_row_has_everything() {
        let html = verdicts(&sample().verdicts[..1]);
        well_formed(&html);
        for part in [
            "<td data-name=\"prediction\">sharpness_equilibrates</td>",
            "<td data-name=\"statement\">eta S averages to 2<details>",
            "<td data-name=\"predicted\">2.000</td><td data-name=\"measured\">2.010</td>",
            "<td data-name=\"numerical error\">1.000e-6</td>",
            "<span class=\"good\">\u{2713} holds</span>",
            "<td data-name=\"control\"><span class=\"good\">\u{2713} violated</span>",
            "two standard errors",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
    }

    #[test]
    fn what_passes_and_what_does_not_is_told_apart() {
        let html = verdicts(&sample().verdicts[1..]);
        well_formed(&html);
        for part in [
            "<span class=\"open\">? not reached</span>",
            "<td data-name=\"verdict\"><span class=\"bad\">\u{2717} violated</span>",
            "<td data-name=\"control\"><span class=\"bad\">\u{2717} holds</span>",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
    }

    #[test]
    fn statements_are_escaped() {
        let mut row = sample().verdicts.remove(0);
        row.finding.claim.statement = "a < b & \"c\"".into();
        row.finding.control.reason = "<p>".into();
        well_formed(&verdicts(&[row]));
    }
}
