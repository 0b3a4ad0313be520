//! The README's tables of claims about averages, held against the golden files.

use centralflow::report::{number, percent};
use libtest_mimic::{Failed, Trial};

/// The experiments of the table of claims.
const EXPERIMENTS: [&str; 2] = ["digits-tanh", "digits-silu"];
/// The experiments of the table of update rules.
const RULES: [&str; 5] =
    ["heavy-ball-deep", "nesterov-deep", "scalar-rmsprop-silu", "rmsprop-silu", "adam-silu"];
/// The claims of the table of update rules, its columns.
const CLAIMS: [&str; 6] = [
    "sharpness_equilibrates",
    "keeps_pace",
    "oscillation_size",
    "loss_decomposes",
    "gradient_norm_decomposes",
    "state_follows_squares",
];

/// A trial that fails if a row of the README's tables is not what the golden files say.
pub fn trial() -> Trial {
    Trial::test("readme::table", || {
        let readme = include_str!("../README.md");
        let claims: Vec<String> =
            EXPERIMENTS.iter().map(|name| rows(name)).collect::<Result<Vec<_>, _>>()?.concat();
        let rules: Vec<String> = RULES.iter().map(|name| cells(name)).collect::<Result<_, _>>()?;
        let complete = claims.len() == readme.matches("\n| digits-").count();
        if complete && claims.iter().chain(&rules).all(|row| readme.contains(row)) {
            return Ok(());
        }
        let (claims, rules) = (claims.join("\n"), rules.join("\n"));
        Err(Failed::from(format!("the tables in README.md should be\n{claims}\n\n{rules}")))
    })
}

/// The verdict of a claim on all seeds of an experiment together, and its numbers.
struct Verdict<'a> {
    claim: &'a str,
    verdict: &'a str,
    predicted: &'a str,
    measured: &'a str,
    discrepancy: &'a str,
    tolerance: &'a str,
    resolution: String,
}

fn golden(experiment: &str) -> Result<String, Failed> {
    let file = format!("{}/golden/{experiment}-pooled.snap", env!("CARGO_MANIFEST_DIR"));
    Ok(std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?)
}

/// `verdict NAME: holds PREDICTED MEASURED DISCREPANCY TOLERANCE ERROR RESOLUTION; control ...`.
fn verdict(line: &str) -> Option<Verdict<'_>> {
    let (claim, rest) = line.strip_prefix("verdict ")?.split_once(": ")?;
    let words: Vec<&str> = rest.split("; ").next()?.split_whitespace().collect();
    let [verdict, predicted, measured, discrepancy, tolerance, _, resolution] = words[..] else {
        return None;
    };
    let resolution = percent(resolution.parse().ok());
    Some(Verdict { claim, verdict, predicted, measured, discrepancy, tolerance, resolution })
}

fn shown(text: &str) -> String {
    number(text.parse().ok(), 3)
}

/// The rows of an experiment: the verdicts on all its seeds.
fn rows(experiment: &str) -> Result<Vec<String>, Failed> {
    let text = golden(experiment)?;
    let row = |v: Verdict<'_>| {
        let cells = [v.predicted, v.measured, v.discrepancy, v.tolerance].map(shown).join(" | ");
        format!("| {experiment} | {} | {cells} | {} |", v.claim, v.resolution)
    };
    Ok(text.lines().filter_map(verdict).map(row).collect())
}

/// The row of an update rule: what was measured and how well, a claim a column.
fn cells(experiment: &str) -> Result<String, Failed> {
    let text = golden(experiment)?;
    let verdicts: Vec<Verdict<'_>> = text.lines().filter_map(verdict).collect();
    let cell = |claim: &str| match verdicts.iter().find(|v| v.claim == claim) {
        Some(v) if v.verdict == "holds" => format!("{} ({})", shown(v.measured), v.resolution),
        Some(v) => format!("{}: {}", v.verdict, shown(v.measured)),
        None => "-".to_string(),
    };
    Ok(format!("| {experiment} | {} |", CLAIMS.map(cell).join(" | ")))
}
