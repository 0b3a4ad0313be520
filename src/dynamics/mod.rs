//! An update rule, its midpoints, its stable flow, the central flow and the central map, run side by side from `w_0`, and
//! the theory started anew at midpoints past the transient, in segments.

mod ascent;
mod cancellable;
mod central_flow;
pub mod certificate;
mod discrete;
mod effective_hessian;
mod eigenpairs;
mod euler_drift;
mod experiment;
mod flow_error;
mod forces;
mod gradient_flow;
mod memory;
mod motion;
mod natural;
mod probe;
mod record;
mod segment;
pub mod series;
mod settings;
mod single_eigenvalue;
mod square_sums;
#[cfg(test)]
mod tests;

pub use ascent::Ascent;
pub use cancellable::Cancellable;
pub use central_flow::{CentralFlow, Evaluation};
pub use discrete::Discrete;
pub use effective_hessian::EffectiveHessian;
pub use euler_drift::EulerDrift;
pub use experiment::{Progress, Unwatched, run};
pub use flow_error::FlowError;
pub use gradient_flow::GradientFlow;
pub use memory::Memory;
pub use natural::Coordinates;
pub use probe::{Expansion, Probe, ProbeResults, QuadraticMode, QuadraticModel};
pub use record::{
    ByCoordinate, CentralSample, DiscreteSample, ExpansionRest, FlowSample, MapSample, MidpointSample,
    Record, Sample, SegmentSample, StateSample, Stop,
};
pub use segment::RESTART;
pub use settings::{DEFAULT_SEGMENT, Numerics, Settings};
pub use single_eigenvalue::SingleEigenvalue;
