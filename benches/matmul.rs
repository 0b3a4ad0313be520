//! The matrix product against faer's on the shapes of the experiments: on one thread, and on two that multiply at the
//! same time, as sweeps do.

use std::hint::black_box;

use centralflow::numeric::{MatMut, MatRef, Scalar, Start, matmul};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use faer::linalg::matmul::matmul as faer_matmul;
use rayon::prelude::*;

/// m, k, n, then whether A and B are transposed views.
const SHAPES: [(usize, usize, usize, bool, bool); 12] = [
    (64, 64, 64, false, false),
    (64, 3072, 256, false, false),
    (3072, 64, 256, true, false),
    (64, 256, 256, false, true),
    (64, 256, 3072, false, true),
    (600, 64, 64, false, false),
    (64, 64, 64, true, false),
    (256, 256, 256, false, false),
    (64, 128, 128, false, false),
    (128, 64, 128, true, false),
    (64, 256, 10, false, false),
    (600, 32, 4, false, false),
];

/// Products that each thread does one after the other, so that starting the threads costs little.
const IN_A_ROW: usize = 8;

/// The factors of a product of one of the shapes, and where each thread writes.
struct Product<T> {
    shape: (usize, usize, usize),
    transposed: (bool, bool),
    a: Vec<T>,
    b: Vec<T>,
    c: Vec<Vec<T>>,
    pool: rayon::ThreadPool,
}

impl<T: Scalar + faer::traits::ComplexField> Product<T> {
    fn new((m, k, n, a_transposed, b_transposed): (usize, usize, usize, bool, bool), threads: usize) -> Self {
        let numbers = |len| -> Vec<T> { (0..len).map(|i| T::from_f64((i % 17) as f64 - 8.0)).collect() };
        Self {
            shape: (m, k, n),
            transposed: (a_transposed, b_transposed),
            a: numbers(m * k),
            b: numbers(k * n),
            c: vec![numbers(m * n); threads],
            pool: rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool"),
        }
    }

    fn name(&self) -> String {
        let ((m, k, n), mark) = (self.shape, |t: bool, s: &str| format!("{s}{}", if t { "t" } else { "" }));
        format!("{m}x{k}x{n} {}{}", mark(self.transposed.0, "a"), mark(self.transposed.1, "b"))
    }

    /// Calls `multiply(a, b, c)` on each thread with a C of its own.
    fn on_all_threads(&mut self, multiply: impl Fn(&[T], &[T], &mut [T]) + Sync) {
        let Self { a, b, c, pool, .. } = self;
        let in_a_row = |c: &mut Vec<T>| (0..IN_A_ROW).for_each(|_| multiply(a, b, black_box(c)));
        match c.as_mut_slice() {
            [c] => in_a_row(c),
            all => pool.install(|| all.par_iter_mut().with_max_len(1).for_each(in_a_row)),
        }
    }

    fn ours(&mut self) {
        let ((m, k, n), (a_transposed, b_transposed)) = (self.shape, self.transposed);
        self.on_all_threads(|a, b, c| {
            let (a, b) = (our_view(a, m, k, a_transposed), our_view(b, k, n, b_transposed));
            matmul(MatMut::row_major(c, m, n), Start::Present, a, b);
        });
    }

    fn faer(&mut self) {
        let ((m, k, n), (a_transposed, b_transposed)) = (self.shape, self.transposed);
        self.on_all_threads(|a, b, c| {
            let (a, b) = (faer_view(a, m, k, a_transposed), faer_view(b, k, n, b_transposed));
            let c = faer::MatMut::from_row_major_slice_mut(c, m, n);
            faer_matmul(c, faer::Accum::Add, a, b, <T as Scalar>::ONE, faer::Par::Seq);
        });
    }
}

fn our_view<T: Scalar>(data: &[T], rows: usize, cols: usize, transposed: bool) -> MatRef<'_, T> {
    match transposed {
        false => MatRef::row_major(data, rows, cols),
        true => MatRef::row_major(data, cols, rows).t(),
    }
}

fn faer_view<T>(data: &[T], rows: usize, cols: usize, transposed: bool) -> faer::MatRef<'_, T> {
    match transposed {
        false => faer::MatRef::from_row_major_slice(data, rows, cols),
        true => faer::MatRef::from_row_major_slice(data, cols, rows).transpose(),
    }
}

fn bench<T: Scalar + faer::traits::ComplexField>(criterion: &mut Criterion, name: &str) {
    for threads in [1, 2] {
        for shape in SHAPES {
            let mut product = Product::<T>::new(shape, threads);
            let id = format!("{name} {} on {threads}", product.name());
            let (m, k, n) = product.shape;
            let mut group = criterion.benchmark_group(id);
            group.throughput(Throughput::Elements((2 * m * k * n * IN_A_ROW * threads) as u64));
            group.bench_function("ours", |bencher| bencher.iter(|| product.ours()));
            group.bench_function("faer", |bencher| bencher.iter(|| product.faer()));
            group.finish();
        }
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
