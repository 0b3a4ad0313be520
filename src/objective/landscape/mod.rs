//! Analytic landscapes with exact derivatives, whose dynamics can be worked out by hand; one file each.
//!
//! [`MatrixValley`], [`Crossing`] and [`Leaving`] say in closed form what the central flow does on them: they share the
//! form of a [`Pencil`], a valley whose curvature is a matrix that depends linearly on where one is along its floor.

mod basis;
mod crossing;
mod leaving;
mod matrix_valley;
mod pencil;
mod quadratic;
#[cfg(test)]
pub(super) mod tests;
mod valley;

pub use crossing::{Crossing, CrossingPath};
pub use leaving::{Leaving, Stay};
pub use matrix_valley::MatrixValley;
pub use pencil::Pencil;
pub use quadratic::Quadratic;
pub use valley::Valley;

use super::{Entry, Linearization, Objective};
use crate::numeric::Matrix;
use crate::source::Kind;
use quadratic::QuadraticAt;
use valley::ValleyAt;

/// All landscapes; a new file gets its line here.
pub(super) const KINDS: &[&Kind<dyn Entry>] =
    &[&quadratic::KIND, &valley::KIND, &matrix_valley::KIND, &crossing::KIND, &leaving::KIND];

/// A quadratic or a simple valley.
#[derive(Debug, Clone, PartialEq)]
pub enum Landscape {
    /// `L(x) = 1/2 sum_i lambda_i <q_i, x>^2`.
    Quadratic {
        /// The eigenvalues.
        spectrum: Vec<f64>,
        /// The orthonormal eigenvectors q_i as columns.
        basis: Matrix,
        /// The starting point.
        start: Vec<f64>,
    },
    /// `L(x, y) = 1/2 (curvature + y) sum_i c_i x_i^2 - slope y + y^2 / 200` with `c_i = 1 / (1 + i / 50)`: a toy
    /// for self-stabilisation (Damian, Nichani, Lee 2023) with one or more sharp directions; y is the last coordinate.
    Valley {
        /// The sharpness at y = 0.
        curvature: f64,
        /// The slope along the valley.
        slope: f64,
        /// The starting point; all but the last coordinate are sharp.
        start: Vec<f64>,
    },
}

impl Objective for Landscape {
    fn dim(&self) -> usize {
        match self {
            Landscape::Quadratic { start, .. } | Landscape::Valley { start, .. } => start.len(),
        }
    }

    fn start(&self) -> Vec<f64> {
        match self {
            Landscape::Quadratic { start, .. } | Landscape::Valley { start, .. } => start.clone(),
        }
    }

    fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
        match self {
            Landscape::Quadratic { spectrum, basis, .. } => Box::new(QuadraticAt::new(spectrum, basis, w)),
            Landscape::Valley { curvature, slope, .. } => Box::new(ValleyAt::new(*curvature, *slope, w)),
        }
    }
}
