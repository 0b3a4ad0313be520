//! The four largest eigenpairs along a trajectory of gradient descent at the edge of stability.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use centralflow::dynamics::EffectiveHessian;
use centralflow::eigen::{
    EigenError, EigenPairs, Request, SymmetricOperator, Tracker, TrackerSettings, certify, davidson, lanczos,
    lobpcg,
};
use centralflow::numeric::Matrix;
use centralflow::objective::Objective;
use serde_json::json;

use crate::derivatives::error;
use crate::edge::{REQUEST, points};
use crate::problems::Problem;
use crate::{Outcome, Work};

/// Eigenpairs sought, and their relative residual.
pub const COUNT: usize = REQUEST.count;
pub const TOLERANCE: f64 = REQUEST.tolerance;
/// All solvers but the tracker follow at most so many points.
const LEADING: usize = 50;

/// Points on the way, and the eigenvalues there.
pub struct Trajectory {
    pub points: Vec<Vec<f64>>,
    pub values: Vec<f64>,
}

/// Runs gradient descent and finds the eigenvalues at each of `steps` consecutive points to 1e-9: cold at every tenth,
/// where those in between, from the last vectors, must agree.
pub fn trajectory(problem: &Problem, steps: usize) -> Outcome<Trajectory> {
    let objective = problem.objective();
    let learning_rate = problem.learning_rate.ok_or("the problem has no learning rate for eigen4")?;
    let points = points(&objective, learning_rate, steps);
    let request = Request { tolerance: 1e-9, ..REQUEST };
    let (mut values, mut last) = (Vec::new(), None);
    for (index, w) in points.iter().enumerate() {
        let at = objective.linearize(w);
        let hessian = EffectiveHessian { at: &*at, step: 1.0 };
        let warm = last.as_ref().map(|x| davidson(&hessian, x, &request)).transpose()?;
        let cold = if index.is_multiple_of(10) { Some(lanczos(&hessian, &request)?) } else { None };
        if let (Some(warm), Some(cold)) = (&warm, &cold)
            && error(&warm.values, &cold.values) > 1e-12
        {
            return Err(format!("eigenvalues at point {index} are not certain").into());
        }
        let pairs = cold.or(warm).ok_or("the first point is solved cold")?;
        values.extend(&pairs.values);
        last = Some(pairs.vectors);
    }
    Ok(Trajectory { points, values })
}

/// One run finds the eigenpairs along the whole exported trajectory, from the first point cold.
pub fn prepare(problem: &Problem, variant: &str, directory: &Path) -> Outcome<Work> {
    let (program, w) = problem.program::<f64>();
    let points = import(&directory.join("points.bin"))?;
    let values = import(&directory.join("eigen4.bin"))?;
    let steps = points.len() / w.len();
    let steps = if variant == "Tracker" { steps } else { steps.min(LEADING) };
    let (points, values) = (points[..steps * w.len()].to_vec(), values[..steps * COUNT].to_vec());
    let solver = solver(variant)?;
    let follow = move |look: &mut dyn FnMut(&EffectiveHessian<'_>, &EigenPairs)| -> Outcome<usize> {
        let mut solve = solver();
        let mut products = 0;
        for w in points.chunks(w.len()) {
            let at = program.linearize(w);
            let hessian = EffectiveHessian { at: &at, step: 1.0 };
            let pairs = solve(&hessian)?;
            products += pairs.products;
            look(&hessian, &pairs);
        }
        Ok(products)
    };
    let (mut worst, mut found) = (0.0_f64, Vec::new());
    let products = follow(&mut |hessian, pairs| {
        worst = worst.max(residual(hessian, pairs, found.len() / COUNT));
        found.extend_from_slice(&pairs.values);
    })?;
    let edge: Vec<f64> =
        values.iter().step_by(COUNT).map(|v| v * problem.learning_rate.unwrap_or(0.0)).collect();
    let facts = json!({
        "error": error(&found, &values),
        "steps": steps,
        "products": products as f64 / steps as f64,
        "residual": worst,
        "effective_sharpness": [edge.iter().copied().fold(f64::INFINITY, f64::min), edge.iter().copied().fold(0.0, f64::max)],
    });
    let run = move || {
        black_box(follow(&mut |_, _| ()).expect("it went well before"));
    };
    Ok(Work { run: Box::new(run), facts })
}

/// The largest residual; recomputed at every tenth point, where a missed eigenvalue counts as the largest number.
fn residual(hessian: &EffectiveHessian<'_>, pairs: &EigenPairs, point: usize) -> f64 {
    let reported = pairs.residuals.iter().fold(0.0, |m: f64, r| m.max(*r));
    if !point.is_multiple_of(10) {
        return reported;
    }
    match certify(hessian, pairs, TOLERANCE, 0) {
        Ok(certificate) if certificate.missed.is_none() => certificate.max_residual.max(reported),
        _ => f64::MAX,
    }
}

type Answer = Result<EigenPairs, EigenError>;
type Solve = Box<dyn FnMut(&EffectiveHessian<'_>) -> Answer>;

/// A fresh solver, which may remember the points before.
fn solver(variant: &str) -> Outcome<fn() -> Solve> {
    Ok(match variant {
        "Tracker" => || {
            let mut tracker = Tracker::new(TrackerSettings {
                threshold: f64::NEG_INFINITY,
                tolerance: TOLERANCE,
                max_count: COUNT,
                ..TrackerSettings::default()
            });
            Box::new(move |hessian| tracker.update(hessian).cloned())
        },
        "lanczos, cold" => || Box::new(|hessian| lanczos(hessian, &REQUEST)),
        "lobpcg" => || warm(lobpcg, REQUEST),
        "GD+k" => || warm(davidson, REQUEST),
        other => return Err(format!("no solver {other}").into()),
    })
}

/// From the last vectors.
fn warm(solver: fn(&dyn SymmetricOperator, &Matrix, &Request) -> Answer, request: Request) -> Solve {
    let mut start = None;
    Box::new(move |hessian| {
        let pairs = match &start {
            Some(vectors) => solver(hessian, vectors, &request)?,
            None => lanczos(hessian, &request)?,
        };
        start = Some(pairs.vectors.clone());
        Ok(pairs)
    })
}

fn import(path: &Path) -> Outcome<Vec<f64>> {
    let bytes = fs::read(path)?;
    Ok(bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().expect("8 bytes"))).collect())
}
