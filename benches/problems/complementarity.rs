//! Random complementarity problems of any order.

use centralflow::numeric::random::Stream;
use centralflow::numeric::{Matrix, pair_count};
use centralflow::sdcp::Problem;

/// Contractions that are random vectors of twice the needed dimension, and a residual that is indefinite.
pub fn problem(k: usize) -> Problem {
    let mut stream = Stream::new(k as u64, "bench");
    let m = pair_count(k);
    let d = Matrix::from_columns(2 * m, m, stream.normals(2 * m * m));
    let inner = |a: usize, b: usize| d.col(a).iter().zip(d.col(b)).map(|(x, y)| x * y).sum::<f64>();
    let gram = Matrix::from_fn(m, m, |a, b| inner(a.max(b), a.min(b)));
    let entries = stream.normals(k * k);
    let a = Matrix::from_fn(k, k, |i, j| entries[i.max(j) * k + i.min(j)] - if i == j { 1.0 } else { 0.0 });
    Problem::from_gram(a, &gram, 1.0).expect("well-formed")
}
