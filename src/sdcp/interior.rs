//! Mehrotra's predictor-corrector method in the Nesterov-Todd scaling.
//!
//! The iterate is kept as one factor G and a positive diagonal D with `X = G D G'`, `R = G^-T D G^-1`, so that
//! both stay positive definite and keep their relative accuracy however small an eigenvalue becomes. In the
//! scaled variables `dX = G dX~ G'`, `dR~ = G' dR G` a step solves
//!
//! ```text
//! dR~ = B~[dX~] + G' (A + B[X] - R) G,      D o (dX~ + dR~) = sigma mu I - D^2 - correction,
//! ```
//!
//! with `B~[M] = G' B[G M G'] G` and `P o Q = (P Q + Q P) / 2`: the positive definite system `(I + B~) dX~ = rhs`.

use super::dense;
use super::packing::{pack, unpack};
use crate::numeric::cholesky::{cholesky, solve_lower};
use crate::numeric::{Matrix, symmetric_eigen};

/// Where the iteration ended.
pub struct Outcome {
    /// The best X met.
    pub x: Matrix,
    /// Steps made.
    pub iterations: usize,
    /// True if the iterates reached a direction D >= 0 with `B[D] = 0` and `<A, D> < 0` up to rounding.
    pub unbounded: bool,
}

const MAX_ITERATIONS: usize = 150;
/// Residual and gap, relative to the problem's scale, at which the iteration stops.
const TARGET: f64 = 2e-15;
/// Steps without progress, once the merit is below `NEAR`, after which the iteration stops.
const PATIENCE: usize = 6;
const NEAR: f64 = 1e-6;

/// Runs the method on a problem with A and B of order one, from `X = R = I`.
pub fn run(a: &Matrix, b: &Matrix) -> Outcome {
    let k = a.rows();
    let mut point = Point { g: Matrix::identity(k), inverse: Matrix::identity(k), d: vec![1.0; k] };
    let mut best = Outcome { x: Matrix::identity(k), iterations: 0, unbounded: false };
    let (mut merit, mut waited) = (f64::INFINITY, 0);
    for iteration in 0..MAX_ITERATIONS {
        best.iterations = iteration;
        let x = point.x();
        let mut defect = unpack(k, &dense::apply(b, &pack(&x)));
        let bx = defect.clone();
        dense::add(a, &mut defect);
        let scale = dense::rounding_scale(a, b, &x);
        let size = dense::norm(a).max(dense::norm(&bx));
        let r = point.r();
        defect.data_mut().iter_mut().zip(r.data()).for_each(|(entry, r)| *entry -= r);
        let gap: f64 = point.d.iter().map(|d| d * d).sum();
        let current = (dense::norm(&defect) / scale).max(gap / (dense::norm(&x) * size));
        if !current.is_finite() {
            break;
        }
        waited = if current < 0.5 * merit || merit > NEAR { 0 } else { waited + 1 };
        if current < merit {
            merit = current;
            best.x = x.clone();
        }
        best.unbounded = is_ray(dense::inner(a, &x), dense::inner(&x, &bx), dense::norm(&x), 1e-13);
        if best.unbounded || merit <= TARGET || waited >= PATIENCE || !point.step(b, &defect) {
            // A gap that stalls far from zero along a nearly recessive direction is a weaker sign of the same.
            let (ax, xbx) = (dense::inner(a, &x), dense::inner(&x, &bx));
            best.unbounded |= merit > 1e-9 && is_ray(ax, xbx, dense::norm(&x), 1e-7);
            break;
        }
    }
    best
}

/// True if `<A, D> < 0` and `<D, B[D]>` is at most `tolerance |<A, D>|` for `D = X / |X|`, or zero to rounding.
fn is_ray(ax: f64, xbx: f64, norm: f64, tolerance: f64) -> bool {
    let (slope, curvature) = (-ax / norm, xbx / norm / norm);
    slope > 1e-14 && curvature <= tolerance * slope || slope > 1e-6 && curvature <= 1e-15 && norm > 1e7
}

/// A Cholesky factor; where rounding leaves none, of the matrix with a slightly larger diagonal.
fn factor(system: &Matrix) -> Option<Matrix> {
    [0.0, 1e-14, 1e-12, 1e-10].into_iter().find_map(|boost| {
        let mut factor = system.clone();
        for p in 0..factor.rows() {
            factor[(p, p)] *= 1.0 + boost;
        }
        cholesky(&mut factor).then_some(factor)
    })
}

struct Point {
    g: Matrix,
    inverse: Matrix,
    d: Vec<f64>,
}

impl Point {
    fn x(&self) -> Matrix {
        dense::spectral(&self.g, &self.d)
    }

    fn r(&self) -> Matrix {
        dense::spectral(&dense::transpose(&self.inverse), &self.d)
    }

    /// One predictor-corrector step; false if rounding leaves none to make.
    fn step(&mut self, b: &Matrix, defect: &Matrix) -> bool {
        let k = self.d.len();
        // The columns of G mix large and small directions at will, since D is nearly a multiple of I. The system
        // is formed in the basis H = G Q with orthogonal columns, where its rounding errors are graded.
        let q = symmetric_eigen(&dense::congruence(&self.g, &Matrix::identity(k))).1;
        let qt = dense::transpose(&q);
        let h = dense::product(&self.g, &q);
        let operator = dense::transform_operator(b, &h);
        let mut system = operator.clone();
        for p in 0..system.rows() {
            system[(p, p)] += 1.0;
        }
        let Some(factor) = factor(&system) else { return false };
        let linear = dense::congruence(&h, defect);
        // dX~ and dR~ from the right-hand side of the complementarity equation.
        let solve = |rhs: &Matrix| {
            let rhs = dense::congruence(&q, rhs);
            let difference = Matrix::from_fn(k, k, |i, j| rhs[(i, j)] - linear[(i, j)]);
            let dx = dense::solve_refined(&system, &factor, &pack(&difference));
            // From the linear equation, so that errors of the solve go into the complementarity, where the next
            // step corrects them, and `A + B[X] - R` shrinks whatever they are.
            let mut dr = unpack(k, &dense::apply(&operator, &dx));
            dense::add(&linear, &mut dr);
            let dx = unpack(k, &dx);
            (dense::congruence(&qt, &dx), dense::congruence(&qt, &dr))
        };
        let d = &self.d;
        let (dx, dr) = solve(&Matrix::from_fn(k, k, |i, j| if i == j { -d[i] } else { 0.0 }));
        let affine = self.longest(&dx).min(self.longest(&dr)).min(1.0);
        let mu = d.iter().map(|d| d * d).sum::<f64>() / k as f64;
        let sigma = (1.0 - affine) * (1.0 - affine) * (1.0 - affine);
        let second = dense::symmetric_part(&dense::product(&dx, &dr));
        let (dx, dr) = solve(&Matrix::from_fn(k, k, |i, j| {
            let target = if i == j { sigma * mu - d[i] * d[i] } else { 0.0 };
            2.0 * (target - second[(i, j)]) / (d[i] + d[j])
        }));
        let length = (self.longest(&dx).min(self.longest(&dr)) * (0.9 + 0.09 * affine)).min(1.0);
        length > 1e-10 && self.advance(length, &dx, &dr)
    }

    /// The largest t with `D + t M >= 0`.
    fn longest(&self, m: &Matrix) -> f64 {
        let k = self.d.len();
        let roots: Vec<f64> = self.d.iter().map(|d| d.sqrt()).collect();
        let scaled = Matrix::from_fn(k, k, |i, j| m[(i, j)] / (roots[i] * roots[j]));
        let smallest = symmetric_eigen(&scaled).0[k - 1];
        if smallest < 0.0 { -1.0 / smallest } else { f64::INFINITY }
    }

    /// Moves by `t (dX~, dR~)` and rescales: with `D + t dX~ = L L'` and `L' (D + t dR~) L = V S V'` the new D is
    /// `S^(1/2)` and the new G is `G L V S^(-1/4)`.
    fn advance(&mut self, t: f64, dx: &Matrix, dr: &Matrix) -> bool {
        let k = self.d.len();
        let moved =
            |m: &Matrix| Matrix::from_fn(k, k, |i, j| t * m[(i, j)] + if i == j { self.d[i] } else { 0.0 });
        let mut l = moved(dx);
        if !cholesky(&mut l) {
            return false;
        }
        let (squares, v) = symmetric_eigen(&dense::congruence(&l, &moved(dr)));
        if squares.iter().any(|&s| !(s > 0.0 && s.is_finite())) {
            return false;
        }
        let d: Vec<f64> = squares.iter().map(|s| s.sqrt()).collect();
        let roots: Vec<f64> = d.iter().map(|d| d.sqrt()).collect();
        let glv = dense::product(&dense::product(&self.g, &l), &v);
        for j in 0..k {
            solve_lower(&l, self.inverse.col_mut(j));
        }
        let vli = dense::product(&dense::transpose(&v), &self.inverse);
        self.g = Matrix::from_fn(k, k, |i, j| glv[(i, j)] / roots[j]);
        self.inverse = Matrix::from_fn(k, k, |i, j| vli[(i, j)] * roots[i]);
        self.d = d;
        true
    }
}
