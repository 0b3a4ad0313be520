//! The matrix product against faer's, one thread, on the shapes of the experiments.

use std::hint::black_box;

use centralflow::numeric::{MatMut, MatRef, Scalar, Start, matmul};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use faer::linalg::matmul::matmul as faer_matmul;

/// m, k, n, then whether A and B are transposed views.
const SHAPES: [(usize, usize, usize, bool, bool); 10] = [
    (64, 64, 64, false, false),
    (64, 3072, 256, false, false),
    (3072, 64, 256, true, false),
    (64, 256, 256, false, true),
    (64, 256, 3072, false, true),
    (600, 64, 64, false, false),
    (64, 64, 64, true, false),
    (256, 256, 256, false, false),
    (64, 256, 10, false, false),
    (600, 32, 4, false, false),
];

fn bench<T: Scalar + faer::traits::ComplexField>(criterion: &mut Criterion, name: &str) {
    for (m, k, n, a_transposed, b_transposed) in SHAPES {
        let shape = |t: bool, s: &str| format!("{s}{}", if t { "t" } else { "" });
        let id = format!("{name} {m}x{k}x{n} {}{}", shape(a_transposed, "a"), shape(b_transposed, "b"));
        let mut group = criterion.benchmark_group(id);
        group.throughput(Throughput::Elements((2 * m * k * n) as u64));
        let numbers = |len| -> Vec<T> { (0..len).map(|i| T::from_f64((i % 17) as f64 - 8.0)).collect() };
        let (a, b, mut c) = (numbers(m * k), numbers(k * n), numbers(m * n));
        let view = |data, rows, cols, transposed| match transposed {
            false => MatRef::row_major(data, rows, cols),
            true => MatRef::row_major(data, cols, rows).t(),
        };
        let (a_view, b_view) = (view(&a, m, k, a_transposed), view(&b, k, n, b_transposed));
        group.bench_function("ours", |bencher| {
            bencher.iter(|| {
                matmul(MatMut::row_major(black_box(&mut c), m, n), Start::Present, a_view, b_view);
            });
        });
        let faer_view = |data, rows, cols, transposed| match transposed {
            false => faer::MatRef::from_row_major_slice(data, rows, cols),
            true => faer::MatRef::from_row_major_slice(data, cols, rows).transpose(),
        };
        let (a_view, b_view) = (faer_view(&a, m, k, a_transposed), faer_view(&b, k, n, b_transposed));
        group.bench_function("faer", |bencher| {
            bencher.iter(|| {
                let c = faer::MatMut::from_row_major_slice_mut(black_box(&mut c), m, n);
                faer_matmul(c, faer::Accum::Add, a_view, b_view, <T as Scalar>::ONE, faer::Par::Seq);
            });
        });
        group.finish();
    }
}

fn both(criterion: &mut Criterion) {
    bench::<f64>(criterion, "f64");
    bench::<f32>(criterion, "f32");
}

criterion_group!(
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(600));
    targets = both
);
criterion_main!(benches);
