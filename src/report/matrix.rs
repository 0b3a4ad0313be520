//! The page of a suite's verdicts, as it declares them: experiments by claims, and why some do not hold.
//!
//! A suite says of which claims it is known on which seeds that they do not hold; a run of it fails where that has changed.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::prediction::{Group, Outcome, groups};
use crate::suite::{Experiment, KnownFinding, Suite};

/// The page, as Markdown.
pub fn matrix(suite: &Suite) -> String {
    let mut page = format!("# {}: claims and verdicts\n\n{}\n{LEGEND}", suite.name, suite.description.trim());
    let _ = writeln!(page, "This page is made by `centralflow list --verdicts {}`.", suite.name);
    for group in groups() {
        let asked = |experiment: &&Experiment| claims_of(group, experiment).next().is_some();
        let experiments: Vec<&Experiment> = suite.experiments.iter().filter(asked).collect();
        if !experiments.is_empty() {
            page += &table(group, &experiments);
        }
    }
    page + "\n## The experiments\n\n"
        + &settings(suite)
        + "\n## Where claims do not hold, and why\n\n"
        + &findings(suite)
}

const LEGEND: &str = "
A cell has the verdicts of single runs, one a seed: **H** the claim holds and its control is violated, **V** it is violated, **U**
unresolved, **N** not reached. Behind a stroke is that of all seeds together, where a claim is about averages and some seed has one.
An empty cell was not asked for. What is not H is a finding, with its reason below.
";

fn claims_of<'a>(group: &'a Group, experiment: &'a Experiment) -> impl Iterator<Item = &'static str> + 'a {
    let asked = |name: &&str| experiment.predictions.iter().any(|claim| claim.name() == *name);
    group.predictions.iter().map(|claim| claim.name()).filter(move |name| asked(name))
}

/// A row a claim, a column an experiment.
fn table(group: &Group, experiments: &[&Experiment]) -> String {
    let names: Vec<&str> = experiments.iter().map(|experiment| experiment.spec.name.as_str()).collect();
    let mut table =
        format!("\n## {}\n\n| | {} |\n|---|{}\n", group.name, names.join(" | "), "---|".repeat(names.len()));
    for claim in group.predictions {
        let cells: Vec<String> =
            experiments.iter().map(|experiment| cell(experiment, claim.name())).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            let _ = writeln!(table, "| {} | {} |", claim.name(), cells.join(" | "));
        }
    }
    table
}

fn cell(experiment: &Experiment, claim: &str) -> String {
    let Some(prediction) = experiment.predictions.iter().find(|asked| asked.name() == claim) else {
        return String::new();
    };
    let findings = || experiment.findings.iter().filter(|finding| finding.prediction == claim);
    let single = |seed: &u64| letter(findings().find(|finding| finding.seeds.contains(seed)));
    let mut cell: String = experiment.seeds.iter().map(single).collect();
    // Averages of single runs that are not reached cannot be put together.
    let reached = cell.chars().any(|verdict| verdict != 'N');
    if prediction.averages().is_some() && reached && experiment.seeds.len() > 1 {
        let _ = write!(cell, "/{}", letter(findings().find(|finding| finding.pooled)));
    }
    cell
}

fn letter(finding: Option<&KnownFinding>) -> char {
    match finding.map(|finding| finding.verdict) {
        None | Some(Outcome::Holds) => 'H',
        Some(Outcome::Violated) => 'V',
        Some(Outcome::Unresolved) => 'U',
        Some(Outcome::NotReached) => 'N',
    }
}

fn settings(suite: &Suite) -> String {
    let line = |experiment: &Experiment| {
        let settings = &experiment.spec.settings;
        format!(
            "- **{}**: {}; {}, learning rate {}, {} steps\n",
            experiment.spec.name,
            experiment.spec.objective.description(),
            settings.optimizer.description(),
            settings.learning_rate,
            settings.steps
        )
    };
    suite.experiments.iter().map(line).collect()
}

/// By reason, so that what is common stands once.
fn findings(suite: &Suite) -> String {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for experiment in &suite.experiments {
        for finding in &experiment.findings {
            let seeds: Vec<String> = finding.seeds.iter().map(u64::to_string).collect();
            let together = if finding.pooled { vec!["all".to_string()] } else { vec![] };
            let runs = [seeds, together].concat().join(", ");
            let what = format!(
                "{} `{}` ({}: {runs})",
                experiment.spec.name,
                finding.prediction,
                letter(Some(finding))
            );
            by_reason.entry(&finding.reason).or_default().push(what);
        }
    }
    by_reason.iter().map(|(reason, all)| format!("- {reason} *{}*\n", all.join("; "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::shipped;

    #[test]
    fn the_page_in_docs_is_current() {
        let there = include_str!("../../docs/architectures.md");
        let suite = shipped::find("architectures").expect("it is shipped").expect("it is accepted");
        let command = "centralflow list --verdicts architectures";
        assert!(there == matrix(&suite), "docs/architectures.md is not what `{command}` prints");
    }

    #[test]
    fn a_cell_has_a_letter_a_seed_and_one_for_all_together() {
        let text = "description = 'd'\n[[experiment]]\nname = 'a'\nseeds = [0, 1, 2]\nlearning_rate = 0.1\nsteps = 9\n\
                    predictions = ['loss_decomposes', 'tracks_in_segments', 'keeps_pace']\n\
                    objective.quadratic.spectrum = [1.0]\n\
                    [[experiment.finding]]\nprediction = 'loss_decomposes'\nseeds = [1]\npooled = true\n\
                    verdict = 'unresolved'\nreason = 'Too short.'\n\
                    [[experiment.finding]]\nprediction = 'keeps_pace'\nseeds = [0, 1, 2]\n\
                    verdict = 'not_reached'\nreason = 'Too short.'\n";
        let suite = crate::suite::parse("my.toml", text).unwrap_or_else(|error| panic!("{error}"));
        let cells = ["loss_decomposes", "tracks_in_segments", "keeps_pace", "oscillation_size"]
            .map(|claim| cell(&suite.experiments[0], claim));
        assert_eq!(cells, ["HUH/U", "HHH", "NNN", ""]);
        let page = matrix(&suite);
        let reason = "- Too short. *a `loss_decomposes` (U: 1, all); a `keeps_pace` (N: 0, 1, 2)*";
        assert!(page.contains("| loss_decomposes | HUH/U |") && page.contains(reason), "{page}");
    }
}
