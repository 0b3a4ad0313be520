//! The semidefinite complementarity problem: find a symmetric k x k matrix X with
//!
//! ```text
//! X >= 0,      R = A + B[X] >= 0,      <X, R> = 0,
//! ```
//!
//! where `>= 0` means positive semidefinite, `<X, Y> = tr(X Y)`, A is symmetric and B is a self-adjoint, positive
//! semidefinite operator on symmetric matrices. These are the optimality conditions of the convex problem
//!
//! ```text
//! minimise  <A, X> + <X, B[X]> / 2   over  X >= 0.
//! ```
//!
//! With k = 1 the solution is `max(0, -a / b)`. R is the same for all solutions; X is unique if B is definite. No
//! solution exists if some `D >= 0` has `B[D] = 0` and `<A, D> < 0`.
//!
//! [`solve`] scales A and B to order one and first tries a semismooth Newton method (`newton`), which finds every
//! solution that is safely unique as a rule. Otherwise it runs a primal-dual interior-point method (`interior`) and
//! sharpens its result by another semismooth Newton method (`polish`). A result is returned only with a
//! [`Certificate`], which [`certify`] computes from the original data without any code of the solver.

mod blocks;
mod certify;
mod cholesky;
mod dense;
mod interior;
mod jacobi;
mod least;
mod newton;
mod packing;
mod polish;
mod problem;
mod residual;
mod solve;
mod square;
mod system;
#[cfg(test)]
mod tests;
mod turn;

pub use certify::{Certificate, certify};
pub use packing::{pack, packed_len, pairs, unpack, weight};
pub use problem::{Problem, SdcpError};
pub use solve::{Solution, TOLERANCE, solve};
