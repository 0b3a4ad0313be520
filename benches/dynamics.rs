//! One step of each process at the edge of stability.
#![allow(missing_docs)]

use std::hint::black_box;

use centralflow::dynamics::{CentralFlow, Discrete, GradientFlow, Numerics};
use centralflow::model::mlp::Activation;
use centralflow::objective::{DataName, Loss, NetworkSpec, ObjectiveSpec};
use centralflow::optimizer::GradientDescent;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn dynamics(c: &mut Criterion) {
    let spec = ObjectiveSpec::Network(NetworkSpec {
        data: DataName::Digits,
        examples: 200,
        hidden: vec![24, 24],
        activation: Activation::Tanh,
        loss: Loss::Mse,
    });
    let objective = spec.build(0).expect("valid");
    let objective = &*objective;
    let rule = GradientDescent { learning_rate: 0.2 };
    let mut discrete = Discrete::new(rule, objective.start());
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
        let flow = || GradientFlow::new(rule, start.clone());
        b.iter_batched_ref(flow, |f| black_box(f.advance(objective)), BatchSize::SmallInput);
    });
    group.bench_function("central flow", |b| {
        let mut flow = CentralFlow::new(rule, start.clone(), 4, &Numerics::default(), 0);
        flow.advance(objective).expect("finite");
        assert!(flow.evaluation().expect("evaluated").sigma.iter().any(|&s| s > 0.0), "at the edge");
        b.iter(|| black_box(flow.advance(objective)));
    });
    group.finish();
}

criterion_group!(benches, dynamics);
criterion_main!(benches);
