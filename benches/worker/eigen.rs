//! The four largest eigenpairs along a trajectory of gradient descent at the edge of stability.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use centralflow::dynamics::EffectiveHessian;
use centralflow::eigen::{
    EigenError, EigenPairs, Request, Tracker, TrackerSettings, certify, lanczos, lobpcg,
};
use centralflow::numeric::vector::axpy;
use centralflow::optimizer::GradientDescent;
use serde_json::json;

use crate::derivatives::error;
use crate::problems::Problem;
use crate::{Outcome, Work};

/// Eigenpairs sought, and their relative residual.
pub const COUNT: usize = 4;
pub const TOLERANCE: f64 = 1e-6;
/// Consecutive points, after so many steps of gradient descent.
const STEPS: usize = 10;
const WARM_UP: usize = 300;
/// The operator is the Hessian itself.
const PLAIN: GradientDescent = GradientDescent { learning_rate: 1.0 };

/// Points on the way, and the eigenvalues there.
pub struct Trajectory {
    pub points: Vec<Vec<f64>>,
    pub values: Vec<f64>,
}

/// Runs gradient descent and finds the eigenvalues at each recorded point cold, to 1e-9.
pub fn trajectory(problem: &Problem) -> Outcome<Trajectory> {
    let (program, mut w) = problem.program::<f64>();
    let learning_rate = problem.learning_rate.ok_or("the problem has no learning rate for eigen4")?;
    let request = Request { count: COUNT, tolerance: 1e-9, max_products: 5000, seed: 0 };
    let (mut points, mut values) = (Vec::new(), Vec::new());
    for step in 0..WARM_UP + STEPS {
        let at = program.linearize(&w);
        if step >= WARM_UP {
            values.extend(lanczos(&EffectiveHessian { at: &at, rule: PLAIN }, &request)?.values);
            points.push(w.clone());
        }
        axpy(-learning_rate, at.gradient(), &mut w);
    }
    Ok(Trajectory { points, values })
}

/// One run finds the eigenpairs along the whole exported trajectory, from the first point cold.
pub fn prepare(problem: &Problem, variant: &str, directory: &Path) -> Outcome<Work> {
    let (program, w) = problem.program::<f64>();
    let points = import(&directory.join("points.bin"))?;
    let values = import(&directory.join("eigen4.bin"))?;
    let steps = points.len() / w.len();
    let solver = solver(variant)?;
    let follow = move |look: &mut dyn FnMut(&EffectiveHessian<'_>, &EigenPairs)| -> Outcome<usize> {
        let mut solve = solver();
        let mut products = 0;
        for w in points.chunks(w.len()) {
            let at = program.linearize(w);
            let hessian = EffectiveHessian { at: &at, rule: PLAIN };
            let pairs = solve(&hessian)?;
            products += pairs.products;
            look(&hessian, &pairs);
        }
        Ok(products)
    };
    let (mut worst, mut found) = (0.0_f64, Vec::new());
    let products = follow(&mut |hessian, pairs| {
        found.extend_from_slice(&pairs.values);
        worst = worst.max(certify(hessian, pairs, TOLERANCE, 0).map_or(f64::INFINITY, |c| c.max_residual));
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

type Solve = Box<dyn FnMut(&EffectiveHessian<'_>) -> Result<EigenPairs, EigenError>>;

/// A fresh solver, which may remember the points before.
fn solver(variant: &str) -> Outcome<fn() -> Solve> {
    const REQUEST: Request = Request { count: COUNT, tolerance: TOLERANCE, max_products: 5000, seed: 0 };
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
        "lobpcg" => || {
            let mut start = None;
            Box::new(move |hessian| {
                let pairs = match &start {
                    Some(vectors) => lobpcg(hessian, vectors, &REQUEST)?,
                    None => lanczos(hessian, &REQUEST)?,
                };
                start = Some(pairs.vectors.clone());
                Ok(pairs)
            })
        },
        other => return Err(format!("no solver {other}").into()),
    })
}

fn import(path: &Path) -> Outcome<Vec<f64>> {
    let bytes = fs::read(path)?;
    Ok(bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().expect("8 bytes"))).collect())
}
