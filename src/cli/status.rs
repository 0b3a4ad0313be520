//! How the program ends.

use std::process::ExitCode;

/// The exit code of a run that was stopped by a signal.
pub(super) const INTERRUPTED: u8 = 130;

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Exit code 0: done, and everything that was to be verified passed.
    Passed,
    /// Exit code 1: something did not pass.
    Failed,
    /// Exit code 130: stopped by Ctrl-C.
    Interrupted,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(match status {
            Status::Passed => 0,
            Status::Failed => 1,
            Status::Interrupted => INTERRUPTED,
        })
    }
}
