//! Vector operations whose sums have one order.

use std::hint::black_box;

use centralflow::numeric::vector::{axpy, distance, dot, scale};

use crate::kernel::{Kernel, Run, numbers};

/// Not a multiple of any number of lanes.
const LEN: usize = 4099;

pub fn kernels() -> Vec<Kernel> {
    vec![
        kernel("dot", |x, y| {
            black_box(dot(x, y));
        }),
        kernel("axpy", |x, y| axpy(1e-3, x, y)),
        kernel("scale", |_, y| scale(0.99, y)),
        kernel("distance", |x, y| {
            black_box(distance(x, y));
        }),
    ]
}

fn kernel(name: &str, operation: fn(&[f64], &mut [f64])) -> Kernel {
    Kernel::new(format!("{name} f64"), move || -> Run {
        let x = numbers(LEN);
        // Not the same vector: a distance of zero is looked at twice.
        let mut y: Vec<f64> = x.iter().rev().copied().collect();
        Box::new(move || operation(black_box(&x), black_box(&mut y)))
    })
}
