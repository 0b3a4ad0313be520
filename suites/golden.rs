//! Golden files: one snapshot a run, one of the verdicts on all runs of an experiment together, and one of the eigen-solvers.
//! They hold the numbers still, the numbers of verdicts included, so that a loosened tolerance shows; they judge no claim.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use centralflow::prediction::{Judgement, Prediction};
use centralflow::report::word;
use centralflow::suite::{Cache, Case, Experiment, Suite, VerdictRow};
use libtest_mimic::{Failed, Trial};

use crate::eigen_solvers;
use crate::moved::moved;
use crate::{compared_rows, pooled_row, swept};

/// A trial a snapshot, and one that finds snapshots which nothing writes.
pub fn trials(suites: &[Suite], cache: &Arc<Cache>) -> Vec<Trial> {
    let mut goldens = vec![Golden::new("eigen-solvers".into(), || Ok(eigen_solvers::table()?))];
    for suite in suites {
        for experiment in &suite.experiments {
            goldens.extend(of_experiment(experiment, &suite.name, cache));
        }
        goldens.extend(of_sweeps(suite, cache));
    }
    let files: BTreeSet<String> = goldens.iter().map(Golden::file).collect();
    let mut trials: Vec<Trial> = goldens.into_iter().map(Golden::trial).collect();
    trials.push(Trial::test("golden::no_orphans", move || no_orphans(&files)));
    trials
}

/// A snapshot a family of runs that are compared and a seed.
fn of_sweeps(suite: &Suite, cache: &Arc<Cache>) -> Vec<Golden> {
    let family = |case: &Case, claim: &dyn Prediction| {
        let name = case.check_name(claim);
        let parts: Vec<&str> = name.split("::").collect();
        parts[1..3].join("::")
    };
    let golden = |(name, cases): (String, Vec<Case>)| {
        let cache = cache.clone();
        Golden::new(name, move || side_by_side(&cases, &cache))
    };
    swept(suite, family).into_iter().map(golden).collect()
}

/// A snapshot a seed with claims about it alone, and one of all seeds together if there are claims about averages.
fn of_experiment(experiment: &Experiment, suite: &str, cache: &Arc<Cache>) -> Vec<Golden> {
    let (name, cases, pooled) = (&experiment.spec.name, experiment.cases(suite), experiment.pooled());
    let one = |case: &Case| {
        let (name, case, cache) = (format!("{name}::seed{}", case.seed), case.clone(), cache.clone());
        Golden::new(name, move || run(&case, &cache))
    };
    let alone = |case: &&Case| case.alone().next().is_some();
    let mut goldens: Vec<Golden> = cases.iter().filter(alone).map(one).collect();
    if !pooled.is_empty() {
        let cache = cache.clone();
        goldens.push(Golden::new(format!("{name}::pooled"), move || together(&cases, &pooled, &cache)));
    }
    goldens
}

/// A snapshot by its name, `experiment::seedN`, and how its text is made.
struct Golden {
    name: String,
    text: Box<dyn FnOnce() -> Result<String, Failed> + Send>,
}

impl Golden {
    fn new(name: String, text: impl FnOnce() -> Result<String, Failed> + Send + 'static) -> Self {
        Self { name, text: Box::new(text) }
    }

    /// The name of its file, without the ending.
    fn file(&self) -> String {
        self.name.replace("::", "-")
    }

    fn trial(self) -> Trial {
        Trial::test(format!("golden::{}", self.name), move || {
            let file = self.file();
            let text = (self.text)()?;
            for line in moved(&stored(&file), &text) {
                eprintln!("golden::{}: {line}", self.name);
            }
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(folder());
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(file, text));
            Ok(())
        })
    }
}

/// A run and the verdicts on it.
fn run(case: &Case, cache: &Cache) -> Result<String, Failed> {
    let record = cache.record(case)?;
    let lines: String = case.judge(&record).iter().map(line).collect();
    Ok(format!("seed {}\n{}{lines}", case.seed, record.golden_summary()))
}

/// The bits that runs end with, and the verdicts that compare them.
fn side_by_side(cases: &[Case], cache: &Cache) -> Result<String, Failed> {
    let mut lines = String::new();
    for case in cases {
        lines += &format!("{}: {}\n", case.spec.name, cache.record(case)?.bits);
    }
    lines.extend(compared_rows(cases, cache)?.iter().map(line));
    Ok(lines)
}

/// The verdicts on all runs together.
fn together(cases: &[Case], pooled: &[&dyn Prediction], cache: &Cache) -> Result<String, Failed> {
    let mut lines = "all seeds\n".to_string();
    for &prediction in pooled {
        lines.extend(pooled_row(cases, prediction, cache)?.as_ref().map(line));
    }
    Ok(lines)
}

/// A verdict and its control with their numbers.
fn line(row: &VerdictRow) -> String {
    format!(
        "verdict {}: {}; control {}\n",
        row.prediction,
        judged(&row.finding.claim),
        judged(&row.finding.control)
    )
}

fn judged(judgement: &Judgement) -> String {
    let numbers = [
        judgement.predicted,
        judgement.measured,
        judgement.discrepancy,
        judgement.tolerance,
        judgement.numerical_error,
        judgement.resolution,
    ];
    let shown = numbers.map(|x| x.map_or("-".into(), |x| format!("{x:.3e}")));
    format!("{} {}", word(judgement.verdict), shown.join(" "))
}

/// The text of the snapshot as it is stored; empty if there is none.
fn stored(file: &str) -> String {
    let text = std::fs::read_to_string(folder().join(format!("{file}.snap"))).unwrap_or_default();
    text.splitn(3, "---\n").nth(2).unwrap_or_default().to_owned()
}

fn no_orphans(files: &BTreeSet<String>) -> Result<(), Failed> {
    let mut orphans = Vec::new();
    for entry in std::fs::read_dir(folder())? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if file.strip_suffix(".snap").is_some_and(|name| !files.contains(name)) {
            orphans.push(file);
        }
    }
    if orphans.is_empty() {
        return Ok(());
    }
    Err(format!("nothing writes these snapshots in golden/, remove them: {}", orphans.join(", ")).into())
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
}
