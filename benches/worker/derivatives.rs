//! Gradient, Hessian-vector products and third-order contractions.

use std::hint::black_box;

use centralflow::autodiff::{Linearized, Program};
use centralflow::numeric::{Scalar, pair_count};
use serde_json::json;

use crate::multiply_adds::multiply_adds;
use crate::problems::{Problem, directions};
use crate::{BLOCK, CONTRACTED, Outcome, Work};

/// A work in precision `T`; the order-zero work is done once if `kept`, else in each run.
///
/// The program is leaked: it lives as long as the worker, and what is linearised borrows it.
pub fn prepare<T: Scalar>(problem: &Problem, work: &str, kept: bool) -> Outcome<Work> {
    let (program, w) = problem.program::<T>();
    let program: &'static Program<T> = Box::leak(Box::new(program));
    let u = directions::<T>(w.len(), BLOCK);
    let apply = apply::<T>(work)?;
    let mut out = Vec::new();
    apply(&program.linearize(&w), &u, &mut out);
    let answer: Vec<f64> = out.iter().map(|x| x.to_f64()).collect();
    let facts = json!({
        "error": error(&answer, &reference(problem, work)?),
        "multiply_adds": multiply_adds(problem, work, kept),
    });
    let run: Box<dyn FnMut()> = if kept {
        let at = program.linearize(&w);
        Box::new(move || apply(&at, &u, black_box(&mut out)))
    } else {
        Box::new(move || apply(&program.linearize(&w), &u, black_box(&mut out)))
    };
    Ok(Work { run, facts })
}

/// Our answer in double precision, which all others are held against.
pub fn reference(problem: &Problem, work: &str) -> Outcome<Vec<f64>> {
    let (program, w) = problem.program::<f64>();
    let mut out = Vec::new();
    apply::<f64>(work)?(&program.linearize(&w), &directions(w.len(), BLOCK), &mut out);
    Ok(out)
}

/// Writes the answer into memory that is used again.
type Apply<T> = fn(&Linearized<'_, T>, &[T], &mut Vec<T>);

fn apply<T: Scalar>(work: &str) -> Outcome<Apply<T>> {
    Ok(match work {
        "gradient" => |at, _, out| at.gradient().clone_into(out),
        "hvp1" => |at, u, out| hvp(at, &u[..u.len() / BLOCK], out),
        "hvp8" => hvp,
        "third4" => |at, u, out| {
            let p = u.len() / BLOCK;
            out.resize(p * pair_count(CONTRACTED), T::ZERO);
            at.third_order_into(&u[..p * CONTRACTED], out);
        },
        other => return Err(format!("no work {other}").into()),
    })
}

fn hvp<T: Scalar>(at: &Linearized<'_, T>, u: &[T], out: &mut Vec<T>) {
    out.resize(u.len(), T::ZERO);
    at.hvp_into(u, out);
}

/// `|a - b| / |b|`.
pub fn error(a: &[f64], b: &[f64]) -> f64 {
    let square = |sum: f64, x: f64| sum + x * x;
    let difference = a.iter().zip(b).map(|(a, b)| a - b).fold(0.0, square);
    (difference / b.iter().copied().fold(0.0, square)).sqrt()
}
