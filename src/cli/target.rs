//! A file for results, which is tried before the work starts.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::CliError;
use crate::storage;

/// A file that results go to.
pub struct Target {
    path: PathBuf,
}

impl Target {
    /// The file at `path`.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder and tries to write there, so that no long run ends without a place for its result.
    pub fn check(&self) -> Result<(), CliError> {
        storage::check(&self.path).map_err(|error| self.failed(error))
    }

    /// Replaces the file by what `content` writes.
    pub fn write(&self, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
        storage::replace(&self.path, content).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> CliError {
        CliError::Write { what: self.path.display().to_string(), error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_the_file() {
        let message = Target::new(std::env::temp_dir()).check().expect_err("a folder is no file").to_string();
        assert!(message.ends_with(" cannot be written: is a directory"), "{message}");
        let inside = std::env::current_exe().expect("it has a file").join("out/a.csv");
        let message = Target::new(inside).check().expect_err("a file is no folder").to_string();
        assert!(message.contains("a.csv cannot be written: "), "{message}");
    }
}
