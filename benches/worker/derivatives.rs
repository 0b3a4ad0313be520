//! Gradient, Hessian-vector products and third-order contractions.

use std::hint::black_box;

use centralflow::autodiff::{Linearized, Program};
use centralflow::numeric::Scalar;
use serde_json::json;

use crate::problems::{Problem, directions};
use crate::{Outcome, Work};

/// The directions of a block of HVPs.
pub const BLOCK: usize = 8;
/// The directions whose pairs are contracted to third order.
pub const CONTRACTED: usize = 4;

/// A work in precision `T`; the order-zero work is done once if `kept`, else in each run.
///
/// The program is leaked: it lives as long as the worker, and what is linearised borrows it.
pub fn prepare<T: Scalar>(problem: &Problem, work: &str, kept: bool) -> Outcome<Work> {
    let (program, w) = problem.program::<T>();
    let program: &'static Program<T> = Box::leak(Box::new(program));
    let u = directions::<T>(w.len(), BLOCK);
    let apply = apply::<T>(work)?;
    let answer: Vec<f64> = apply(&program.linearize(&w), &u).into_iter().map(T::to_f64).collect();
    let facts = json!({"error": error(&answer, &reference(problem, work)?)});
    let run: Box<dyn FnMut()> = if kept {
        let at = program.linearize(&w);
        Box::new(move || drop(black_box(apply(&at, &u))))
    } else {
        Box::new(move || drop(black_box(apply(&program.linearize(&w), &u))))
    };
    Ok(Work { run, facts })
}

/// Our answer in double precision, which all others are held against.
pub fn reference(problem: &Problem, work: &str) -> Outcome<Vec<f64>> {
    let (program, w) = problem.program::<f64>();
    Ok(apply::<f64>(work)?(&program.linearize(&w), &directions(w.len(), BLOCK)))
}

type Apply<T> = fn(&Linearized<'_, T>, &[T]) -> Vec<T>;

fn apply<T: Scalar>(work: &str) -> Outcome<Apply<T>> {
    Ok(match work {
        "gradient" => |at, _| at.gradient().to_vec(),
        "hvp1" => |at, u| at.hvp(&u[..u.len() / BLOCK]),
        "hvp8" => |at, u| at.hvp(u),
        "third4" => |at, u| at.third_order(&u[..u.len() / BLOCK * CONTRACTED]),
        other => return Err(format!("no work {other}").into()),
    })
}

/// `|a - b| / |b|`.
pub fn error(a: &[f64], b: &[f64]) -> f64 {
    let square = |sum: f64, x: f64| sum + x * x;
    let difference = a.iter().zip(b).map(|(a, b)| a - b).fold(0.0, square);
    (difference / b.iter().copied().fold(0.0, square)).sqrt()
}
