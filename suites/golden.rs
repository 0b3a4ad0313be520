//! Golden files: one snapshot an experiment, of all its seeds. They hold the numbers still; they judge no claim.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use centralflow::suite::{Cache, Case, Suite};
use libtest_mimic::{Failed, Trial};

/// A trial an experiment, and one that finds snapshots which no experiment has.
pub fn trials(suites: &[Suite], cache: &Arc<Cache>) -> Vec<Trial> {
    let mut names = BTreeSet::new();
    let mut trials = Vec::new();
    for suite in suites {
        for experiment in &suite.experiments {
            names.insert(experiment.spec.name.clone());
            trials.push(golden(experiment.spec.name.clone(), experiment.cases(&suite.name), cache.clone()));
        }
    }
    trials.push(Trial::test("golden::no_orphans", move || no_orphans(&names)));
    trials
}

fn golden(name: String, cases: Vec<Case>, cache: Arc<Cache>) -> Trial {
    Trial::test(format!("golden::{name}"), move || {
        let mut summary = String::new();
        for case in &cases {
            summary += &format!("seed {}\n{}\n", case.seed, cache.record(case)?.golden_summary());
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, summary));
        Ok(())
    })
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
    Err(format!("no experiment has these snapshots in golden/, remove them: {}", orphans.join(", ")).into())
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
}
