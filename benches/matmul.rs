//! The reproducible matrix product against faer's, single-threaded, on the shapes that occur.
#![allow(missing_docs)]

use std::hint::black_box;

use centralflow::numeric::random::Stream;
use centralflow::numeric::{MatMut, MatRef, Scalar, matmul_add};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};

const SHAPES: [(usize, usize, usize); 5] =
    [(64, 64, 64), (512, 64, 64), (64, 3072, 256), (512, 256, 256), (512, 128, 10)];

fn products(c: &mut Criterion) {
    let mut group = c.benchmark_group("matmul");
    group.sample_size(20);
    for (m, k, n) in SHAPES {
        group.throughput(Throughput::Elements((2 * m * k * n) as u64));
        compare::<f64>(&mut group, "f64", (m, k, n));
        compare::<f32>(&mut group, "f32", (m, k, n));
    }
    group.finish();
}

fn compare<T: Scalar + faer::traits::ComplexField>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    precision: &str,
    (m, k, n): (usize, usize, usize),
) {
    let normals = |len: usize| -> Vec<T> {
        Stream::new(len as u64, "bench").normals(len).into_iter().map(Scalar::from_f64).collect()
    };
    let (a, b) = (normals(m * k), normals(k * n));
    let mut ours: Vec<T> = normals(m * n).iter().map(|_| T::ZERO).collect();
    let mut theirs = faer::Mat::<T>::zeros(m, n);
    let (fa, fb) = (
        faer::MatRef::from_row_major_slice(&a, m, k),
        faer::MatRef::from_row_major_slice(&b, k, n),
    );
    matmul_add(MatMut::row_major(&mut ours, m, n), MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
    matmul(theirs.as_mut(), Accum::Replace, fa, fb, <T as Scalar>::ONE, Par::Seq);
    for i in 0..m {
        for j in 0..n {
            let difference = (ours[i * n + j] - theirs[(i, j)]).to_f64().abs();
            assert!(difference <= 100.0 * T::EPSILON.to_f64() * k as f64, "({i}, {j}): {difference:e}");
        }
    }
    group.bench_function(format!("{precision} {m}x{k}x{n} ours"), |bench| {
        bench.iter(|| {
            matmul_add(
                MatMut::row_major(black_box(&mut ours), m, n),
                MatRef::row_major(&a, m, k),
                MatRef::row_major(&b, k, n),
            );
        });
    });
    group.bench_function(format!("{precision} {m}x{k}x{n} faer"), |bench| {
        bench.iter(|| matmul(black_box(theirs.as_mut()), Accum::Add, fa, fb, <T as Scalar>::ONE, Par::Seq));
    });
}

criterion_group!(benches, products);
criterion_main!(benches);
