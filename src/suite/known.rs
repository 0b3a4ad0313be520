//! What a suite knows about itself: who runs it, and where a claim is known not to hold.

use serde::Deserialize;

use crate::prediction::Outcome;

/// Who runs a suite that is not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunBy {
    /// `centralflow verify` without a suite.
    Verify,
    /// `cargo test`.
    Test,
}

/// A claim that is known not to hold on some runs. `verify` reports it as it is; a test fails if it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFinding {
    /// The prediction's name.
    pub prediction: &'static str,
    /// The seeds on which it was found.
    pub seeds: Vec<u64>,
    /// True if it is found on all seeds together as well.
    pub pooled: bool,
    /// The claim's verdict there.
    pub verdict: Outcome,
    /// Why, as far as it is known.
    pub reason: String,
}
