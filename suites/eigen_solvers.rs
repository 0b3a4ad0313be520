//! The products that each eigen-solver needs at the edge of stability, as a golden file.
//!
//! They are as deterministic as the bits of the results, and unlike times they tell when a solver has become worse.

#[path = "../benches/problems/edge.rs"]
mod edge;
#[path = "../benches/problems/small_digits.rs"]
mod small_digits;
#[path = "../benches/problems/solvers.rs"]
mod solvers;

use centralflow::dynamics::EffectiveHessian;
use centralflow::eigen::EigenError;
use centralflow::numeric::Matrix;
use centralflow::objective::Objective;
use edge::{WARM_UP, points};
use small_digits::small_digits;
use solvers::{Row, rows};

/// Gradient descent with it is at the edge of stability after the warm-up.
const ETA: f64 = 0.2;
/// Enough for the periodic search of the tracker, which comes with every tenth.
const POINTS: usize = 12;

/// A line a solver: the products at each point, and the largest residual.
pub fn table() -> Result<String, EigenError> {
    let objective = small_digits(200, &[24, 24]);
    let points = points(&*objective, ETA, POINTS);
    let mut table = format!("products at {POINTS} points from step {WARM_UP} on, the first one cold\n");
    for row in rows() {
        let (solver, start) = (row.solver, row.start);
        let (products, residual) = follow(row, &*objective, &points)?;
        table += &format!("{solver}, {start}: {products}, residuals up to {}\n", power_of_ten(residual));
    }
    Ok(table)
}

/// The products at each point, and the largest residual.
fn follow(mut row: Row, objective: &dyn Objective, points: &[Vec<f64>]) -> Result<(String, f64), EigenError> {
    let (mut products, mut residual) = (Vec::new(), 0.0_f64);
    let mut past: Vec<Matrix> = Vec::new();
    for w in points {
        let at = objective.linearize(w);
        let pairs = (row.solve)(&EffectiveHessian { at: &*at, step: ETA }, &past)?;
        products.push(pairs.products.to_string());
        residual = residual.max(pairs.residual_above(row.threshold));
        past.insert(0, pairs.vectors);
        past.truncate(3);
    }
    Ok((products.join(" "), residual))
}

/// The next power of ten: what matters is whether a tolerance is met.
fn power_of_ten(x: f64) -> String {
    format!("1e{}", libm::ceil(libm::log10(x)))
}
