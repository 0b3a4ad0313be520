//! One step of each process at the edge of stability.
#![allow(missing_docs)]

#[path = "problems/small_digits.rs"]
mod small_digits;

use std::hint::black_box;
use std::sync::Arc;

use centralflow::dynamics::{CentralFlow, Discrete, GradientFlow, Numerics};
use centralflow::optimizer::{GradientDescent, Rule};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use small_digits::small_digits;

fn dynamics(c: &mut Criterion) {
    let objective = small_digits(200, &[24, 24]);
    let objective = &*objective;
    let rule: Rule = Arc::new(GradientDescent::new(0.2));
    let mut discrete = Discrete::new(rule.clone(), rule.begin(objective.start()));
    for _ in 0..200 {
        discrete.advance(objective);
    }
    let start = discrete.midpoint().expect("past the first step");
    let mut group = c.benchmark_group("one step of");
    group.sample_size(10);
    group.bench_function("gradient descent", |b| {
        b.iter_batched_ref(|| discrete.clone(), |d| black_box(d.advance(objective)), BatchSize::SmallInput);
    });
    group.bench_function("gradient flow", |b| {
        let flow = || GradientFlow::new(rule.clone(), start.clone());
        b.iter_batched_ref(flow, |f| black_box(f.advance(objective)), BatchSize::SmallInput);
    });
    group.bench_function("central flow", |b| {
        let mut flow = CentralFlow::new(rule.clone(), start.clone(), 4, &Numerics::default(), 0);
        flow.advance(objective).expect("finite");
        assert!(flow.evaluation().expect("evaluated").sigma.iter().any(|&s| s > 0.0), "at the edge");
        b.iter(|| black_box(flow.advance(objective)));
    });
    group.finish();
}

criterion_group!(benches, dynamics);
criterion_main!(benches);
