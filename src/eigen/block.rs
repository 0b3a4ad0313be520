//! Operations on tall blocks of vectors, with sums in one fixed order.

use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, norm, scale};
use crate::numeric::{MatMut, MatRef, Matrix, Start, matmul, symmetric_eigen};

/// Rows handled at a time, so that a panel of a dozen columns stays in the cache.
const PANEL: usize = 2048;
/// Directions of a normalised block whose Gram eigenvalue falls below this fraction of the largest are
/// dropped.
const DEPENDENT: f64 = 1e-13;
/// A column that keeps less than this fraction of its length after a projection is rounding noise.
const NOISE: f64 = 1e-11;

/// `a^T b`: panel after panel, each entry of a panel's product one chain.
pub(super) fn gram(a: &Matrix, b: &Matrix) -> Matrix {
    let (m, n) = (a.cols(), b.cols());
    let (mut sum, mut part) = (vec![0.0; m * n], vec![0.0; m * n]);
    panels(a.rows(), |from, to| {
        // With the columns of b as rows, the product comes out column after column.
        let (a, b) = (columns_as_rows(a, from, to), columns_as_rows(b, from, to));
        matmul(MatMut::row_major(&mut part, n, m), Start::Zero, b, a.t());
        axpy(1.0, &part, &mut sum);
    });
    Matrix::from_columns(m, n, sum)
}

/// The symmetric part of `a^T b`, which is symmetric but for rounding.
pub(super) fn symmetric_gram(a: &Matrix, b: &Matrix) -> Matrix {
    let g = gram(a, b);
    Matrix::from_fn(g.rows(), g.cols(), |i, j| 0.5 * (g[(i, j)] + g[(j, i)]))
}

/// `a c` for a small matrix `c`.
pub(super) fn combine(a: &Matrix, c: &Matrix) -> Matrix {
    let mut y = Matrix::zeros(a.rows(), c.cols());
    add_product(&mut y, a, c, Start::Zero);
    y
}

/// `y += sign a c` for a small matrix `c`.
pub(super) fn accumulate(y: &mut Matrix, sign: f64, a: &Matrix, c: &Matrix) {
    let mut c = c.clone();
    scale(sign, c.data_mut());
    add_product(y, a, &c, Start::Present);
}

fn add_product(y: &mut Matrix, a: &Matrix, c: &Matrix, start: Start<'_, f64>) {
    let (rows, cols) = (y.rows(), y.cols());
    let (a, c) = (columns_as_rows(a, 0, rows), columns_as_rows(c, 0, c.rows()));
    matmul(MatMut::row_major(y.data_mut(), cols, rows), start, c, a);
}

/// The transpose of the rows `from..to`.
fn columns_as_rows(a: &Matrix, from: usize, to: usize) -> MatRef<'_, f64> {
    let data = a.data().get(from..).unwrap_or_default();
    MatRef::strided(data, a.cols(), to - from, a.rows(), 1)
}

fn panels(rows: usize, mut work: impl FnMut(usize, usize)) {
    let mut from = 0;
    while from < rows {
        let to = (from + PANEL).min(rows);
        work(from, to);
        from = to;
    }
}

/// The blocks side by side.
pub(super) fn beside(blocks: &[&Matrix]) -> Matrix {
    let rows = blocks.first().map_or(0, |b| b.rows());
    let data = blocks.iter().map(|b| b.data()).collect::<Vec<_>>().concat();
    Matrix::from_columns(rows, blocks.iter().map(|b| b.cols()).sum(), data)
}

/// Appends the columns of `b`.
pub(super) fn append(a: &mut Matrix, b: &Matrix) {
    (0..b.cols()).for_each(|j| a.push_col(b.col(j)));
}

/// The columns with the given indices.
pub(super) fn select(a: &Matrix, columns: &[usize]) -> Matrix {
    let mut b = Matrix::zeros(a.rows(), 0);
    columns.iter().for_each(|&j| b.push_col(a.col(j)));
    b
}

/// The residuals `hx - x diag(values)`.
pub(super) fn residuals(x: &Matrix, hx: &Matrix, values: &[f64]) -> Matrix {
    let mut r = hx.clone();
    for j in 0..x.cols() {
        axpy(-values[j], x.col(j), r.col_mut(j));
    }
    r
}

/// The norm of each column.
pub(super) fn norms(a: &Matrix) -> Vec<f64> {
    (0..a.cols()).map(|j| norm(a.col(j))).collect()
}

/// Whether all entries are finite.
pub(super) fn finite(a: &Matrix) -> bool {
    a.data().iter().all(|x| x.is_finite())
}

/// A block of standard normal numbers.
pub(super) fn random(rows: usize, cols: usize, stream: &mut Stream) -> Matrix {
    Matrix::from_columns(rows, cols, stream.normals(rows * cols))
}

/// An orthonormal basis of the part of `w` outside the orthonormal `bases`; dependent directions are dropped.
///
/// Projection and SVQB (Stathopoulos, Wu: A block orthogonalization procedure with constant synchronization
/// requirements, SIAM J. Sci. Comput. 23, 2002), repeated until both change nothing but rounding.
pub(super) fn orthonormalise(bases: &[&Matrix], w: &Matrix) -> Matrix {
    const PASSES: usize = 5;
    let mut w = normalised(w, &vec![0.0; w.cols()]);
    for _ in 0..PASSES {
        let mut change = 0.0_f64;
        for basis in bases {
            let c = gram(basis, &w);
            change = c.data().iter().fold(change, |m, x| m.max(x.abs()));
            accumulate(&mut w, -1.0, basis, &c);
        }
        w = normalised(&w, &vec![NOISE; w.cols()]);
        if w.cols() == 0 {
            break;
        }
        let g = symmetric_gram(&w, &w);
        let defect = (0..g.cols()).flat_map(|j| (0..j).map(move |i| (i, j)));
        change = defect.fold(change, |m, ij| m.max(g[ij].abs()));
        let (values, vectors) = symmetric_eigen(&g);
        let kept = values.iter().take_while(|&&v| v > DEPENDENT * values[0]).count();
        let c = Matrix::from_fn(w.cols(), kept, |i, j| vectors[(i, j)] / values[j].sqrt());
        w = combine(&w, &c);
        if change < 1e-10 {
            break;
        }
    }
    w
}

/// The columns longer than their floor, scaled to length one.
fn normalised(w: &Matrix, floors: &[f64]) -> Matrix {
    let mut kept = Matrix::zeros(w.rows(), 0);
    for j in 0..w.cols() {
        // Two steps, since the square of a tiny or huge entry may leave the range.
        let largest = w.col(j).iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        if largest > 0.0 && largest.is_finite() {
            let mut column: Vec<f64> = w.col(j).iter().map(|x| x / largest).collect();
            let length = norm(&column);
            if length * largest > floors[j] {
                scale(1.0 / length, &mut column);
                kept.push_col(&column);
            }
        }
    }
    kept
}

/// As [`orthonormalise`], column by column (Gram-Schmidt, repeated while a column shrinks): keeps directions
/// down to the absolute length `floor`, and the span of the first columns is that of the first results.
pub(super) fn gram_schmidt(basis: &Matrix, w: &Matrix, floor: f64) -> Matrix {
    let mut q = Matrix::zeros(w.rows(), 0);
    for j in 0..w.cols() {
        let mut column = w.cols_range(j, j + 1);
        let mut length = norm(column.col(0));
        for pass in 0..5 {
            for block in [basis, &q] {
                let c = gram(block, &column);
                accumulate(&mut column, -1.0, block, &c);
            }
            let (before, after) = (length, norm(column.col(0)));
            length = after;
            if after <= floor || (pass > 0 && after > 0.7 * before) {
                break;
            }
        }
        if length > floor {
            scale(1.0 / length, column.data_mut());
            q.push_col(column.col(0));
        }
    }
    q
}

/// `cols` more orthonormal columns: random directions orthogonal to the orthonormal `basis`. Fewer if the
/// space has no more.
pub(super) fn random_outside(basis: &Matrix, cols: usize, stream: &mut Stream) -> Matrix {
    let cols = cols.min(basis.rows() - basis.cols().min(basis.rows()));
    gram_schmidt(basis, &random(basis.rows(), cols, stream), 1e-9)
}
