//! Matrix products that fit the caches, on all threads: the rate of multiply-adds that this processor has to offer.

use std::hint::black_box;

use centralflow::numeric::{MatMut, MatRef, Scalar, Start, matmul};
use rayon::prelude::*;
use serde_json::json;

use crate::Work;

/// The order of the matrices.
const ORDER: usize = 256;
/// Products that each thread does one after the other, so that starting the threads costs little.
const IN_A_ROW: usize = 16;

/// Its facts have the multiply-adds of a run.
pub fn prepare<T: Scalar>() -> Work {
    let numbers = || -> Vec<T> { (0..ORDER * ORDER).map(|i| T::from_f64((i % 17) as f64 - 8.0)).collect() };
    let (a, b) = (numbers(), numbers());
    let threads = rayon::current_num_threads();
    let mut results = vec![numbers(); threads];
    let run = move || {
        results.par_iter_mut().with_max_len(1).for_each(|c| {
            for _ in 0..IN_A_ROW {
                let [a, b] = [&a, &b].map(|x| MatRef::row_major(x, ORDER, ORDER));
                matmul(MatMut::row_major(black_box(c), ORDER, ORDER), Start::Zero, a, b);
            }
        });
    };
    let multiply_adds = (threads * IN_A_ROW * ORDER.pow(3)) as f64;
    Work { run: Box::new(run), facts: json!({"error": 0.0, "multiply_adds": multiply_adds}) }
}
