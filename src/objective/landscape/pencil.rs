//! Valleys whose curvature across is a symmetric matrix that depends linearly on the place along the floor.
//!
//! `L(x, y) = 1/2 x' M(y) x - <f, y> + 1/2 y' K y`, `M(y) = M_0 + sum_c y_c M_c`, with x in R^k across, y in R^m along
//! the floor `x = 0`, and `w = Q (x, y)` for a seeded orthogonal Q, so that no eigenvector is a coordinate.
//!
//! On the floor the Hessian is `M(y)` across and `K` along, with no mixed terms, and `1/2 grad <H, Sigma>` is
//! `1/2 <M_c, Sigma>` along y_c and 0 across, for Sigma across. So the central flow stays on the floor, and there it is
//! `dy_c/dt = eta [f_c - (K y)_c - 1/2 <M_c, Sigma>]`: a differential equation small enough to be solved by hand.
//! Third derivatives are constant and fourth ones zero, so what the theory truncates is not there either.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeValue;

use super::basis::random_basis;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot};
use crate::numeric::{Matrix, pairs};
use crate::objective::{BuildError, Entry, Linearization, Objective, ObjectiveMemory};
use crate::source::{Parsed, Source, require};

/// A rotated valley with a matrix of curvatures.
#[derive(Debug, Clone, PartialEq)]
pub struct Pencil {
    /// `M_0`, k x k.
    base: Matrix,
    /// `M_c`, k x k each, one a coordinate along the floor.
    slopes: Vec<Matrix>,
    /// `f`, m entries.
    force: Vec<f64>,
    /// `K`, m x m.
    bend: Matrix,
    /// `Q`, orthogonal, k + m rows.
    rotation: Matrix,
    /// The starting point.
    start: Vec<f64>,
}

/// What of a [`Pencil`] is not random: see there.
pub(super) struct Shape {
    pub base: Matrix,
    pub slopes: Vec<Matrix>,
    pub force: Vec<f64>,
    pub bend: Matrix,
}

/// Roughly the multiplications of a gradient where both parts have one or two coordinates.
pub(super) const COST: f64 = 16.0;

/// The memory of a pencil of so many coordinates across and along.
pub(super) fn memory(across: usize, along: usize) -> ObjectiveMemory {
    const NUMBER: u64 = size_of::<f64>() as u64;
    let dim = (across + along) as u64;
    ObjectiveMemory { dim, fixed: NUMBER * dim * (dim + 2), point: NUMBER * dim, direction: 0, sweep: 0 }
}

/// What a suite file says of a pencil, judged as a whole.
pub(super) trait Shaped: Entry + Clone + DeserializeOwned + 'static {
    /// What is accepted, in words.
    const ACCEPTED: &'static str;

    /// True if the numbers make what the name says.
    fn is_well_formed(&self) -> bool;

    /// The landscape, rotated and started by the stream of its name and `seed`.
    fn pencil(&self, seed: u64) -> Pencil;
}

/// Reads the table of one.
pub(super) fn read<E: Shaped>(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let table: Spanned<E> = source.read(table)?;
    let rule = |entry: &E| require(entry.is_well_formed(), || E::ACCEPTED.into());
    Ok(Arc::new(source.check(table.get_ref().kind(), &table, rule)?.clone()))
}

/// Builds one, if its numbers make what the name says.
pub(super) fn build<E: Shaped>(entry: &E, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
    if !entry.is_well_formed() {
        return Err(BuildError::Shape(E::ACCEPTED));
    }
    Ok(Box::new(entry.pencil(seed)))
}

/// The size of the starting point's coordinates across the valley.
const OFF_THE_FLOOR: f64 = 0.01;

impl Pencil {
    /// The valley of that shape, rotated and started near its floor at y = 0 by the stream `name` of `seed`.
    pub(super) fn new(shape: Shape, name: &str, seed: u64) -> Self {
        let Shape { base, slopes, force, bend } = shape;
        let k = base.rows();
        let mut stream = Stream::new(seed, name);
        let rotation = random_basis(k + force.len(), &mut stream);
        let mut start = vec![0.0; rotation.rows()];
        for i in 0..k {
            axpy(OFF_THE_FLOOR * stream.normal(), rotation.col(i), &mut start);
        }
        Self { base, slopes, force, bend, rotation, start }
    }

    /// Unit vectors across the valley as columns: `p x k`, the directions of x.
    pub fn across(&self) -> Matrix {
        self.rotation.cols_range(0, self.base.rows())
    }

    /// Unit vectors along the floor as columns: `p x m`, the directions of y.
    pub fn along(&self) -> Matrix {
        self.rotation.cols_range(self.base.rows(), self.rotation.cols())
    }

    /// `M(y)` at the point `w`.
    pub fn curvature(&self, w: &[f64]) -> Matrix {
        self.at(w).curvature
    }

    fn at(&self, w: &[f64]) -> PencilAt<'_> {
        let (x, y) = self.split(w);
        let mut curvature = self.base.clone();
        for (y, slope) in y.iter().zip(&self.slopes) {
            axpy(*y, slope.data(), curvature.data_mut());
        }
        let (mx, ky) = (apply(&curvature, &x), apply(&self.bend, &y));
        let along: Vec<f64> = (0..y.len())
            .map(|c| 0.5 * dot(&x, &apply(&self.slopes[c], &x)) - self.force[c] + ky[c])
            .collect();
        let loss = 0.5 * dot(&x, &mx) - dot(&self.force, &y) + 0.5 * dot(&y, &ky);
        let gradient = self.join(&mx, &along);
        PencilAt { pencil: self, x, curvature, loss, gradient }
    }

    /// `Q' w` in its two parts.
    fn split(&self, w: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut x: Vec<f64> = (0..self.rotation.cols()).map(|i| dot(self.rotation.col(i), w)).collect();
        let y = x.split_off(self.base.rows());
        (x, y)
    }

    /// `Q (x, y)`.
    fn join(&self, x: &[f64], y: &[f64]) -> Vec<f64> {
        let mut w = vec![0.0; self.rotation.rows()];
        for (i, z) in x.iter().chain(y).enumerate() {
            axpy(*z, self.rotation.col(i), &mut w);
        }
        w
    }

    /// `sum_c y_c M_c x`.
    fn slope_along(&self, y: &[f64], x: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; x.len()];
        for (y, slope) in y.iter().zip(&self.slopes) {
            axpy(*y, &apply(slope, x), &mut sum);
        }
        sum
    }
}

impl Objective for Pencil {
    fn dim(&self) -> usize {
        self.rotation.rows()
    }

    fn start(&self) -> Vec<f64> {
        self.start.clone()
    }

    fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
        Box::new(self.at(w))
    }
}

/// The valley at a point.
struct PencilAt<'a> {
    pencil: &'a Pencil,
    x: Vec<f64>,
    curvature: Matrix,
    loss: f64,
    gradient: Vec<f64>,
}

impl Linearization for PencilAt<'_> {
    fn loss(&self) -> f64 {
        self.loss
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        // H (a, alpha) = (M a + sum_c alpha_c M_c x, <x, M_c a> + (K alpha)_c)
        let pencil = self.pencil;
        let mut out = Matrix::zeros(v.rows(), 0);
        for j in 0..v.cols() {
            let (a, alpha) = pencil.split(v.col(j));
            let mut across = apply(&self.curvature, &a);
            axpy(1.0, &pencil.slope_along(&alpha, &self.x), &mut across);
            let mut along = apply(&pencil.bend, &alpha);
            for (entry, slope) in along.iter_mut().zip(&pencil.slopes) {
                *entry += dot(&self.x, &apply(slope, &a));
            }
            out.push_col(&pencil.join(&across, &along));
        }
        out
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        // grad of <a, M b> + sum_c (beta_c <a, M_c x> + alpha_c <b, M_c x>) + <alpha, K beta>
        let pencil = self.pencil;
        let parts: Vec<_> = (0..u.cols()).map(|i| pencil.split(u.col(i))).collect();
        let mut out = Matrix::zeros(u.rows(), 0);
        for (i, j) in pairs(u.cols()) {
            let ((a, alpha), (b, beta)) = (&parts[i], &parts[j]);
            let mut across = pencil.slope_along(beta, a);
            axpy(1.0, &pencil.slope_along(alpha, b), &mut across);
            let along: Vec<f64> = pencil.slopes.iter().map(|slope| dot(a, &apply(slope, b))).collect();
            out.push_col(&pencil.join(&across, &along));
        }
        out
    }
}

/// `A x` for a small square matrix.
fn apply(a: &Matrix, x: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; a.rows()];
    for (j, x) in x.iter().enumerate() {
        axpy(*x, a.col(j), &mut out);
    }
    out
}
