//! `centralflow run`: one run of one experiment, its time series written to a file.

use std::path::Path;

use super::progress::Bar;
use super::target::Target;
use super::{CliError, RunArguments, SeriesFormat, Status, interrupt, output, selection};
use crate::dynamics::{self, Record};
use crate::report;
use crate::suite::{self, Case, Experiment};

/// Runs the command.
pub fn run(arguments: &RunArguments) -> Result<Status, CliError> {
    let case = case(arguments)?;
    let target = target(arguments, &case);
    target.check()?;
    let bar = Bar::new(case.spec.steps, interrupt::flag()?);
    let record = dynamics::run(&case.spec, case.seed, &case.probes(), &bar);
    bar.finish();
    let record = record?;
    target.write(|out| match arguments.format {
        SeriesFormat::Csv => report::write_csv(&record.columns(), out),
        SeriesFormat::Json => report::write_json(&record.columns(), out),
    })?;
    output::print(&summary(&case, &record, target.path()))?;
    Ok(if record.interrupted() { Status::Interrupted } else { Status::Passed })
}

/// The experiment with the overrides of the command line, which obey the same rules as the file.
fn case(arguments: &RunArguments) -> Result<Case, CliError> {
    let files: Vec<String> = arguments.suite.iter().map(|path| path.display().to_string()).collect();
    let (suite, mut experiment) = selection::experiment(selection::suites(&files)?, &arguments.experiment)?;
    let refused = |accepted| CliError::Refused(accepted);
    if let Some(steps) = arguments.steps {
        suite::steps(steps).map_err(|accepted| refused(format!("--steps {steps}: {accepted}")))?;
        experiment.spec.steps = steps;
    }
    if let Some(rate) = arguments.learning_rate {
        suite::learning_rate(rate)
            .map_err(|accepted| refused(format!("--learning-rate {rate}: {accepted}")))?;
        experiment.spec.learning_rate = rate;
    }
    let seed = arguments.seed.unwrap_or(experiment.seeds[0]);
    let Experiment { spec, predictions, .. } = experiment;
    // Known findings are of the runs as the suite has them, which options may have changed: `run` shows what comes out.
    Ok(Case { suite, spec, seed, predictions, findings: vec![] })
}

/// Where the series goes.
fn target(arguments: &RunArguments, case: &Case) -> Target {
    let ending = match arguments.format {
        SeriesFormat::Csv => "csv",
        SeriesFormat::Json => "json",
    };
    Target::new(arguments.out.join(format!("{}-seed{}.{ending}", case.spec.name, case.seed)))
}

/// Where the series is, whether it is whole, and the verdicts in short.
fn summary(case: &Case, record: &Record, path: &Path) -> String {
    let rows = record.columns().first().map_or(0, |(_, values)| values.len());
    let mut out = format!("{}: {rows} of {} steps\n", path.display(), case.spec.steps);
    out += &format!("{}\n", record.costs());
    if let Some(certificates) = record.certificate_costs() {
        out += &format!("{certificates}\n");
    }
    if let Some(stopped) = record.stopped() {
        out += &format!("the series is partial: {stopped}\n");
    }
    if record.interrupted() {
        return out + "the series is partial: interrupted; no verdicts\n";
    }
    let verdicts = case.judge(record);
    let width = verdicts.iter().map(|row| row.prediction.len()).max().unwrap_or(0);
    for row in &verdicts {
        let [claim, control] = [&row.finding.claim, &row.finding.control];
        out += &format!(
            "  {:width$}  {:11}  control {}\n",
            row.prediction,
            report::word(claim.verdict),
            report::word(control.verdict)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments() -> RunArguments {
        let experiment = crate::suite::shipped::all().expect("they parse").remove(0).experiments.remove(0);
        RunArguments {
            experiment: experiment.spec.name,
            suite: None,
            seed: Some(5),
            out: "out".into(),
            format: SeriesFormat::Csv,
            steps: Some(3),
            learning_rate: Some(0.25),
        }
    }

    fn refusal(change: impl FnOnce(&mut RunArguments)) -> String {
        let mut arguments = arguments();
        change(&mut arguments);
        case(&arguments).err().expect("refused").to_string()
    }

    #[test]
    fn overrides_are_taken() {
        let case = case(&arguments()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((case.seed, case.spec.steps, case.spec.learning_rate), (5, 3, 0.25));
    }

    #[test]
    fn overrides_obey_the_rules_of_the_file() {
        let rates = [0.0, -1.0, f64::NAN, f64::INFINITY];
        for rate in rates {
            let message = refusal(|arguments| arguments.learning_rate = Some(rate));
            assert_eq!(message, format!("--learning-rate {rate}: accepted are finite numbers above 0"));
        }
        for steps in [0, 1_000_001] {
            let message = refusal(|arguments| arguments.steps = Some(steps));
            assert_eq!(message, format!("--steps {steps}: accepted are 1 to 1000000"));
        }
    }
}
