//! Why a command could not be carried out: exit code 2.

use std::io;

use crate::objective::BuildError;
use crate::suite::SuiteError;

/// Bad input, or a file that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A suite is not accepted.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// An experiment cannot be run.
    #[error(transparent)]
    Run(#[from] BuildError),
    /// An argument is not accepted; the message says what would be.
    #[error("{0}")]
    Refused(String),
    /// A file or the terminal cannot be written.
    #[error("{what} cannot be written: {error}")]
    Write {
        /// Which.
        what: String,
        /// Why.
        error: io::Error,
    },
    /// The results cannot be put in JSON.
    #[error("the results cannot be put in JSON: {0}")]
    Json(#[from] serde_json::Error),
}
