//! Certificates: checks at some steps of a run that its numbers are what they say, from outside.
//!
//! A certificate looks at the processes and changes none of them: where it has to move on, it moves copies. It takes
//! from what it judges the reported numbers (weights, eigenpairs, Sigma, velocity) and the law of motion that the rule says, and
//! recomputes the rest with other formulas. [`EdgeCertificate`]: the reported Sigma holds the critical eigenvalues at the edge.
//! [`ActionCertificate`]: the reported Sigma is what acts. [`DistanceCertificate`]: recorded distances are those of the
//! weights. [`EigenpairCertificate`]: eigenpairs are eigenpairs, and none is missing.

mod action;
mod comparison;
mod distances;
mod edge;
mod eigenpairs;
mod products;
mod scene;
mod sigma;
#[cfg(test)]
mod tests;

pub use action::{ActionCertificate, action};
pub use comparison::Comparison;
pub use distances::{DistanceCertificate, distances};
pub use edge::{EdgeCertificate, edge};
pub use eigenpairs::{EigenpairCertificate, eigenpairs};
pub use products::Products;
pub use scene::Scene;
pub use sigma::sigma;

/// A sum of many rounded terms, such as an entry of a Hessian-vector product, is off by at most this share of the size of
/// its terms: a hundred roundings that all go the same way, or ten thousand that do not.
const ROUNDING: f64 = 100.0 * f64::EPSILON;
