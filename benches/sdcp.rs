//! The complementarity problem for 1 to 16 critical eigenvalues, on random Gram operators.
#![allow(missing_docs)]

#[path = "problems/complementarity.rs"]
mod complementarity;

use std::hint::black_box;

use centralflow::sdcp::{certify, solve};
use complementarity::problem;
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

criterion_group!(benches, sdcp);
criterion_main!(benches);
