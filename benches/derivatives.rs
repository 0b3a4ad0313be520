//! Gradient, HVPs in blocks of 1 and 8, and third-order contractions, in both precisions.
#![allow(missing_docs)]

mod problems;

use std::hint::black_box;

use centralflow::numeric::{Scalar, pair_count};
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use problems::{Problem, directions, problems};

/// A forward pass of more multiply-adds, those of data aside, is not for a test, which is to take seconds.
const LARGE: f64 = 1e8;
/// It has about so many there.
const TESTED: f64 = 2e7;

fn derivatives(c: &mut Criterion) {
    let timed = std::env::args().any(|argument| argument == "--bench");
    for problem in problems().into_iter().map(|problem| if timed { problem } else { tested(problem) }) {
        let mut group = c.benchmark_group(problem.name);
        group.sample_size(10);
        in_precision::<f64>(&mut group, &problem, "f64");
        in_precision::<f32>(&mut group, &problem, "f32");
        group.finish();
    }
}

/// The problem with the leading examples only, if it is large.
fn tested(mut problem: Problem) -> Problem {
    let products = problem.graph().multiply_adds();
    let of_example = products.of_layers + products.of_pairs;
    if of_example * problem.data.len() as f64 > LARGE {
        let examples = (TESTED / of_example).ceil() as usize;
        problem.data = problem.data.select(&(0..examples).collect::<Vec<_>>());
    }
    problem
}

fn in_precision<T: Scalar>(group: &mut BenchmarkGroup<'_, WallTime>, problem: &Problem, precision: &str) {
    let (program, w) = problem.program::<T>();
    let at = program.linearize(&w);
    let u = directions::<T>(w.len(), 8);
    check(&program, &w, &u[..w.len()]);
    group.bench_function(format!("{precision} gradient"), |b| {
        b.iter(|| black_box(program.linearize(&w).loss()))
    });
    for m in [1, 8] {
        let v = &u[..m * w.len()];
        let mut out = vec![T::ZERO; v.len()];
        group.bench_function(format!("{precision} hvp block {m}"), |b| {
            b.iter(|| at.hvp_into(v, black_box(&mut out)))
        });
    }
    for k in [1, 3, 4] {
        let v = &u[..k * w.len()];
        let mut out = vec![T::ZERO; w.len() * pair_count(k)];
        group.bench_function(format!("{precision} third order k={k}"), |b| {
            b.iter(|| at.third_order_into(v, black_box(&mut out)))
        });
    }
}

/// The answer is right before it is timed: H v against a central difference of gradients.
fn check<T: Scalar>(program: &centralflow::autodiff::Program<T>, w: &[T], v: &[T]) {
    let h = if T::EPSILON.to_f64() > 1e-10 { 1e-3 } else { 1e-5 };
    let moved =
        |sign: f64| -> Vec<T> { w.iter().zip(v).map(|(&w, &v)| w + T::from_f64(sign * h) * v).collect() };
    let (plus, minus) = (program.linearize(&moved(1.0)), program.linearize(&moved(-1.0)));
    let product = program.linearize(w).hvp(v);
    let (mut error, mut size) = (0.0, 0.0);
    for ((p, m), hv) in plus.gradient().iter().zip(minus.gradient()).zip(&product) {
        let difference = (p.to_f64() - m.to_f64()) / (2.0 * h);
        error += (difference - hv.to_f64()).powi(2);
        size += hv.to_f64().powi(2);
    }
    assert!(error.sqrt() <= 0.05 * size.sqrt(), "HVP off by {:e}", error.sqrt() / size.sqrt());
}

criterion_group!(benches, derivatives);
criterion_main!(benches);
