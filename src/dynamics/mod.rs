//! How an update rule moves, on average and in the continuum: the optimizer itself, its stable flow, central flow and central map, in
//! natural coordinates.

mod ascent;
mod at_rest;
mod central_flow;
mod discrete;
mod effective_hessian;
mod eigenpairs;
mod euler_drift;
mod flow_error;
mod forces;
mod gradient_flow;
mod motion;
mod natural;
mod numerics;
mod single_eigenvalue;
mod stationary_flow;

pub use ascent::Ascent;
pub use at_rest::{AtRest, MOST_WEIGHTS, Rest};
pub use central_flow::{CentralFlow, Evaluation};
pub use discrete::Discrete;
pub use effective_hessian::EffectiveHessian;
pub(crate) use eigenpairs::{Wanted, reliable};
pub use euler_drift::EulerDrift;
pub use flow_error::FlowError;
pub use gradient_flow::GradientFlow;
pub use natural::Coordinates;
pub use numerics::Numerics;
pub use single_eigenvalue::SingleEigenvalue;
pub use stationary_flow::StationaryFlow;
