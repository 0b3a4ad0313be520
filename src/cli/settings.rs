//! A series with the settings of its run beside it, so that no run of other settings takes its place unasked.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::CliError;
use super::target::Target;
use crate::storage;
use crate::suite::{Case, ExperimentSpec};

/// All that the numbers of a run depend on.
#[derive(Serialize)]
struct Settings<'a> {
    version: &'static str,
    seed: u64,
    #[serde(flatten)]
    experiment: &'a ExperimentSpec,
}

/// Where the series of a run goes.
pub struct Series {
    folder: PathBuf,
    name: String,
    ending: &'static str,
    settings: Value,
}

impl Series {
    /// The file `NAME.ENDING` in the folder, with `NAME.ENDING.settings.json` beside it.
    pub fn new(folder: PathBuf, name: String, ending: &'static str, case: &Case) -> Result<Self, CliError> {
        let Case { spec, seed, .. } = case;
        let settings = Settings { version: env!("CARGO_PKG_VERSION"), seed: *seed, experiment: spec };
        Ok(Self { folder, name, ending, settings: serde_json::to_value(settings)? })
    }

    /// Tries whether it can be written, and refuses to replace the series of other settings unless forced to.
    pub fn check(&self, force: bool) -> Result<(), CliError> {
        let [series, settings] = self.targets(&self.name);
        series.check()?;
        settings.check()?;
        match self.occupied(&self.name) {
            Some(by) if !force => Err(CliError::Refused(format!(
                "{} is there already, {by}: accepted are --force, which replaces it, or another folder by --out",
                series.path().display()
            ))),
            _ => Ok(()),
        }
    }

    /// Writes it and says where: beside what a run of other settings has left there since the check, unless forced.
    pub fn write(
        &self,
        force: bool,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<PathBuf, CliError> {
        // From the look at what is there to the end of writing nobody else may do so; where folders have no locks, runs
        // of other settings that end in the same instant may still replace each other.
        let _lock = File::open(&self.folder).and_then(|folder| folder.lock().map(|()| folder)).ok();
        let others = (2..).map(|number| format!("{}-{number}", self.name));
        let mut names = std::iter::once(self.name.clone()).chain(others);
        let name = names.find(|name| force || self.occupied(name).is_none()).expect("names do not end");
        let [series, settings] = self.targets(&name);
        series.write(content)?;
        let text = format!("{:#}\n", self.settings);
        settings.write(|out| out.write_all(text.as_bytes()))?;
        Ok(series.path().into())
    }

    /// The files of the series and of its settings.
    fn targets(&self, name: &str) -> [Target; 2] {
        ["", ".settings.json"]
            .map(|suffix| Target::new(self.folder.join(format!("{name}.{}{suffix}", self.ending))))
    }

    /// By what the name is taken, if it is by a series of other settings.
    fn occupied(&self, name: &str) -> Option<String> {
        let [series, settings] = self.targets(name);
        if !storage::holds_a_file(series.path()) {
            return None;
        }
        let there = fs::read(settings.path()).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let Some(there) = there else {
            return Some("and nothing says with which settings it was made".into());
        };
        let differing = differing(&there, &self.settings);
        (!differing.is_empty()).then(|| format!("from a run with another {}", differing.join(", ")))
    }
}

/// The keys whose values differ.
fn differing(a: &Value, b: &Value) -> Vec<String> {
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().map_or(vec![], |object| object.keys().cloned().collect())
    };
    let mut keys = [keys(a), keys(b)].concat();
    keys.sort();
    keys.dedup();
    keys.retain(|key| a.get(key) != b.get(key));
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is removed in the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("centralflow-series-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        fn series(&self, change: impl FnOnce(&mut Case)) -> Series {
            let mut case = crate::suite::shipped::all().expect("they parse")[0].cases().remove(0);
            change(&mut case);
            Series::new(self.0.clone(), "a".into(), "csv", &case).expect("it serialises")
        }

        fn text(&self, name: &str) -> String {
            fs::read_to_string(self.0.join(name)).unwrap_or_default()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn write(series: &Series, force: bool, text: &str) -> Result<PathBuf, String> {
        series.check(force).map_err(|error| error.to_string())?;
        series.write(force, |out| out.write_all(text.as_bytes())).map_err(|error| error.to_string())
    }

    #[test]
    fn the_same_settings_replace_and_others_are_refused() {
        let folder = Folder::new("others");
        write(&folder.series(|_| ()), false, "first").expect("nothing is there");
        write(&folder.series(|_| ()), false, "again").expect("the same settings");
        type Change = fn(&mut Case);
        let changes: [(&str, Change); 6] = [
            ("seed", |case| case.seed += 1),
            ("steps", |case| case.spec.settings.steps += 1),
            ("learning_rate", |case| case.spec.settings.learning_rate *= 1.0 + f64::EPSILON),
            ("numerics", |case| case.spec.settings.numerics.substeps += 2),
            ("name", |case| case.spec.name += "-b"),
            ("objective", |case| {
                case.spec.objective =
                    std::sync::Arc::new(crate::objective::Quadratic { spectrum: vec![1.0] });
            }),
        ];
        for (key, change) in changes {
            let message = write(&folder.series(change), false, "other").expect_err("refused");
            let end = format!(
                "a.csv is there already, from a run with another {key}: \
                 accepted are --force, which replaces it, or another folder by --out"
            );
            assert!(message.ends_with(&end), "{message}");
        }
        assert_eq!(folder.text("a.csv"), "again");
        let path = write(&folder.series(|case| case.seed += 1), true, "forced").expect("forced");
        assert_eq!((folder.text("a.csv").as_str(), path), ("forced", folder.0.join("a.csv")));
        assert!(folder.series(|_| ()).check(false).is_err(), "the settings are those of the forced run");
    }

    #[test]
    fn a_series_of_unknown_settings_is_refused() {
        let folder = Folder::new("unknown");
        fs::write(folder.0.join("a.csv"), "mine").expect("written");
        for settings in ["", "{", "[]", "{\"version\": \"0\"}"] {
            fs::write(folder.0.join("a.csv.settings.json"), settings).expect("written");
            assert!(write(&folder.series(|_| ()), false, "other").is_err(), "{settings}");
        }
        fs::remove_file(folder.0.join("a.csv.settings.json")).expect("removed");
        assert!(write(&folder.series(|_| ()), false, "other").is_err());
        assert_eq!(folder.text("a.csv"), "mine");
    }

    #[test]
    fn runs_of_other_settings_at_the_same_time_keep_all_results() {
        let folder = Folder::new("together");
        let all: Vec<Series> = (0..8).map(|n| folder.series(|case| case.seed += n)).collect();
        // All find the place free, as runs do that start at the same time.
        all.iter().for_each(|series| series.check(false).expect("free"));
        std::thread::scope(|scope| {
            for series in &all {
                let seed = series.settings["seed"].to_string();
                scope.spawn(move || series.write(false, |out| out.write_all(seed.as_bytes())));
            }
        });
        let names = std::iter::once("a".to_string()).chain((2..=8).map(|number| format!("a-{number}")));
        let mut seeds: Vec<u64> =
            names.map(|name| folder.text(&format!("{name}.csv")).parse().expect("a seed")).collect();
        let first = folder.series(|_| ()).settings["seed"].as_u64().expect("a number");
        seeds.sort();
        assert_eq!(seeds, (first..first + 8).collect::<Vec<_>>());
    }
}
