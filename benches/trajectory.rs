//! Every eigen-solver along one trajectory of gradient descent at the edge of stability, as a Markdown table.
//!
//! `cargo bench --bench trajectory -- along P2 500`: the problem, and the number of consecutive points. The solvers that
//! need the most products follow the leading tenth. Without arguments it exits at once.
#![allow(missing_docs)]

#[path = "problems/edge.rs"]
mod edge;
#[path = "problems/mod.rs"]
mod problems;

use std::error::Error;
use std::time::Instant;

use centralflow::autodiff::Program;
use centralflow::dynamics::EffectiveHessian;
use centralflow::eigen::{
    EigenError, EigenPairs, Request, Tracker, TrackerSettings, certify, chebyshev, davidson, lanczos, lobpcg,
};
use centralflow::numeric::Matrix;
use centralflow::numeric::random::Stream;
use centralflow::numeric::vector::{axpy, dot};
use centralflow::optimizer::GradientDescent;
use edge::{REQUEST, WARM_UP, points};

/// Every so many points the answer is certified.
const CERTIFY_EVERY: usize = 10;

type Answer = Result<EigenPairs, EigenError>;
/// A solver, given the Hessian and the vectors of the last three answers, latest first.
type Solver = Box<dyn FnMut(&EffectiveHessian<'_>, &[Matrix]) -> Answer>;

struct Row {
    solver: &'static str,
    start: &'static str,
    /// It follows the trajectory divided by this.
    share: usize,
    /// The pairs that the answer must not miss.
    threshold: f64,
    solve: Solver,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip_while(|a| a != "along").skip(1).collect();
    let [name, count, ..] = &arguments[..] else {
        println!("trajectory: compares eigen-solvers with the arguments `along P2 500`");
        return Ok(());
    };
    let problem = problems::problems().into_iter().find(|p| p.name.starts_with(name.as_str()));
    let problem = problem.ok_or("no such problem")?;
    let rule =
        GradientDescent { learning_rate: problem.learning_rate.ok_or("a problem without learning rate")? };
    let (program, start) = problem.program::<f64>();
    let points = points(&program, start, rule, count.parse()?);
    println!("{}, learning rate {}, {count} points from step {WARM_UP} on", problem.name, rule.learning_rate);
    println!();
    println!(
        "| solver | start | points | HVPs a step | most | ms a step | largest residual | missed, of certified |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    for row in rows() {
        follow(row, &program, rule, &points)?;
    }
    Ok(())
}

fn rows() -> Vec<Row> {
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
    solver: fn(&dyn centralflow::eigen::SymmetricOperator, &Matrix, &Request) -> Answer,
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

/// Follows the trajectory, from the first point cold, and prints the row of the points after it.
fn follow(
    mut row: Row,
    program: &Program<f64>,
    rule: GradientDescent,
    points: &[Vec<f64>],
) -> Result<(), EigenError> {
    let points = &points[..(points.len() / row.share).max(2).min(points.len())];
    let (mut products, mut seconds, mut residual) = (Vec::new(), 0.0, 0.0_f64);
    let (mut missed, mut certified) = (0, 0);
    let mut past: Vec<Matrix> = Vec::new();
    for (n, w) in points.iter().enumerate() {
        let at = program.linearize(w);
        let hessian = EffectiveHessian { at: &at, rule };
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
