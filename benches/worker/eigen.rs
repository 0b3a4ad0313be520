//! The four largest eigenpairs along a trajectory of gradient descent at the edge of stability.

use std::cell::Cell;
use std::hint::black_box;

use centralflow::dynamics::EffectiveHessian;
use centralflow::eigen::{EigenPairs, Request, Tracker, TrackerSettings, certify, lanczos};
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
const STEPS: usize = 30;
const WARM_UP: usize = 300;
/// The operator is the Hessian itself.
const PLAIN: GradientDescent = GradientDescent { learning_rate: 1.0 };

/// Points on the way, and the eigenvalues there.
pub struct Trajectory {
    pub learning_rate: f64,
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
    Ok(Trajectory { learning_rate, points, values })
}

/// One run follows the eigenpairs along the whole trajectory, the first point cold.
pub fn prepare(problem: &Problem) -> Outcome<Work> {
    let (program, _) = problem.program::<f64>();
    let Trajectory { points, values, .. } = trajectory(problem)?;
    let settings = TrackerSettings {
        threshold: f64::NEG_INFINITY,
        tolerance: TOLERANCE,
        max_count: COUNT,
        ..TrackerSettings::default()
    };
    let follow = move |look: &mut dyn FnMut(&EffectiveHessian<'_>, &EigenPairs)| -> Outcome<usize> {
        let mut tracker = Tracker::new(settings);
        for w in &points {
            let at = program.linearize(w);
            let hessian = EffectiveHessian { at: &at, rule: PLAIN };
            look(&hessian, tracker.update(&hessian)?);
        }
        Ok(tracker.products_total())
    };
    let worst = Cell::new(0.0_f64);
    let mut found = Vec::new();
    let products = follow(&mut |hessian, pairs| {
        found.extend_from_slice(&pairs.values);
        let residual = certify(hessian, pairs, TOLERANCE, 0).map_or(f64::NAN, |c| c.max_residual);
        worst.set(worst.get().max(residual));
    })?;
    let facts = json!({
        "error": error(&found, &values),
        "steps": STEPS,
        "products": products as f64 / STEPS as f64,
        "residual": worst.get(),
    });
    let run = move || {
        black_box(follow(&mut |_, _| ()).expect("it went well before"));
    };
    Ok(Work { run: Box::new(run), facts })
}
