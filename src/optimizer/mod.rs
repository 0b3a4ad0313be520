//! Update rules: each is preconditioned gradient descent `w <- w - P^-1 grad L(w)`.
//!
//! The edge of stability is where the largest eigenvalue of `P^-1/2 H P^-1/2`, the *effective sharpness*, is
//! [`EDGE`]. A rule knows neither objectives nor solvers.

mod gd;

pub use gd::GradientDescent;

/// The effective sharpness at the edge of stability.
pub const EDGE: f64 = 2.0;
