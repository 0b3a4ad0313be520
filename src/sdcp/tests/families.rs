//! Random problems: regular ones and every degenerate family.

use crate::numeric::{Matrix, random::Stream, symmetric_eigen};
use crate::sdcp::{Problem, pack, packed_len, pairs};

pub fn normal(rows: usize, cols: usize, s: &mut Stream) -> Matrix {
    Matrix::from_columns(rows, cols, s.normals(rows * cols))
}

pub fn product(a: &Matrix, b: &Matrix) -> Matrix {
    Matrix::from_fn(a.rows(), b.cols(), |i, j| (0..a.cols()).map(|l| a[(i, l)] * b[(l, j)]).sum())
}

pub fn transposed(a: &Matrix) -> Matrix {
    Matrix::from_fn(a.cols(), a.rows(), |i, j| a[(j, i)])
}

pub fn scaled(a: &Matrix, factor: f64) -> Matrix {
    Matrix::from_fn(a.rows(), a.cols(), |i, j| factor * a[(i, j)])
}

pub fn sum(a: &Matrix, b: &Matrix) -> Matrix {
    Matrix::from_fn(a.rows(), a.cols(), |i, j| a[(i, j)] + b[(i, j)])
}

pub fn norm(a: &Matrix) -> f64 {
    a.data().iter().map(|x| x * x).sum::<f64>().sqrt()
}

pub fn distance(a: &Matrix, b: &Matrix) -> f64 {
    norm(&sum(a, &scaled(b, -1.0)))
}

/// A symmetric Gaussian matrix.
pub fn symmetric(k: usize, s: &mut Stream) -> Matrix {
    let g = normal(k, k, s);
    Matrix::from_fn(k, k, |i, j| 0.5 * (g[(i, j)] + g[(j, i)]))
}

/// `F' F` of a Gaussian F with `rank` rows: the Gram matrix of random tensors.
pub fn gram(m: usize, rank: usize, s: &mut Stream) -> Matrix {
    let f = normal(rank, m, s);
    let g = product(&transposed(&f), &f);
    Matrix::from_fn(m, m, |i, j| g[(i.min(j), i.max(j))])
}

/// A random orthogonal matrix.
pub fn orthogonal(k: usize, s: &mut Stream) -> Matrix {
    symmetric_eigen(&symmetric(k, s)).1
}

/// `Q diag(d) Q'`, exactly symmetric.
pub fn with_eigenvalues(d: &[f64], q: &Matrix) -> Matrix {
    let entry = |i: usize, j: usize| (0..d.len()).map(|l| d[l] * q[(i, l)] * q[(j, l)]).sum();
    Matrix::from_fn(d.len(), d.len(), |i, j| entry(i.min(j), i.max(j)))
}

/// A = `R0 - B[X0]` for given X0 and R0.
pub fn planted(x0: &Matrix, r0: &Matrix, b: Matrix) -> Problem {
    let k = x0.rows();
    let bx = Problem::new(Matrix::zeros(k, k), b.clone()).unwrap().residual(x0);
    Problem::new(sum(r0, &scaled(&bx, -1.0)), b).unwrap()
}

/// X0 and R0 with a common random eigenbasis, `rank_x` and `rank_r` positive eigenvalues.
pub fn complementary(k: usize, rank_x: usize, rank_r: usize, s: &mut Stream) -> (Matrix, Matrix) {
    let q = orthogonal(k, s);
    let mut values = |keep: &dyn Fn(usize) -> bool| -> Vec<f64> {
        (0..k).map(|i| if keep(i) { 0.2 + s.uniform() } else { 0.0 }).collect()
    };
    let (dx, dr) = (values(&|i| i < rank_x), values(&|i| i >= k - rank_r));
    (with_eigenvalues(&dx, &q), with_eigenvalues(&dr, &q))
}

/// A name, and a random problem of order k.
pub type Family = (&'static str, fn(usize, &mut Stream) -> Problem);

/// Solvable families; B has full rank unless the name says otherwise.
pub const FAMILIES: &[Family] = &[
    ("regular", |k, s| {
        let m = packed_len(k);
        Problem::new(symmetric(k, s), gram(m, m + 3, s)).unwrap()
    }),
    ("all at the edge", |k, s| {
        let (m, noise) = (packed_len(k), symmetric(k, s));
        let a = Matrix::from_fn(k, k, |i, j| 0.1 * noise[(i, j)] - if i == j { 1.0 } else { 0.0 });
        Problem::from_gram(a, &gram(m, 4 * m, s), 0.02).unwrap()
    }),
    ("B barely regular", |k, s| {
        let m = packed_len(k);
        Problem::new(symmetric(k, s), gram(m, m, s)).unwrap()
    }),
    ("planted strict", |k, s| {
        let (m, rank) = (packed_len(k), (s.uniform() * (k + 1) as f64) as usize);
        let (x0, r0) = complementary(k, rank, k - rank, s);
        planted(&x0, &r0, gram(m, m + 3, s))
    }),
    ("planted, not strictly complementary", |k, s| {
        let m = packed_len(k);
        let rank = (s.uniform() * k as f64) as usize;
        let rank_r = (s.uniform() * (k - rank) as f64) as usize;
        let (x0, r0) = complementary(k, rank, rank_r, s);
        planted(&x0, &r0, gram(m, m + 3, s))
    }),
    ("planted, B singular", |k, s| {
        let (m, rank) = (packed_len(k), (s.uniform() * (k + 1) as f64) as usize);
        let (x0, r0) = complementary(k, rank, k - rank, s);
        planted(&x0, &r0, gram(m, 1 + (s.uniform() * m as f64) as usize, s))
    }),
    ("planted, B rank one", |k, s| {
        let (m, rank) = (packed_len(k), (s.uniform() * (k + 1) as f64) as usize);
        let (x0, r0) = complementary(k, rank, k - rank, s);
        planted(&x0, &r0, gram(m, 1, s))
    }),
    ("B rank one along the identity", |k, s| {
        let trace = pack(&Matrix::identity(k));
        let m = trace.len();
        Problem::new(symmetric(k, s), Matrix::from_fn(m, m, |p, q| trace[p] * trace[q])).unwrap()
    }),
    ("A with zero eigenvalues", |k, s| {
        let (m, q) = (packed_len(k), orthogonal(k, s));
        let d: Vec<f64> = (0..k).map(|i| [0.0, 1.0, -1.0][i % 3] * s.uniform()).collect();
        Problem::new(with_eigenvalues(&d, &q), gram(m, m + 3, s)).unwrap()
    }),
    ("A on the boundary", |k, s| {
        let (m, q) = (packed_len(k), orthogonal(k, s));
        let d: Vec<f64> = (0..k).map(|i| if i % 2 == 0 { 0.0 } else { s.uniform() }).collect();
        Problem::new(with_eigenvalues(&d, &q), gram(m, m + 3, s)).unwrap()
    }),
    ("A barely negative", |k, s| {
        let (m, q) = (packed_len(k), orthogonal(k, s));
        let size = libm::pow(10.0, -15.0 * s.uniform());
        let d: Vec<f64> = (0..k).map(|i| if i == 0 { -size } else { s.uniform() }).collect();
        Problem::new(with_eigenvalues(&d, &q), gram(m, m + 3, s)).unwrap()
    }),
    ("equal eigenvalues", |k, s| {
        let sign = if s.uniform() < 0.5 { -1.0 } else { 1.0 };
        let a = with_eigenvalues(&vec![sign; k], &orthogonal(k, s));
        let unit = Matrix::identity(packed_len(k));
        let b = if s.uniform() < 0.5 { unit } else { gram(unit.rows(), unit.rows() + 3, s) };
        Problem::new(a, b).unwrap()
    }),
    ("A zero", |k, s| {
        let m = packed_len(k);
        Problem::new(Matrix::zeros(k, k), gram(m, 1 + m / 2, s)).unwrap()
    }),
    ("B badly scaled", |k, s| {
        let (m, size) = (packed_len(k), libm::pow(10.0, 24.0 * s.uniform() - 12.0));
        Problem::new(symmetric(k, s), scaled(&gram(m, m + 3, s), size)).unwrap()
    }),
    ("B ill-conditioned", |k, s| {
        // B = F' diag F with weights from 1 down to 1e-8.
        let m = packed_len(k);
        let q = orthogonal(m, s);
        let d: Vec<f64> = (0..m).map(|_| libm::pow(10.0, -8.0 * s.uniform())).collect();
        Problem::new(symmetric(k, s), with_eigenvalues(&d, &q)).unwrap()
    }),
    ("directions of very different sharpness", |k, s| {
        let m = packed_len(k);
        let size: Vec<f64> = (0..k).map(|_| libm::pow(10.0, -3.0 * s.uniform())).collect();
        let weights: Vec<f64> = pairs(k).map(|(i, j)| size[i] * size[j]).collect();
        let g = gram(m, m + 3, s);
        Problem::new(symmetric(k, s), Matrix::from_fn(m, m, |p, q| weights[p] * (weights[q] * g[(p, q)])))
            .unwrap()
    }),
    ("tiny A", |k, s| {
        let (m, size) = (packed_len(k), libm::pow(10.0, -200.0 * s.uniform()));
        Problem::new(scaled(&symmetric(k, s), size), gram(m, m + 3, s)).unwrap()
    }),
    ("graded A", |k, s| {
        let (m, q) = (packed_len(k), orthogonal(k, s));
        let d: Vec<f64> = (0..k).map(|i| libm::pow(10.0, -(i as f64)) * (s.uniform() - 0.7)).collect();
        Problem::new(with_eigenvalues(&d, &q), gram(m, m + 3, s)).unwrap()
    }),
];
