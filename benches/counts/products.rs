//! Matrix products, by which factor is transposed.

use std::hint::black_box;

use centralflow::numeric::{MatMut, MatRef, Scalar, Start, matmul};

use crate::kernel::{Kernel, Run, numbers, precision};

/// m, k, n: whole tiles, and a last layer, whose tiles are narrow.
const SHAPES: [[usize; 3]; 2] = [[64, 96, 64], [70, 128, 10]];
/// The name, and whether A and B are transposed views.
const TRANSPOSED: [(&str, bool, bool); 3] =
    [("A B", false, false), ("A' B", true, false), ("A B'", false, true)];

pub fn kernels() -> Vec<Kernel> {
    let cases = SHAPES.into_iter().flat_map(|shape| TRANSPOSED.map(|transposed| (shape, transposed)));
    cases
        .flat_map(|(shape, transposed)| [kernel::<f64>(shape, transposed), kernel::<f32>(shape, transposed)])
        .collect()
}

fn kernel<T: Scalar>(shape: [usize; 3], transposed: (&'static str, bool, bool)) -> Kernel {
    let (name, a_transposed, b_transposed) = transposed;
    let [m, k, n] = shape;
    Kernel::new(format!("matmul {name} {m}x{k}x{n} {}", precision::<T>()), move || -> Run {
        let (a, b, mut c) = (numbers::<T>(m * k), numbers::<T>(k * n), vec![T::ZERO; m * n]);
        Box::new(move || {
            let (a, b) = (view(black_box(&a), m, k, a_transposed), view(black_box(&b), k, n, b_transposed));
            matmul(MatMut::row_major(black_box(&mut c), m, n), Start::Zero, a, b);
        })
    })
}

/// The `rows x cols` matrix of these numbers; as a transposed view, they are the rows of its transpose.
fn view<T: Scalar>(numbers: &[T], rows: usize, cols: usize, transposed: bool) -> MatRef<'_, T> {
    if transposed {
        MatRef::row_major(numbers, cols, rows).t()
    } else {
        MatRef::row_major(numbers, rows, cols)
    }
}
