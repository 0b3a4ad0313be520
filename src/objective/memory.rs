//! How much memory an objective takes, before it is built.

/// The memory of an objective in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ObjectiveMemory {
    /// The number of parameters p.
    pub dim: u64,
    /// What is there as long as the objective: data, starting point.
    pub fixed: u64,
    /// What a linearisation keeps, beside p numbers each of the point and the gradient.
    pub point: u64,
    /// What each direction of a block takes beside its p numbers and those of its result.
    pub direction: u64,
    /// What a thread works on in a sweep along directions.
    pub sweep: u64,
}
