//! Which suites and experiments the arguments name.

use std::path::Path;

use super::CliError;
use crate::source::did_you_mean;
use crate::suite::{Experiment, Suite, check_distinct, load, shipped};

/// The suites named on the command line, each a shipped name or a file; all shipped ones if none is named.
pub fn suites(names: &[String]) -> Result<Vec<Suite>, CliError> {
    if names.is_empty() {
        return Ok(shipped::all()?);
    }
    let suites: Vec<Suite> = names.iter().map(|name| suite(name)).collect::<Result<_, _>>()?;
    check_distinct(&suites)?;
    Ok(suites)
}

/// The experiment of that name and the name of its suite.
pub fn experiment(suites: Vec<Suite>, name: &str) -> Result<(String, Experiment), CliError> {
    let all: Vec<(String, Experiment)> = suites
        .into_iter()
        .flat_map(|suite| {
            suite.experiments.into_iter().map(move |experiment| (suite.name.clone(), experiment))
        })
        .collect();
    let names: Vec<String> = all.iter().map(|(_, experiment)| experiment.spec.name.clone()).collect();
    all.into_iter().find(|(_, experiment)| experiment.spec.name == name).ok_or_else(|| {
        let meant = did_you_mean(name, names.iter().map(String::as_str));
        CliError::Refused(format!(
            "there is no experiment \"{name}\".{meant} Accepted are {}, or --suite FILE with another one",
            names.join(", ")
        ))
    })
}

fn suite(name: &str) -> Result<Suite, CliError> {
    if let Some(suite) = shipped::find(name) {
        return Ok(suite?);
    }
    let path = Path::new(name);
    if name.ends_with(".toml") || name.contains(std::path::MAIN_SEPARATOR) || path.exists() {
        return Ok(load(path)?);
    }
    let names: Vec<&str> = shipped::names().collect();
    Err(CliError::Refused(format!(
        "there is no suite \"{name}\".{} Accepted are {}, or the path of a suite file",
        did_you_mean(name, names.iter().copied()),
        names.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T>(result: Result<T, CliError>) -> String {
        result.err().expect("refused").to_string()
    }

    #[test]
    fn shipped_suites_are_found_by_name() {
        let all = suites(&[]).unwrap_or_else(|error| panic!("{error}"));
        let one = suites(&[all[0].name.clone()]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(one[0].file, all[0].file);
    }

    #[test]
    fn unknown_suites_and_experiments_are_refused_with_what_is_accepted() {
        let message = refusal(suites(&["digts".into()]));
        assert!(
            message.starts_with("there is no suite \"digts\". Did you mean digits? Accepted are ")
                && message.contains(&format!(" {}, ", shipped::names().next().expect("there are some"))),
            "{message}"
        );
        assert!(refusal(suites(&["no/such.toml".into()])).starts_with("no/such.toml: cannot be read"));
        assert!(refusal(suites(&[".".into()])).contains("cannot be read (Is a directory"));
        let all = suites(&[]).unwrap_or_else(|error| panic!("{error}"));
        let first = all[0].experiments[0].spec.name.clone();
        let message = refusal(experiment(all, "quux"));
        assert!(
            message.starts_with("there is no experiment \"quux\". Accepted are ") && message.contains(&first),
            "{message}"
        );
    }
}
