//! Eigen-solvers on the Hessian of P2's smaller sibling, cold and warm; products used are printed.
#![allow(missing_docs)]

#[path = "problems/small_digits.rs"]
mod small_digits;

use std::hint::black_box;

use centralflow::dynamics::EffectiveHessian;
use centralflow::eigen::{Request, certify, lanczos, lobpcg};
use centralflow::numeric::vector::axpy;
use criterion::{Criterion, criterion_group, criterion_main};
use small_digits::small_digits;

fn eigen(c: &mut Criterion) {
    let objective = small_digits(500, &[64, 64]);
    let eta = 0.15;
    let mut w = objective.start();
    for _ in 0..100 {
        let gradient = objective.linearize(&w).gradient().to_vec();
        axpy(-eta, &gradient, &mut w);
    }
    let before = objective.linearize(&w);
    let mut next = w.clone();
    axpy(-eta, before.gradient(), &mut next);
    let after = objective.linearize(&next);
    let (before, after) =
        (EffectiveHessian { at: &*before, step: eta }, EffectiveHessian { at: &*after, step: eta });
    let request = Request { count: 4, tolerance: 1e-6, max_products: 2000, seed: 0 };
    let start = lanczos(&before, &request).expect("finite");
    let cold = lanczos(&after, &request).expect("finite");
    let warm = lobpcg(&after, &start.vectors, &request).expect("finite");
    for (name, pairs) in [("cold Lanczos", &cold), ("warm LOBPCG", &warm)] {
        let certificate = certify(&after, pairs, 1e-6, 1).expect("finite");
        assert!(certificate.passes(1.1e-6), "{name}: {certificate:?}");
        println!("{name}: {} products for 4 pairs to 1e-6", pairs.products);
    }
    let mut group = c.benchmark_group("eigen 4 pairs to 1e-6");
    group.sample_size(10);
    group.bench_function("cold Lanczos", |b| b.iter(|| black_box(lanczos(&after, &request))));
    group.bench_function("warm LOBPCG", |b| b.iter(|| black_box(lobpcg(&after, &start.vectors, &request))));
    group.finish();
}

criterion_group!(benches, eigen);
criterion_main!(benches);
