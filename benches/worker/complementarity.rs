//! The semidefinite complementarity problem.

#[path = "../problems/complementarity.rs"]
mod problem;

use std::hint::black_box;

use centralflow::sdcp::{certify, solve};
use serde_json::json;

use crate::{Outcome, Work};
pub use problem::problem;

/// The orders that are compared.
pub const ORDERS: [usize; 4] = [1, 2, 4, 8];

/// The random problem of order k; its error is the violation that the certificate finds.
pub fn prepare(k: usize) -> Outcome<Work> {
    let problem = problem(k);
    let violation = certify(&problem, &solve(&problem)?.x).worst();
    let run = move || drop(black_box(solve(&problem)));
    Ok(Work { run: Box::new(run), facts: json!({"error": violation}) })
}
