//! The README's table of claims about averages, held against the golden files.

use libtest_mimic::{Failed, Trial};

/// The experiments of the table.
const EXPERIMENTS: [&str; 2] = ["digits-tanh", "digits-silu"];

/// A trial that fails if a row of the README's table is not what the golden files say.
pub fn trial() -> Trial {
    Trial::test("readme::table", || {
        let readme = include_str!("../README.md");
        let rows: Vec<String> =
            EXPERIMENTS.iter().map(|name| rows(name)).collect::<Result<Vec<_>, _>>()?.concat();
        if rows.iter().all(|row| readme.contains(row)) && rows.len() == readme.matches("\n| digits-").count()
        {
            return Ok(());
        }
        Err(Failed::from(format!("the table in README.md should be\n{}", rows.join("\n"))))
    })
}

/// The rows of an experiment: the verdicts on all its seeds.
fn rows(experiment: &str) -> Result<Vec<String>, Failed> {
    let file = format!("{}/golden/{experiment}-pooled.snap", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    Ok(text.lines().filter_map(|line| row(experiment, line)).collect())
}

/// `verdict NAME: holds PREDICTED MEASURED DISCREPANCY TOLERANCE ERROR RESOLUTION; control ...` as a row.
fn row(experiment: &str, line: &str) -> Option<String> {
    let (name, rest) = line.strip_prefix("verdict ")?.split_once(": ")?;
    let claim: Vec<&str> = rest.split("; ").next()?.split_whitespace().collect();
    let [_, predicted, measured, discrepancy, tolerance, _, resolution] = claim[..] else { return None };
    let shown = |text: &str| centralflow::report::number(text.parse().ok(), 3);
    let resolution = centralflow::report::percent(resolution.parse().ok());
    let cells = [predicted, measured, discrepancy, tolerance].map(shown).join(" | ");
    Some(format!("| {experiment} | {name} | {cells} | {resolution} |"))
}
