//! What architectures share, each a composition of the graph's nodes.

pub mod activation;
pub mod attention;
pub mod convolution;
pub mod depthwise;
pub mod linear;
pub mod lstm;
pub mod norm;
pub mod pooling;
pub mod positions;
pub mod scan;
pub mod softmax;

#[cfg(test)]
mod formula;
