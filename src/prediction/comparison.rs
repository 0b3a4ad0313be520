//! Claims that compare the runs of a sweep, which differ in one setting.

use super::Finding;
use crate::experiment::Record;

/// What is kept of a run to be compared: pairs of numbers, one a step.
pub type Points = Vec<[f64; 2]>;

/// A run of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweptRun {
    /// The value of the setting.
    pub value: f64,
    /// What is kept of it, or why there is nothing to compare.
    pub points: Result<Points, String>,
}

/// A claim about the runs of a sweep that have the same seed. Each run keeps what is to be compared; all together are judged, beside a
/// control.
pub trait Comparison: Sync {
    /// The setting in which the runs differ, as suite files spell it.
    fn over(&self) -> &'static str;

    /// What is kept of a run, or why there is nothing to compare.
    ///
    /// # Errors
    /// If the run never came to where it could be compared, in words.
    fn points(&self, record: &Record) -> Result<Points, String>;

    /// Judges the claim and its control on runs in ascending order of the setting.
    fn compare(&self, runs: &[SweptRun]) -> Finding;
}
