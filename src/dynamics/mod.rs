//! Gradient descent, its midpoints, gradient flow and the central flow, run side by side.

mod cancellable;
mod central_flow;
mod discrete;
mod effective_hessian;
mod experiment;
mod gradient_flow;
mod memory;
mod midpoint;
mod probe;
mod record;
mod spec;
#[cfg(test)]
mod tests;

pub use cancellable::Cancellable;
pub use central_flow::{CentralFlow, Evaluation, FlowError, SingleEigenvalue};
pub use discrete::Discrete;
pub use effective_hessian::EffectiveHessian;
pub use experiment::{Progress, RunError, run};
pub use gradient_flow::GradientFlow;
pub use memory::Memory;
pub use midpoint::midpoint;
pub use probe::{Expansion, Probe, ProbeResults, QuadraticMode, QuadraticModel};
pub use record::{
    CentralSample, CompanionSample, DiscreteSample, FlowSample, MidpointSample, Record, Sample, Stop,
};
pub use spec::{ExperimentSpec, Numerics};
