//! For tests: a data set of each format, as `examples/data/suite.toml` has them, and what a suite file with bad ones is told.

use std::path::PathBuf;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::data::{Entry, read};
use crate::source::{Parsed, Source};

/// The suite file, beside which the files are.
pub(crate) const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/suite.toml");

/// The data set of each of its experiments.
pub(crate) fn data_sets() -> Vec<Arc<dyn Entry>> {
    let text = std::fs::read_to_string(SUITE).expect("there");
    let source = Source::new(SUITE, &text);
    let document = DeTable::parse(&text).expect("TOML");
    let experiments = document.get_ref().get("experiment").and_then(|value| value.get_ref().as_array());
    let data = |experiment: &DeValue| {
        let network = experiment.get("objective").and_then(|objective| objective.get_ref().get("network"));
        let data = network.and_then(|network| network.get_ref().get("data")).cloned().expect("on data");
        read(&source, data).unwrap_or_else(|error| panic!("{error}"))
    };
    experiments.expect("several").iter().map(|experiment| data(experiment.get_ref())).collect()
}

/// A folder that is removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("centralflow-data-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// Writes a file, and gives its path.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("written");
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The data set of a suite file in the folder of the samples whose first line is `data = ` and this.
pub(crate) fn data(value: &str) -> Parsed<Arc<dyn Entry>> {
    let text = format!("data = {value}\n");
    let document = DeTable::parse(&text).expect("TOML");
    read(&Source::new(SUITE, &text), document.get_ref().get("data").cloned().expect("there"))
}
