//! Derivatives of networks up to third order: graphs of linear, bilinear and pointwise nodes evaluated over jets.

mod backward;
mod bilinear;
mod by_line;
mod compiled;
mod footprint;
mod forward;
mod graph;
mod linear;
mod lines;
mod parameter_adjoint;
mod plan;
mod pointwise;
mod pool;
mod rows;
mod sweep;
mod tails;
mod tape;
mod weights;
mod write;

pub use footprint::Footprint;
pub use graph::{Graph, NodeId, Parameter};
pub use pointwise::Pointwise;
pub use sweep::{Linearized, Program};
