//! `centralflow run`: one run of one experiment, its time series written to a file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::interrupt::Interrupt;
use super::progress::Bar;
use super::settings::Series;
use super::{CliError, RunArguments, SeriesFormat, Status, memory, output, selection};
use crate::experiment::{Progress, Record};
use crate::report;
use crate::suite::{self, Case, Experiment, Ration};

/// Runs the command.
pub fn run(arguments: &RunArguments) -> Result<Status, CliError> {
    let (case, name) = case(arguments)?;
    let series = series(arguments, &case, name.clone())?;
    series.check(arguments.force)?;
    let ration = Ration::new(memory::available());
    ration
        .take(&case.spec.memory(), || false)
        .map_err(|reason| CliError::Refused(format!("the run {reason}")))?;
    let interrupt = Interrupt::listen()?;
    let watched = Arc::new(Watched::new(Bar::new(name.clone(), case.spec.settings.steps, interrupt.clone())));
    let (running, watching) = (case.clone(), watched.clone());
    let run = move || running.run(&*watching);
    let ended = interrupt.outlasting(run).transpose()?;
    watched.bar.finish();
    let Some(record) = ended.or_else(|| watched.partial()) else {
        output::print("interrupted before the first step: nothing is written\n")?;
        return Ok(Status::Interrupted);
    };
    let path = series.write(arguments.force, |out| match arguments.format {
        SeriesFormat::Csv => report::write_csv(&record.columns(), out),
        SeriesFormat::Json => report::write_json(&record.columns(), out),
    })?;
    output::print(&summary(&case, &record, &path))?;
    Ok(if record.interrupted() { Status::Interrupted } else { Status::Passed })
}

/// A run with a bar, and what it has recorded so far.
struct Watched {
    bar: Bar,
    record: Mutex<Option<Record>>,
}

impl Watched {
    fn new(bar: Bar) -> Self {
        Self { bar, record: Mutex::new(None) }
    }

    /// What was recorded of a run that is not waited for.
    fn partial(&self) -> Option<Record> {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(Record { cancelled: true, ..record })
    }
}

impl Progress for Watched {
    fn step(&self) {
        self.bar.step();
    }

    fn cancelled(&self) -> bool {
        self.bar.cancelled()
    }

    fn recorded(&self, record: &Record) {
        let mut kept = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert_with(|| record.clone());
        let new = &record.samples[kept.samples.len()..];
        kept.samples.extend_from_slice(new);
        kept.stops.clone_from(&record.stops);
    }
}

/// The experiment with the overrides of the command line, which obey the same rules as the file, and the name of its
/// series, which has the overrides in it.
fn case(arguments: &RunArguments) -> Result<(Case, String), CliError> {
    let files: Vec<String> = arguments.suite.iter().map(|path| path.display().to_string()).collect();
    let (suite, experiment) = selection::experiment(selection::suites(&files)?, &arguments.experiment)?;
    let Experiment { mut spec, predictions, seeds, .. } = experiment;
    let seed = arguments.seed.unwrap_or(seeds[0]);
    let mut name = format!("{}-seed{seed}", spec.name);
    let refused = |accepted| CliError::Refused(accepted);
    if let Some(rate) = arguments.learning_rate.filter(|rate| *rate != spec.settings.learning_rate) {
        suite::learning_rate(rate)
            .map_err(|accepted| refused(format!("--learning-rate {rate}: {accepted}")))?;
        spec.settings.learning_rate = rate;
        name += &format!("-eta{rate:?}");
    }
    if let Some(steps) = arguments.steps.filter(|steps| *steps != spec.settings.steps) {
        suite::steps(steps).map_err(|accepted| refused(format!("--steps {steps}: {accepted}")))?;
        spec.settings.steps = steps;
        name += &format!("-steps{steps}");
    }
    // Known findings, and what a sweep compares, are of the runs as the suite has them, which options may have changed: `run` shows what comes out.
    Ok((Case { suite, spec, seed, predictions, findings: vec![], swept: vec![], all_processes: true }, name))
}

/// Where the series goes.
fn series(arguments: &RunArguments, case: &Case, name: String) -> Result<Series, CliError> {
    let ending = match arguments.format {
        SeriesFormat::Csv => "csv",
        SeriesFormat::Json => "json",
    };
    Series::new(arguments.out.clone(), name, ending, case)
}

/// Where the series is, whether it is whole, and the verdicts in short.
fn summary(case: &Case, record: &Record, path: &Path) -> String {
    let rows = record.columns().first().map_or(0, |(_, values)| values.len());
    let mut out = format!("{}: {rows} of {} steps\n", path.display(), case.spec.settings.steps);
    if !record.interrupted() {
        out.extend(record.costs().map(|costs| format!("{costs}\n")));
    }
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
    use crate::experiment::Plan;

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
            force: false,
        }
    }

    fn refusal(change: impl FnOnce(&mut RunArguments)) -> String {
        let mut arguments = arguments();
        change(&mut arguments);
        case(&arguments).err().expect("refused").to_string()
    }

    #[test]
    fn overrides_are_taken() {
        let (case, _) = case(&arguments()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((case.seed, case.spec.settings.steps, case.spec.settings.learning_rate), (5, 3, 0.25));
    }

    #[test]
    fn what_was_recorded_is_there_if_a_run_is_not_waited_for() {
        let (case, _) = case(&arguments()).unwrap_or_else(|error| panic!("{error}"));
        let watched = Watched::new(Bar::new("run".into(), 3, Interrupt::default()));
        assert_eq!(watched.partial(), None);
        let record =
            case.spec.run(case.seed, &Plan::everything(), &watched).unwrap_or_else(|error| panic!("{error}"));
        let partial = watched.partial().expect("recorded");
        assert!(partial.cancelled && partial.samples.len() == 3);
        assert_eq!((&partial.samples, &partial.stops), (&record.samples, &record.stops));
    }

    #[test]
    fn overrides_are_in_the_name_unless_they_change_nothing() {
        let name = |steps, learning_rate| {
            let arguments = RunArguments { steps, learning_rate, ..arguments() };
            case(&arguments).unwrap_or_else(|error| panic!("{error}"))
        };
        let (plain, plain_name) = name(None, None);
        let (steps, rate) = (plain.spec.settings.steps, plain.spec.settings.learning_rate);
        assert_eq!(plain_name, format!("{}-seed5", plain.spec.name));
        assert_eq!(name(Some(steps), Some(rate)).1, plain_name);
        assert_eq!(name(Some(3), Some(0.25)).1, format!("{plain_name}-eta0.25-steps3"));
        // Whatever differs has another name, in few characters.
        assert_eq!(name(None, Some(0.1 + 0.2)).1, format!("{plain_name}-eta0.30000000000000004"));
        assert_eq!(name(None, Some(1e-300)).1, format!("{plain_name}-eta1e-300"));
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
