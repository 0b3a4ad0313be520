//! What architectures share, each a composition of the graph's nodes.

pub mod attention;
pub mod convolution;
pub mod norm;
pub mod softmax;

#[cfg(test)]
mod formula;
