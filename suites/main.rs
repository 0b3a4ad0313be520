//! Hands the suites to `cargo test`: a test a prediction, experiment and seed, named
//! `suite::experiment::seedN::prediction`; one of all seeds together for each claim about averages,
//! `suite::experiment::pooled::prediction`; one a seed of each claim that compares the runs of a sweep, which bears the name that these
//! share; and a golden file a run, `golden::experiment::seedN`, one of all runs of an
//! experiment together, `golden::experiment::pooled`, one of those that are compared, and one of the eigen-solvers.
//!
//! Listing runs nothing. Tests of the same experiment and seed share its run, also when each is a process of its own.

mod cases;
mod eigen_solvers;
mod golden;
mod moved;
mod readme;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use centralflow::prediction::Prediction;
use centralflow::report::describe;
use centralflow::suite::{Cache, Case, RunBy, Share, Suite, VerdictRow, compared, shipped};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suites = shipped::run_by(RunBy::Test).unwrap_or_else(|error| panic!("{error}"));
    let program = std::env::current_exe().expect("a running program has a file");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records");
    let cache = Arc::new(Cache::new(folder, program));
    let mut trials = verdicts(&suites, &cache);
    trials.extend(suites.iter().flat_map(|suite| pooled(suite, &cache)));
    trials.extend(suites.iter().flat_map(|suite| comparisons(suite, &cache)));
    trials.extend(golden::trials(&suites, &cache));
    trials.extend(cases::trials(&cache));
    trials.push(readme::trial());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A trial of all seeds together for each claim about averages of an experiment with several.
fn pooled(suite: &Suite, cache: &Arc<Cache>) -> Vec<Trial> {
    let mut trials = vec![];
    for experiment in &suite.experiments {
        for prediction in experiment.pooled() {
            let (cases, cache, known) =
                (experiment.cases(&suite.name), cache.clone(), experiment.findings.clone());
            let name = format!("{}::{}::pooled::{}", suite.name, experiment.spec.name, prediction.name());
            trials.push(Trial::test(name, move || match pooled_row(&cases, prediction, &cache)? {
                Some(row) if !row.is_as_expected(&known) => Err(Failed::from(describe(&row))),
                // Where fewer than two seeds have an average there is no such row; their own rows say why.
                _ => Ok(()),
            }));
        }
    }
    trials
}

/// The row of all cases of an experiment together, if at least two have an average.
fn pooled_row(
    cases: &[Case],
    prediction: &dyn Prediction,
    cache: &Cache,
) -> Result<Option<VerdictRow>, String> {
    let judge = |case: &Case| Ok(case.judge_one(prediction, &*cache.record(case)?));
    let rows = cases.iter().map(judge).collect::<Result<Vec<VerdictRow>, String>>()?;
    Ok(VerdictRow::pooled(prediction, &rows.iter().collect::<Vec<_>>()))
}

/// A trial a seed for each claim that compares the runs of a sweep.
fn comparisons(suite: &Suite, cache: &Arc<Cache>) -> Vec<Trial> {
    let trial = |(name, cases): (String, Vec<Case>)| {
        let cache = cache.clone();
        Trial::test(name.clone(), move || {
            for row in compared_rows(&cases, &cache)?.iter().filter(|row| row.name() == name) {
                if !row.is_as_expected(&cases[0].findings) {
                    return Err(Failed::from(describe(row)));
                }
            }
            Ok(())
        })
    };
    swept(suite, |case, prediction| case.check_name(prediction)).into_iter().map(trial).collect()
}

/// The cases with claims that compare runs, by what each is called with a claim.
fn swept(suite: &Suite, name: impl Fn(&Case, &dyn Prediction) -> String) -> BTreeMap<String, Vec<Case>> {
    let mut swept: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in suite.cases() {
        let claims = case.predictions.iter().filter(|claim| claim.comparison().is_some());
        let names: BTreeSet<String> = claims.map(|&claim| name(&case, claim)).collect();
        for name in names {
            swept.entry(name).or_default().push(case.clone());
        }
    }
    swept
}

/// The rows that compare the runs of these cases.
fn compared_rows(cases: &[Case], cache: &Cache) -> Result<Vec<VerdictRow>, String> {
    let shares = |case: &Case| Ok(case.shares(&*cache.record(case)?));
    let shares: Vec<Vec<Share>> = cases.iter().map(shares).collect::<Result<_, String>>()?;
    Ok(compared(&shares.concat()))
}

/// A trial a verdict. Those of different cases alternate, so that threads do not all wait for the same run.
fn verdicts(suites: &[Suite], cache: &Arc<Cache>) -> Vec<Trial> {
    let cases: Vec<Arc<Case>> = suites.iter().flat_map(|suite| suite.cases()).map(Arc::new).collect();
    let most = cases.iter().map(|case| case.alone().count()).max().unwrap_or(0);
    (0..most).flat_map(|index| cases.iter().filter_map(move |case| verdict(case, index, cache))).collect()
}

/// The trial of the case's prediction at `index`, if it has so many.
fn verdict(case: &Arc<Case>, index: usize, cache: &Arc<Cache>) -> Option<Trial> {
    let prediction = case.alone().nth(index)?;
    let (name, case, cache) = (case.check_name(prediction), case.clone(), cache.clone());
    Some(Trial::test(name, move || {
        let row = case.judge_one(prediction, &*cache.record(&case)?);
        if row.is_as_expected(&case.findings) { Ok(()) } else { Err(Failed::from(describe(&row))) }
    }))
}
