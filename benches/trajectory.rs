//! Every eigen-solver along one trajectory of gradient descent at the edge of stability, as a Markdown table.
//!
//! `cargo bench --bench trajectory -- along P2 500`: the problem, and the number of consecutive points. The solvers that
//! need the most products follow the leading tenth. Without arguments it exits at once.
#![allow(missing_docs)]

#[path = "problems/edge.rs"]
mod edge;
#[path = "problems/mod.rs"]
mod problems;
#[path = "problems/solvers.rs"]
mod solvers;

use std::error::Error;
use std::time::Instant;

use centralflow::dynamics::EffectiveHessian;
use centralflow::eigen::{EigenError, EigenPairs, certify};
use centralflow::numeric::Matrix;
use centralflow::objective::Objective;
use edge::{REQUEST, WARM_UP, points};
use solvers::{Row, rows};

/// Every so many points the answer is certified.
const CERTIFY_EVERY: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip_while(|a| a != "along").skip(1).collect();
    let [name, count, ..] = &arguments[..] else {
        println!("trajectory: compares eigen-solvers with the arguments `along P2 500`");
        return Ok(());
    };
    let problem = problems::problems().into_iter().find(|p| p.name.starts_with(name.as_str()));
    let problem = problem.ok_or("no such problem")?;
    let eta = problem.learning_rate.ok_or("a problem without learning rate")?;
    let objective = problem.objective();
    let points = points(&objective, eta, count.parse()?);
    println!("{}, learning rate {}, {count} points from step {WARM_UP} on", problem.name, eta);
    println!();
    println!(
        "| solver | start | points | HVPs a step | most | ms a step | largest residual | missed, of certified |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    for row in rows() {
        follow(row, &objective, eta, &points)?;
    }
    Ok(())
}

/// Follows the trajectory, from the first point cold, and prints the row of the points after it.
fn follow(mut row: Row, objective: &dyn Objective, eta: f64, points: &[Vec<f64>]) -> Result<(), EigenError> {
    let points = &points[..(points.len() / row.share).max(2).min(points.len())];
    let (mut products, mut seconds, mut residual) = (Vec::new(), 0.0, 0.0_f64);
    let (mut missed, mut certified) = (0, 0);
    let mut past: Vec<Matrix> = Vec::new();
    for (n, w) in points.iter().enumerate() {
        let at = objective.linearize(w);
        let hessian = EffectiveHessian { at: &*at, step: eta };
        let begin = Instant::now();
        let pairs = (row.solve)(&hessian, &past)?;
        if n > 0 {
            seconds += begin.elapsed().as_secs_f64();
            products.push(pairs.products);
        }
        residual = residual.max(pairs.residual_above(row.threshold));
        if n % CERTIFY_EVERY == 0 {
            certified += 1;
            let certificate = certify(&hessian, &above(&pairs, row.threshold), REQUEST.tolerance, n as u64)?;
            missed += usize::from(certificate.missed.is_some());
        }
        past.insert(0, pairs.vectors);
        past.truncate(3);
    }
    let steps = products.len() as f64;
    println!(
        "| {} | {} | {} | {:.1} | {} | {:.0} | {residual:.1e} | {missed} of {certified} |",
        row.solver,
        row.start,
        points.len(),
        products.iter().sum::<usize>() as f64 / steps,
        products.iter().max().unwrap_or(&0),
        1e3 * seconds / steps,
    );
    Ok(())
}

/// The leading pairs with values above the threshold, at least one.
fn above(pairs: &EigenPairs, threshold: f64) -> EigenPairs {
    let count = pairs.values.iter().filter(|v| **v > threshold).count().max(1);
    EigenPairs {
        values: pairs.values[..count].to_vec(),
        vectors: pairs.vectors.cols_range(0, count),
        ..pairs.clone()
    }
}
