//! Architectures: each file builds a graph and its seeded initial parameters.

pub mod mlp;
