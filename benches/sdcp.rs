//! The complementarity problem for 1 to 16 critical eigenvalues, on random Gram operators.
#![allow(missing_docs)]

use std::hint::black_box;

use centralflow::numeric::Matrix;
use centralflow::numeric::pair_count;
use centralflow::numeric::random::Stream;
use centralflow::sdcp::{Problem, certify, solve};
use criterion::{Criterion, criterion_group, criterion_main};

fn sdcp(c: &mut Criterion) {
    let mut group = c.benchmark_group("sdcp");
    for k in [1, 2, 4, 8, 16] {
        let problem = problem(k);
        let solution = solve(&problem).expect("solvable");
        assert!(certify(&problem, &solution.x).worst() <= 1e-12);
        group.bench_function(format!("k={k}"), |b| b.iter(|| black_box(solve(&problem))));
    }
    group.finish();
}

/// Contractions that are random vectors of twice the needed dimension, and a residual that is indefinite.
fn problem(k: usize) -> Problem {
    let mut stream = Stream::new(k as u64, "bench");
    let m = pair_count(k);
    let d = Matrix::from_columns(2 * m, m, stream.normals(2 * m * m));
    let inner = |a: usize, b: usize| d.col(a).iter().zip(d.col(b)).map(|(x, y)| x * y).sum::<f64>();
    let gram = Matrix::from_fn(m, m, |a, b| inner(a.max(b), a.min(b)));
    let entries = stream.normals(k * k);
    let a = Matrix::from_fn(k, k, |i, j| entries[i.max(j) * k + i.min(j)] - if i == j { 1.0 } else { 0.0 });
    Problem::from_gram(a, &gram, 1.0).expect("well-formed")
}

criterion_group!(benches, sdcp);
criterion_main!(benches);
