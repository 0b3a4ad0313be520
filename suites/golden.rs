//! Golden files: one snapshot an experiment, of all its seeds, and one of the eigen-solvers. They hold the numbers still, the
//! numbers of verdicts included, so that a loosened tolerance shows; they judge no claim.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use centralflow::prediction::{Judgement, Prediction};
use centralflow::report::word;
use centralflow::suite::{Cache, Case, Suite, VerdictRow};
use libtest_mimic::{Failed, Trial};

use crate::eigen_solvers;
use crate::moved::moved;

/// A trial a snapshot, and one that finds snapshots which nothing writes.
pub fn trials(suites: &[Suite], cache: &Arc<Cache>) -> Vec<Trial> {
    let mut goldens = vec![Golden::new("eigen-solvers", || Ok(eigen_solvers::table()?))];
    for suite in suites {
        for experiment in &suite.experiments {
            let (cases, cache) = (experiment.cases(&suite.name), cache.clone());
            goldens.push(Golden::new(&experiment.spec.name, move || summary(&cases, &cache)));
        }
    }
    let names: BTreeSet<String> = goldens.iter().map(|golden| golden.name.clone()).collect();
    let mut trials: Vec<Trial> = goldens.into_iter().map(Golden::trial).collect();
    trials.push(Trial::test("golden::no_orphans", move || no_orphans(&names)));
    trials
}

/// A snapshot by its name, and how its text is made.
struct Golden {
    name: String,
    text: Box<dyn FnOnce() -> Result<String, Failed> + Send>,
}

impl Golden {
    fn new(name: &str, text: impl FnOnce() -> Result<String, Failed> + Send + 'static) -> Self {
        Self { name: name.to_owned(), text: Box::new(text) }
    }

    fn trial(self) -> Trial {
        Trial::test(format!("golden::{}", self.name), move || {
            let text = (self.text)()?;
            for line in moved(&stored(&self.name), &text) {
                eprintln!("golden::{}: {line}", self.name);
            }
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(folder());
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(self.name, text));
            Ok(())
        })
    }
}

fn summary(cases: &[Case], cache: &Cache) -> Result<String, Failed> {
    let (mut summary, mut rows) = (String::new(), vec![]);
    for case in cases {
        let record = cache.record(case)?;
        let judged = case.judge(&record);
        let lines: String = judged.iter().map(line).collect();
        summary += &format!("seed {}\n{}{lines}\n", case.seed, record.golden_summary());
        rows.extend(judged);
    }
    let of = |prediction: &dyn Prediction| -> Vec<&VerdictRow> {
        rows.iter().filter(|row| row.prediction == prediction.name()).collect()
    };
    let pooled = cases[0].predictions.iter().filter_map(|&p| VerdictRow::pooled(p, &of(p)));
    let lines: String = pooled.map(|row| line(&row)).collect();
    Ok(if lines.is_empty() { summary } else { format!("{summary}all seeds\n{lines}") })
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
fn stored(name: &str) -> String {
    let file = std::fs::read_to_string(folder().join(format!("{name}.snap"))).unwrap_or_default();
    file.splitn(3, "---\n").nth(2).unwrap_or_default().to_owned()
}

fn no_orphans(names: &BTreeSet<String>) -> Result<(), Failed> {
    let mut orphans = Vec::new();
    for entry in std::fs::read_dir(folder())? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if file.strip_suffix(".snap").is_some_and(|name| !names.contains(name)) {
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
