//! Seeded orthonormal bases, so that nothing in a landscape is aligned with the coordinates.

use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot, norm, scale};

/// An orthonormal basis of R^n as columns: normal vectors by Gram and Schmidt, each made orthogonal twice.
pub(super) fn random_basis(n: usize, stream: &mut Stream) -> Matrix {
    let mut basis = Matrix::zeros(n, 0);
    while basis.cols() < n {
        let mut q = stream.normals(n);
        for _ in 0..2 {
            for j in 0..basis.cols() {
                axpy(-dot(basis.col(j), &q), basis.col(j), &mut q);
            }
        }
        scale(1.0 / norm(&q), &mut q);
        basis.push_col(&q);
    }
    basis
}
