//! The stationary preconditioner: where the state of RMSProp comes to rest at a point, by a convex program of its own.
//!
//! Of rules whose preconditioner is the root of a state that follows squares of the gradient, one a weight, in units in which the edge
//! is `H <= 2 P` and `nu = eta^2 P^2`, P diagonal (Cohen, Damian, Talwalkar, Kolter, Lee 2025, part 3):
//!
//! ```text
//! minimise  tr P + sum_i g_i^2 / (eta^2 P_i)   over diagonal P >= 0 with 2 P - H >= 0,
//! ```
//!
//! where the last `>=` means positive semidefinite. With a multiplier `Y >= 0` of that, `<Y, 2 P - H> = 0`, it is solved by
//!
//! ```text
//! 1 - g_i^2 / (eta^2 P_i^2) - 2 Y_ii = 0,   that is   nu_i = g_i^2 + 2 nu_i Y_ii.
//! ```
//!
//! At rest nu is the mean square of the gradient, and an oscillation of covariance Sigma at the edge, where `H Sigma = 2 P Sigma`, adds
//! `(H Sigma H)_ii = 4 P_i^2 Sigma_ii` to the square of the gradient at its middle: `nu_i = g_i^2 + 4 nu_i Sigma_ii / eta^2`. So the multiplier is the
//! oscillation, `Sigma = eta^2 Y / 2`: as large as it must be for the state to stand still.
//!
//! With `c_i = g_i^2 / eta^2` the dual problem is, since `P (1 - 2 Y_ii) + c_i / P >= 2 sqrt(c_i (1 - 2 Y_ii))`,
//!
//! ```text
//! maximise  <Y, H> + 2 sum_i sqrt(c_i (1 - 2 Y_ii))   over  Y >= 0 with Y_ii <= 1/2,
//! ```
//!
//! so that any such Y bounds the optimum from below: [`certify`] evaluates both, without any code of [`solve`]. Without the gradient, c = 0, it is
//! the preconditioner of least trace, which larger learning rates come near; that problem's dual is the relaxation of the
//! maximal cut (Goemans and Williamson 1995).

mod certify;
mod cholesky;
mod low_rank;
mod problem;
mod solve;
#[cfg(test)]
mod tests;

pub use certify::{Certificate, certify};
pub use problem::{Problem, StationaryError};
pub use solve::{Solution, solve};
