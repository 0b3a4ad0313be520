//! `centralflow verify`: judges every prediction of the suites and says whether all pass.

use std::sync::Arc;

use super::interrupt::Interrupt;
use super::progress::Bar;
use super::target::Target;
use super::{CliError, Status, VerdictFormat, VerifyArguments, memory, output, selection};
use crate::experiment::Record;
use crate::report::{self, html};
use crate::suite::{self, Batch, Case, RunBy, VerdictRow, Verification, shipped};

/// Runs the command.
pub fn verify(arguments: &VerifyArguments) -> Result<Status, CliError> {
    let mut cases = cases(arguments)?;
    // A page has figures of all processes.
    cases.iter_mut().for_each(|case| case.all_processes = arguments.html.is_some());
    let page = arguments.html.clone().map(Target::new);
    page.as_ref().map_or(Ok(()), Target::check)?;
    let interrupt = Interrupt::listen()?;
    let (runs, steps) = (cases.len(), cases.iter().map(|case| case.spec.settings.steps).sum());
    let what = if runs == 1 { "1 run".into() } else { format!("{runs} runs") };
    let bar = Arc::new(Bar::new(what, steps, interrupt.clone()));
    let batch = Arc::new(Batch::new(cases, memory::available()));
    let (running, watched, with_page) = (batch.clone(), bar.clone(), page.is_some());
    interrupt.outlasting(move || run(&running, &watched, with_page));
    bar.finish();
    let (verification, sections) = batch.outcome();
    let printed = print(arguments.format, &verification);
    if let Some(target) = page {
        let sections: Vec<String> = sections.into_iter().flatten().collect();
        target.write(|out| out.write_all(html::page(&verification, &sections).as_bytes()))?;
    }
    printed?; // only now: the page may be all that is left of a long run
    Ok(if verification.interrupted {
        Status::Interrupted
    } else if verification.passes() {
        Status::Passed
    } else {
        Status::Failed
    })
}

/// Runs the cases and keeps the sections of a page, if there is one.
fn run(batch: &Batch<Option<String>>, bar: &Bar, with_page: bool) {
    let section = |case: &Case, record: &Record, verdicts: &[VerdictRow]| {
        with_page.then(|| html::section(case, record, verdicts))
    };
    batch.run(bar, section, |case, how| bar.ended(batch.len(), case, how));
}

fn print(format: VerdictFormat, verification: &Verification) -> Result<(), CliError> {
    output::print(&match format {
        VerdictFormat::Table => report::table(verification),
        VerdictFormat::Json => report::json(verification)?,
    })
}

/// The cases of the suites, with the seeds and the predictions that were asked for.
fn cases(arguments: &VerifyArguments) -> Result<Vec<Case>, CliError> {
    let mut suites = match arguments.suites.as_slice() {
        [] if arguments.all => shipped::all()?,
        [] => shipped::run_by(RunBy::Verify)?,
        names => selection::suites(names)?,
    };
    if !arguments.seeds.is_empty() {
        suite::seeds(&arguments.seeds)
            .map_err(|accepted| CliError::Refused(format!("--seed {:?}: {accepted}", arguments.seeds)))?;
        for experiment in suites.iter_mut().flat_map(|suite| &mut suite.experiments) {
            experiment.seeds = arguments.seeds.clone();
        }
    }
    let all: Vec<Case> = suites.iter().flat_map(|suite| suite.cases()).collect();
    let Some(filter) = &arguments.filter else { return Ok(all) };
    let example = all.first().map(|case| case.check_name(case.predictions[0])).unwrap_or_default();
    let chosen: Vec<Case> = all.into_iter().filter_map(|case| filtered(case, filter)).collect();
    if chosen.is_empty() {
        return Err(CliError::Refused(format!(
            "--filter \"{filter}\" matches nothing: accepted is a part of names such as {example}"
        )));
    }
    Ok(chosen)
}

/// The case with the predictions whose names contain `filter`, if there are any.
fn filtered(mut case: Case, filter: &str) -> Option<Case> {
    let whole = case.clone();
    case.predictions.retain(|&prediction| whole.check_name(prediction).contains(filter));
    (!case.predictions.is_empty()).then_some(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(filter: Option<&str>, seeds: &[u64]) -> VerifyArguments {
        VerifyArguments {
            suites: vec![],
            all: false,
            format: VerdictFormat::Table,
            filter: filter.map(String::from),
            seeds: seeds.to_vec(),
            html: None,
        }
    }

    #[test]
    fn a_filter_keeps_the_checks_whose_names_contain_it() {
        let all = cases(&arguments(None, &[])).unwrap_or_else(|error| panic!("{error}"));
        let (case, prediction) = (&all[0], all[0].predictions[0]);
        let name = case.check_name(prediction);
        let chosen = cases(&arguments(Some(&name), &[])).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((chosen.len(), chosen[0].predictions.len()), (1, 1));
        assert_eq!(chosen[0].check_name(chosen[0].predictions[0]), name);
    }

    #[test]
    fn all_are_all_that_are_shipped() {
        let chosen = cases(&VerifyArguments { all: true, ..arguments(None, &[]) });
        let chosen = chosen.unwrap_or_else(|error| panic!("{error}"));
        let suites: std::collections::BTreeSet<String> = chosen.into_iter().map(|case| case.suite).collect();
        assert_eq!(suites, shipped::names().map(String::from).collect());
    }

    #[test]
    fn a_filter_that_matches_nothing_is_refused() {
        let message = cases(&arguments(Some("quux"), &[])).err().expect("refused").to_string();
        assert!(
            message.starts_with("--filter \"quux\" matches nothing: accepted is a part of names such as "),
            "{message}"
        );
    }

    #[test]
    fn a_page_that_cannot_be_written_is_refused_before_the_run() {
        let arguments = VerifyArguments { html: Some(std::env::temp_dir()), ..arguments(None, &[]) };
        let message = verify(&arguments).expect_err("a folder is no file").to_string();
        assert!(message.ends_with(" cannot be written: is a directory"), "{message}");
    }

    #[test]
    fn seeds_replace_those_of_the_suites() {
        let chosen = cases(&arguments(None, &[7, 5])).unwrap_or_else(|error| panic!("{error}"));
        assert!(chosen.chunks(2).all(|pair| (pair[0].seed, pair[1].seed) == (7, 5)));
        let message = cases(&arguments(None, &[7, 7])).err().expect("refused").to_string();
        assert_eq!(message, "--seed [7, 7]: accepted are one or more seeds, no two the same");
    }
}
