//! Derivatives of networks up to third order: graphs of linear, bilinear and pointwise nodes evaluated over jets.

mod backward;
mod bilinear;
mod forward;
mod graph;
mod jet;
mod linear;
mod parameter_adjoint;
mod pointwise;
mod pool;
mod sweep;

pub use graph::{Graph, NodeId, Parameter};
pub use pointwise::Pointwise;
pub use sweep::{Linearized, Program};
