//! Experiments: an optimizer, run, with the processes beside it that are asked for, and what is recorded of them.
//!
//! [`run`] takes any objective. A [`Plan`] says which processes run and what is measured beside their series: by default all, for
//! predictions what they need. Certificates look at the processes at some steps.

mod cancellable;
pub mod certificate;
mod memory;
mod plan;
mod probe;
mod progress;
mod record;
mod run;
mod settings;
mod shift;
#[cfg(test)]
mod tests;

pub use cancellable::Cancellable;
pub use memory::Memory;
pub use plan::Plan;
pub use probe::{Expansion, Probe, ProbeResults, QuadraticMode, QuadraticModel};
pub use progress::{Progress, Unwatched};
pub use record::{Record, Stop};
pub use run::run;
pub use settings::{DEFAULT_SEGMENT, Settings};
