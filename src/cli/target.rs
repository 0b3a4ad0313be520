//! A file for results: tried before the work starts, and never left half written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::CliError;

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
        self.try_check().map_err(|error| self.failed(error))
    }

    /// Replaces the file by what `content` writes.
    pub fn write(&self, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
        self.try_write(content).map_err(|error| {
            let _ = fs::remove_file(self.unfinished());
            self.failed(error)
        })
    }

    fn try_check(&self) -> io::Result<()> {
        if self.path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create(self.unfinished())?;
        fs::remove_file(self.unfinished())
    }

    fn try_write(&self, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(self.unfinished())?);
        content(&mut file)?;
        file.flush()?;
        fs::rename(self.unfinished(), &self.path)
    }

    /// Under this name the file grows.
    fn unfinished(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".unfinished");
        name.into()
    }

    fn failed(&self, error: io::Error) -> CliError {
        CliError::Write { what: self.path.display().to_string(), error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("centralflow-target-{name}-{}", std::process::id()))
    }

    #[test]
    fn what_is_written_replaces_what_was_there() {
        let folder = temporary("replaced");
        let target = Target::new(folder.join("new").join("a.csv"));
        for text in ["long before", "after"] {
            target.check().expect("the folder is made");
            target.write(|out| out.write_all(text.as_bytes())).expect("written");
        }
        let files = fs::read_dir(folder.join("new")).expect("it is there").count();
        let text = fs::read_to_string(target.path()).expect("it is there");
        fs::remove_dir_all(&folder).expect("removed");
        assert_eq!((text.as_str(), files), ("after", 1));
    }

    #[test]
    fn what_cannot_be_written_is_refused_before_the_work() {
        let file = temporary("refused");
        fs::write(&file, "").expect("written");
        let message =
            Target::new(file.join("out/a.csv")).check().expect_err("a file is no folder").to_string();
        fs::remove_file(&file).expect("removed");
        assert!(message.contains("a.csv cannot be written: "), "{message}");
        let message = Target::new(std::env::temp_dir()).check().expect_err("a folder is no file").to_string();
        assert!(message.ends_with(" cannot be written: is a directory"), "{message}");
    }
}
