//! Small dense problems: eigenvalues, complementarity.

#[path = "../problems/complementarity.rs"]
mod complementarity;

use std::hint::black_box;

use centralflow::numeric::{Matrix, symmetric_eigen};
use centralflow::sdcp::solve;

use crate::kernel::{Kernel, Run, numbers};

pub fn kernels() -> Vec<Kernel> {
    let mut kernels = vec![eigen(24)];
    // In AVX2 code, valgrind 3.19 stops at a move between registers that the compiler likes to use here.
    kernels.extend([1, 2, 4, 8].map(|order| sdcp(order).portable()));
    kernels
}

fn eigen(order: usize) -> Kernel {
    Kernel::new(format!("symmetric_eigen {order}"), move || -> Run {
        let matrix = Matrix::from_columns(order, order, numbers(order * order));
        Box::new(move || drop(black_box(symmetric_eigen(black_box(&matrix)))))
    })
}

fn sdcp(order: usize) -> Kernel {
    Kernel::new(format!("sdcp {order}"), move || -> Run {
        let problem = complementarity::problem(order);
        Box::new(move || drop(black_box(solve(black_box(&problem)).expect("solvable"))))
    })
}
