//! `centralflow list`: what there is to verify.

use std::fmt::Write;

use super::{CliError, ListArguments, Status, output, selection};
use crate::prediction::{self, Group};
use crate::report;
use crate::suite::{Experiment, RunBy, Suite};

/// Runs the command.
pub fn list(arguments: &ListArguments) -> Result<Status, CliError> {
    if arguments.series {
        output::print(&report::catalogue())?;
        return Ok(Status::Passed);
    }
    let suites = selection::suites(&arguments.suites)?;
    if arguments.verdicts {
        output::print(&suites.iter().map(report::matrix).collect::<String>())?;
        return Ok(Status::Passed);
    }
    output::print(&(suites.iter().map(listed).collect::<String>() + &predictions()))?;
    Ok(Status::Passed)
}

fn listed(suite: &Suite) -> String {
    let experiments: String = suite.experiments.iter().map(experiment).collect();
    let (name, file, description) = (&suite.name, &suite.file, suite.description.trim());
    format!("suite {name} ({file})\n  {description}\n{}{experiments}\n", run_by(suite))
}

/// Who runs it, if not everybody does.
fn run_by(suite: &Suite) -> &'static str {
    match (suite.run_by.contains(&RunBy::Verify), suite.run_by.contains(&RunBy::Test)) {
        (true, true) => "",
        (true, false) => "  not run by `cargo test`\n",
        (false, true) => "  run by `cargo test`; `verify` runs it by name only\n",
        (false, false) => "  run by name only\n",
    }
}

fn experiment(experiment: &Experiment) -> String {
    let spec = &experiment.spec;
    let seeds: Vec<String> = experiment.seeds.iter().map(u64::to_string).collect();
    let names: Vec<&str> = experiment.predictions.iter().map(|prediction| prediction.name()).collect();
    format!(
        "\n  experiment {}\n    {}\n    {}, learning rate {}{}, steps {}, seeds {}\n    predictions: {}\n",
        spec.name,
        spec.objective.description(),
        spec.settings.optimizer.description(),
        spec.settings.learning_rate,
        spec.settings
            .schedule
            .iter()
            .map(|schedule| format!(" {}", schedule.description()))
            .collect::<String>(),
        spec.settings.steps,
        seeds.join(", "),
        names.join(", "),
    )
}

/// The groups, by whose names a suite has all their predictions, and these.
fn predictions() -> String {
    prediction::groups().iter().map(group).collect::<Vec<_>>().join("\n")
}

fn group(group: &Group) -> String {
    let mut out = format!("predictions of the group {}: {}\n", group.name, group.meaning);
    for prediction in group.predictions {
        let _ = writeln!(out, "\n  {}\n    {}", prediction.name(), prediction.statement());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_listed_as_suite_files_spell_it() {
        let text = "description = 'Why.'\n[[experiment]]\nname = 'a'\nseeds = [3, 4]\n\
                    predictions = ['quadratic_modes']\nlearning_rate = 0.1\nsteps = 4\n\
                    [experiment.objective.network]\ndata = 'digits'\nexamples = 9\n\
                    model.mlp = { hidden = [8], activation = 'tanh' }\nloss = 'cross_entropy'\n";
        let suite = crate::suite::parse("my.toml", text).unwrap_or_else(|error| panic!("{error}"));
        let expected = "\
suite my (my.toml)
  Why.

  experiment a
    network, fully connected, hidden widths [8], activation tanh, loss cross_entropy, on 9 examples of digits
    gradient descent, learning rate 0.1, steps 4, seeds 3, 4
    predictions: quadratic_modes

";
        assert_eq!(listed(&suite), expected);
        let by_name = crate::suite::parse("my.toml", &text.replacen('\n', "\nrun_by = []\n", 1));
        let by_name = by_name.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(listed(&by_name), expected.replace("Why.\n", "Why.\n  run by name only\n"));
        let all = predictions();
        assert_eq!(all.matches("predictions of the group ").count(), prediction::groups().len());
        for group in prediction::groups() {
            let heading = format!("predictions of the group {}: {}\n", group.name, group.meaning);
            let of_group = all.split(&heading).nth(1).and_then(|rest| rest.split("predictions of").next());
            for prediction in group.predictions {
                let lines = format!("  {}\n    {}\n", prediction.name(), prediction.statement());
                assert!(of_group.is_some_and(|listed| listed.contains(&lines)), "{lines}");
            }
        }
    }
}
