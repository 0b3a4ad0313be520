//! Derivatives of networks up to third order: graphs of linear, bilinear and pointwise nodes evaluated over jets.
//!
//! A node is a small matrix an example. All that only moves or adds up entries is one linear node and its transpose
//! ([`Graph::gather`], [`Graph::scatter`]), so softmax, norms, attention and convolutions are compositions.

mod backward;
mod bilinear;
mod block_product;
mod by_line;
mod compiled;
mod constant;
#[cfg(test)]
pub(crate) mod differences;
mod footprint;
mod forward;
mod gather;
mod graph;
#[cfg(test)]
mod laws;
mod linear;
mod lines;
mod multiply_adds;
mod outputs;
mod parameter_adjoint;
mod plan;
mod pointwise;
mod pool;
mod rearrange;
mod rows;
mod sweep;
mod tails;
mod tape;
mod weights;
mod write;

pub use block_product::Product;
pub use footprint::Footprint;
pub use graph::{Graph, NodeId, Parameter};
pub use multiply_adds::MultiplyAdds;
pub use outputs::{Curved, Outputs};
pub use pointwise::Pointwise;
pub use sweep::{Linearized, Program};
