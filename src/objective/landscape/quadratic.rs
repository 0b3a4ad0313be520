//! Quadratics `L(x) = 1/2 sum_i lambda_i <q_i, x>^2`: gradient descent on them is solved mode by mode.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::Landscape;
use super::basis::random_basis;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot};
use crate::numeric::{Matrix, pair_count};
use crate::objective::{BuildError, Entry, Linearization, Objective, ObjectiveMemory};
use crate::source::{Kind, Parsed, Source, require};

/// What a quadratic is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quadratic {
    /// The eigenvalues lambda_i of the Hessian.
    pub spectrum: Vec<f64>,
}

const MOST_EIGENVALUES: usize = 1_000;
/// Bytes of a number.
const NUMBER: u64 = size_of::<f64>() as u64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    spectrum: Spanned<Vec<f64>>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "quadratic", lists: &["spectrum"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let spectrum = source.check("spectrum", &raw.spectrum, |values| {
        let sized = (1..=MOST_EIGENVALUES).contains(&values.len());
        require(sized && values.iter().all(|x| x.is_finite()), || {
            format!("accepted are 1 to {MOST_EIGENVALUES} finite eigenvalues")
        })
    })?;
    Ok(Arc::new(Quadratic { spectrum: spectrum.clone() }))
}

impl Entry for Quadratic {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        if self.spectrum.is_empty() {
            return Err(BuildError::Empty("spectrum is empty: accepted is at least one eigenvalue"));
        }
        Ok(Box::new(Landscape::quadratic(&self.spectrum, seed)))
    }

    fn memory(&self) -> ObjectiveMemory {
        let dim = self.spectrum.len() as u64;
        let fixed = NUMBER * dim * (dim + 2);
        ObjectiveMemory { dim, fixed, point: 0, direction: 0, sweep: 0 }
    }

    fn cost(&self) -> f64 {
        (self.spectrum.len() as f64).powi(2)
    }

    fn description(&self) -> String {
        format!("quadratic in {} dimensions", self.spectrum.len())
    }
}

impl Landscape {
    /// A quadratic in a random orthonormal basis (stream `quadratic` of `seed`), started at a random point.
    pub fn quadratic(spectrum: &[f64], seed: u64) -> Self {
        let n = spectrum.len();
        let mut stream = Stream::new(seed, "quadratic");
        let basis = random_basis(n, &mut stream);
        let start = stream.normals(n);
        Landscape::Quadratic { spectrum: spectrum.to_vec(), basis, start }
    }
}

/// The quadratic at a point.
pub(super) struct QuadraticAt<'a> {
    spectrum: &'a [f64],
    basis: &'a Matrix,
    loss: f64,
    gradient: Vec<f64>,
}

impl<'a> QuadraticAt<'a> {
    pub(super) fn new(spectrum: &'a [f64], basis: &'a Matrix, w: &[f64]) -> Self {
        let gradient = apply_quadratic(spectrum, basis, w);
        Self { spectrum, basis, loss: 0.5 * dot(w, &gradient), gradient }
    }
}

/// `H v = sum_i lambda_i q_i <q_i, v>`.
fn apply_quadratic(spectrum: &[f64], basis: &Matrix, v: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; v.len()];
    for (i, &lambda) in spectrum.iter().enumerate() {
        axpy(lambda * dot(basis.col(i), v), basis.col(i), &mut out);
    }
    out
}

impl Linearization for QuadraticAt<'_> {
    fn loss(&self) -> f64 {
        self.loss
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        let mut out = Matrix::zeros(v.rows(), 0);
        for j in 0..v.cols() {
            out.push_col(&apply_quadratic(self.spectrum, self.basis, v.col(j)));
        }
        out
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        Matrix::zeros(u.rows(), pair_count(u.cols()))
    }
}
