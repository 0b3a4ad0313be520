//! The eigen-solvers that are compared along a trajectory, each from its answers before.

use centralflow::dynamics::EffectiveHessian;
use centralflow::eigen::{
    EigenError, EigenPairs, Request, SymmetricOperator, Tracker, TrackerSettings, chebyshev, davidson,
    lanczos, lobpcg,
};
use centralflow::numeric::Matrix;
use centralflow::numeric::random::Stream;
use centralflow::numeric::vector::{axpy, dot};

use super::edge::REQUEST;

type Answer = Result<EigenPairs, EigenError>;
/// A solver, given the Hessian and the vectors of the last three answers, latest first.
pub type Solver = Box<dyn FnMut(&EffectiveHessian<'_>, &[Matrix]) -> Answer>;

/// A solver with its start, and how it is judged.
pub struct Row {
    pub solver: &'static str,
    pub start: &'static str,
    /// In the bench it follows the trajectory divided by this.
    #[allow(dead_code)] // only the bench reads it
    pub share: usize,
    /// The pairs that the answer must not miss.
    pub threshold: f64,
    pub solve: Solver,
}

/// All solvers but the dense one, whose products are the dimension, each with what it starts from.
pub fn rows() -> Vec<Row> {
    let row = |solver, start, share, solve: Solver| Row {
        solver,
        start,
        share,
        threshold: f64::NEG_INFINITY,
        solve,
    };
    let guarded = |hessian: &EffectiveHessian<'_>, past: &[Matrix]| match past.first() {
        Some(last) => chebyshev(hessian, &with_guards(last), &REQUEST),
        None => lanczos(hessian, &REQUEST),
    };
    let edge = 1.5;
    vec![
        row("thick-restart block Lanczos", "cold", 10, Box::new(|hessian, _| lanczos(hessian, &REQUEST))),
        row("Chebyshev-filtered subspace iteration", "last vectors, two random", 10, Box::new(guarded)),
        row("LOBPCG", "last vectors", 10, warm(lobpcg, last)),
        row("LOBPCG", "extrapolated", 10, warm(lobpcg, extrapolated)),
        row("GD+k", "last vectors", 10, warm(davidson, last)),
        row("GD+k", "extrapolated", 10, warm(davidson, extrapolated)),
        row("Tracker, 4 pairs", "extrapolated", 1, tracker(f64::NEG_INFINITY, REQUEST.count)),
        Row {
            threshold: edge,
            ..row(
                "Tracker, all above 1.5",
                "extrapolated",
                1,
                tracker(edge, TrackerSettings::default().max_count),
            )
        },
    ]
}

fn warm(
    solver: fn(&dyn SymmetricOperator, &Matrix, &Request) -> Answer,
    start: fn(&[Matrix]) -> Matrix,
) -> Solver {
    Box::new(move |hessian, past| {
        if past.is_empty() { lanczos(hessian, &REQUEST) } else { solver(hessian, &start(past), &REQUEST) }
    })
}

fn tracker(threshold: f64, max_count: usize) -> Solver {
    let tolerance = REQUEST.tolerance;
    let mut tracker =
        Tracker::new(TrackerSettings { threshold, tolerance, max_count, ..TrackerSettings::default() });
    Box::new(move |hessian, _| tracker.update(hessian).cloned())
}

fn last(past: &[Matrix]) -> Matrix {
    past[0].clone()
}

/// `X + Y Y' X - Z Z' X` for the last three blocks X, Y, Z: exact where the vectors move evenly and alternate.
fn extrapolated(past: &[Matrix]) -> Matrix {
    let mut guess = past[0].clone();
    if let [x, y, z] = past {
        for (weight, block) in [(1.0, y), (-1.0, z)] {
            for j in 0..x.cols() {
                for i in 0..block.cols() {
                    axpy(weight * dot(block.col(i), x.col(j)), block.col(i), guess.col_mut(j));
                }
            }
        }
    }
    guess
}

fn with_guards(last: &Matrix) -> Matrix {
    let mut block = last.clone();
    let mut random = Stream::new(0, "guards");
    (0..2).for_each(|_| block.push_col(&random.normals(last.rows())));
    block
}
