//! The suites of this repository, built into the program.

use super::{RunBy, Suite, SuiteError, check_distinct, parse};

/// Name, file and text of each; a new file in `suites/` gets its line here.
const FILES: &[(&str, &str, &str)] = &[
    ("architectures", "suites/architectures.toml", include_str!("../../suites/architectures.toml")),
    ("data", "suites/data.toml", include_str!("../../suites/data.toml")),
    ("digits", "suites/digits.toml", include_str!("../../suites/digits.toml")),
    ("findings", "suites/findings.toml", include_str!("../../suites/findings.toml")),
    ("frozen", "suites/frozen.toml", include_str!("../../suites/frozen.toml")),
    ("landscapes", "suites/landscapes.toml", include_str!("../../suites/landscapes.toml")),
    ("momentum", "suites/momentum.toml", include_str!("../../suites/momentum.toml")),
    ("networks", "suites/networks.toml", include_str!("../../suites/networks.toml")),
    ("optimizers", "suites/optimizers.toml", include_str!("../../suites/optimizers.toml")),
    ("optimizers-tanh", "suites/optimizers-tanh.toml", include_str!("../../suites/optimizers-tanh.toml")),
    ("reference", "suites/reference.toml", include_str!("../../suites/reference.toml")),
    ("schedules", "suites/schedules.toml", include_str!("../../suites/schedules.toml")),
    ("stationary", "suites/stationary.toml", include_str!("../../suites/stationary.toml")),
    ("sweeps", "suites/sweeps.toml", include_str!("../../suites/sweeps.toml")),
    ("talk", "suites/talk.toml", include_str!("../../suites/talk.toml")),
    ("weight-decay", "suites/weight-decay.toml", include_str!("../../suites/weight-decay.toml")),
];

/// The names of the shipped suites.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|&(name, _, _)| name)
}

/// The shipped suite of that name.
pub fn find(name: &str) -> Option<Result<Suite, SuiteError>> {
    FILES.iter().find(|&&(shipped, _, _)| shipped == name).map(|&(_, file, text)| parse(file, text))
}

/// The shipped suites that are run without being named.
pub fn run_by(who: RunBy) -> Result<Vec<Suite>, SuiteError> {
    Ok(all()?.into_iter().filter(|suite| suite.run_by.contains(&who)).collect())
}

/// All shipped suites.
pub fn all() -> Result<Vec<Suite>, SuiteError> {
    let suites: Vec<Suite> =
        FILES.iter().map(|&(_, file, text)| parse(file, text)).collect::<Result<_, _>>()?;
    check_distinct(&suites)?;
    Ok(suites)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_file_is_embedded_under_its_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/suites");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .filter_map(|file| file.strip_suffix(".toml").map(String::from))
            .collect();
        files.sort();
        let mut embedded: Vec<&str> = names().collect();
        embedded.sort();
        assert_eq!(files, embedded);
        for &(name, file, _) in FILES {
            assert_eq!(file, format!("suites/{name}.toml"));
        }
    }

    #[test]
    fn shipped_suites_are_accepted() {
        let suites = all().map_err(|error| error.to_string()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(suites.len(), FILES.len());
    }

    /// The claims that hold are what `verify` is about; the others are looked at by tests, or when they are named.
    #[test]
    fn verify_runs_the_quick_suites_and_tests_those_of_known_findings_as_well() {
        let run = |who| {
            let suites = run_by(who).unwrap_or_else(|error| panic!("{error}"));
            suites.into_iter().map(|suite| suite.name).collect::<Vec<_>>()
        };
        assert_eq!(run(RunBy::Verify), ["digits", "landscapes"]);
        assert_eq!(
            run(RunBy::Test),
            ["digits", "findings", "landscapes", "networks", "optimizers", "sweeps"]
        );
    }
}
