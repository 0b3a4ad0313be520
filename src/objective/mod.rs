//! Functions to minimise, with their derivatives up to third order, and what a suite file says of them: a kind a file.

mod entry;
#[cfg(test)]
mod fixtures;
mod landscape;
#[cfg(test)]
mod laws;
mod memory;
mod network;
mod penalised;

pub use entry::{BuildError, Entry, is_list, kinds, read};
pub use landscape::{
    Crossing, CrossingPath, Landscape, Leaving, MatrixValley, Pencil, Quadratic, Stay, Valley,
};
pub use memory::ObjectiveMemory;
pub use network::{Loss, Network, NetworkEntry, program, task};
pub use penalised::Penalised;

use crate::autodiff::Curved;
use crate::numeric::Matrix;
use crate::numeric::vector::dot;

/// A three times differentiable function `L: R^p -> R`.
pub trait Objective: Send + Sync {
    /// The number of parameters p.
    fn dim(&self) -> usize;

    /// The seeded starting point.
    fn start(&self) -> Vec<f64>;

    /// Does the order-zero work at `w` (p entries), shared by all derivatives there.
    fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a>;

    /// The outputs f at `w`, and their second derivatives `v' H_f v` along each column of `v`: of a network those for all examples,
    /// else the value L(w) itself.
    fn outputs(&self, w: &[f64], v: &Matrix) -> Curved<f64> {
        let at = self.linearize(w);
        let product = at.hvp(v);
        let second = (0..v.cols()).map(|j| vec![dot(v.col(j), product.col(j))]).collect();
        Curved { values: vec![at.loss()], second }
    }

    /// The share of answers that outputs have right, if they are of classes.
    fn accuracy(&self, _outputs: &[f64]) -> Option<f64> {
        None
    }
}

/// A function around one point.
pub trait Linearization: Send + Sync {
    /// `L(w)`.
    fn loss(&self) -> f64;

    /// `grad L(w)`, p entries.
    fn gradient(&self) -> &[f64];

    /// `H(w) v` for each column of `v`: `p x m -> p x m`.
    fn hvp(&self, v: &Matrix) -> Matrix;

    /// `grad (u_i' H u_j)` at fixed u for the columns of `u`: `p x k -> p x k(k+1)/2`, in the order of
    /// [`crate::numeric::pairs`].
    fn third_order(&self, u: &Matrix) -> Matrix;
}
