//! Who watches a run.

use super::Record;

/// Hears of each step and may end the run.
pub trait Progress: Sync {
    /// One step of a run is done.
    fn step(&self);

    /// True if the run should end now, keeping what it has; once true it stays so.
    fn cancelled(&self) -> bool;

    /// What has been recorded so far, before the first step and after each.
    fn recorded(&self, _record: &Record) {}
}

/// Nobody watches the run, and nobody ends it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn step(&self) {}

    fn cancelled(&self) -> bool {
        false
    }
}
