//! A valley whose curvature is a whole symmetric matrix: several critical eigenvalues, and a Sigma that is not diagonal.
//!
//! `L(x, Y) = 1/2 <M_0 + Y, x x'> - <C, Y>`, x in R^k, Y symmetric k x k, C symmetric positive definite, `M_0` diagonal.
//! Y is stored as its k (k + 1) / 2 coordinates in an orthonormal basis of the symmetric matrices, `E_ii = e_i e_i'` and
//! `E_ij = (e_i e_j' + e_j e_i') / sqrt 2`: the packing is an isometry, so gradients in it are those in the inner product
//! `<A, B> = tr A B`, and `dY/dt = -eta dL/dY` may be read as an equation of matrices.
//!
//! *Before the edge*, on the floor: `dY/dt = eta C`, so `M = M_0 + eta t C`.
//! *At it*: `dY/dt = eta (C - Sigma / 2)`. Where all k eigenvalues have come to 2/eta, `M = (2/eta) I` must not rise in
//! any direction, and `Sigma = 2 C` keeps it there exactly: C being positive definite, so is Sigma, and the solution
//! is unique. Its rank is k and it is as far from diagonal as C, in a basis in which `M_0` is diagonal and `M` is
//! a multiple of the identity: eigenvectors say nothing about it any more, only the whole complementarity problem does.
//!
//! *Gradient descent* has `M_{t+1} - M_t = eta (C - x_t x_t' / 2)`, and summed over T steps
//! `1/T sum x_t x_t' = 2 C - 2 (M_T - M_0) / (eta T)`: as long as M stays around the edge, its second moments are 2 C up
//! to a term that falls as 1/T.

use serde::{Deserialize, Serialize};

use super::Pencil;
use super::pencil::{self, Shape, Shaped};
use crate::numeric::{Matrix, pair_count, pairs};
use crate::objective::{BuildError, Entry, Objective, ObjectiveMemory};
use crate::source::Kind;

/// What a matrix valley is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixValley {
    /// The diagonal of `M_0`, k entries.
    pub curvature: Vec<f64>,
    /// The rows of `C`: symmetric, positive definite, k x k.
    pub slope: Vec<Vec<f64>>,
}

pub(super) const KIND: Kind<dyn Entry> =
    Kind { name: "matrix_valley", lists: &["curvature", "slope"], read: pencil::read::<MatrixValley> };

impl Entry for MatrixValley {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        pencil::build(self, seed)
    }

    fn memory(&self) -> ObjectiveMemory {
        let k = self.curvature.len();
        pencil::memory(k, pair_count(k))
    }

    fn cost(&self) -> f64 {
        (self.curvature.len() as f64).powi(4)
    }

    fn description(&self) -> String {
        format!("matrix valley of curvatures {:?} and slope {:?}", self.curvature, self.slope)
    }
}

impl Shaped for MatrixValley {
    const ACCEPTED: &'static str = "accepted is a curvature of 2 to 6 finite numbers, one a row of slope, and as slope a \
        symmetric positive definite matrix by its rows";

    fn is_well_formed(&self) -> bool {
        let k = self.curvature.len();
        let sized =
            (Self::SMALLEST..=Self::LARGEST).contains(&k) && self.curvature.iter().all(|c| c.is_finite());
        if !sized || self.slope.len() != k || self.slope.iter().any(|row| row.len() != k) {
            return false;
        }
        let c = self.slope();
        let symmetric = pairs(k).all(|(i, j)| c[(i, j)] == c[(j, i)]);
        symmetric && crate::numeric::symmetric_eigen(&c).0.iter().all(|&value| value > 0.0)
    }

    fn pencil(&self, seed: u64) -> Pencil {
        let (k, c) = (self.curvature.len(), self.slope());
        let slopes: Vec<Matrix> = pairs(k).map(|pair| unit(k, pair)).collect();
        let inner = |a: &Matrix, b: &Matrix| a.data().iter().zip(b.data()).map(|(a, b)| a * b).sum::<f64>();
        let shape = Shape {
            base: Matrix::from_fn(k, k, |i, j| if i == j { self.curvature[i] } else { 0.0 }),
            force: slopes.iter().map(|unit| inner(unit, &c)).collect(),
            slopes,
            bend: Matrix::zeros(pair_count(k), pair_count(k)),
        };
        Pencil::new(shape, "matrix_valley", seed)
    }
}

impl MatrixValley {
    /// The smallest order k: with one eigenvalue the flow would stop at the edge, and nothing be left to see.
    const SMALLEST: usize = 2;

    /// The largest order k.
    const LARGEST: usize = 6;

    /// `2 C`: Sigma in the coordinates x once all eigenvalues have come to 2/eta.
    pub fn covariance(&self) -> Matrix {
        let c = self.slope();
        Matrix::from_fn(c.rows(), c.cols(), |i, j| 2.0 * c[(i, j)])
    }

    fn slope(&self) -> Matrix {
        Matrix::from_fn(self.slope.len(), self.slope.len(), |i, j| self.slope[i][j])
    }
}

/// `E_ij` of the orthonormal basis of the symmetric matrices.
fn unit(k: usize, (i, j): (usize, usize)) -> Matrix {
    let mut unit = Matrix::zeros(k, k);
    let entry = if i == j { 1.0 } else { std::f64::consts::FRAC_1_SQRT_2 };
    (unit[(i, j)], unit[(j, i)]) = (entry, entry);
    unit
}
