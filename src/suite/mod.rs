//! Suites: which predictions are checked on which experiments, how they are run, and what comes out.
//!
//! A suite is a TOML file ([`load`], [`parse`]); those of this repository are built in ([`shipped`]). An experiment
//! with one seed is a [`Case`]; [`verify`] runs cases and yields a [`Verification`]; a [`Batch`] of cases also tells what
//! has come out so far. [`Cache`] lets the tests of one case share its run.

mod cache;
mod case;
mod comparison;
mod error;
mod file;
#[cfg(test)]
mod fuzz;
mod known;
mod limits;
mod predictions;
mod ration;
mod raw;
mod row;
mod runner;
pub mod shipped;
mod spec;
mod sweep;

pub use cache::Cache;
pub use case::Case;
pub use comparison::{Share, compared};
pub use error::SuiteError;
pub use file::{Experiment, Suite, check_distinct, load, parse};
pub use known::{KnownFinding, RunBy};
pub use limits::{learning_rate, seeds, steps};
pub use ration::Ration;
pub use row::{Runs, VerdictRow};
pub use runner::{Batch, Incident, Verification, verify};
pub use spec::ExperimentSpec;
pub use sweep::Swept;
