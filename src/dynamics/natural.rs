//! Coordinates in which the steps of all weights are one number.

use crate::numeric::Matrix;
use crate::numeric::vector::{distance, norm};
use crate::objective::Linearization;
use crate::optimizer::Steps;

/// The natural coordinates z of a rule's steps: `w = r z` coordinate by coordinate, with the root r of the step where there is
/// one for each weight, and 1 where there is one for all. In them a preconditioned rule is one with a uniform step.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinates {
    scale: f64,
    roots: Option<Vec<f64>>,
}

impl Coordinates {
    /// Those of these steps.
    pub fn new(steps: &Steps) -> Self {
        match steps {
            Steps::Uniform(step) => Self { scale: *step, roots: None },
            Steps::Each(steps) => {
                Self { scale: 1.0, roots: Some(steps.iter().map(|step| step.sqrt()).collect()) }
            }
        }
    }

    /// The step in them.
    pub fn step(&self) -> f64 {
        self.scale
    }

    /// Whether they differ from those of the weights by more than a factor.
    pub fn is_stretched(&self) -> bool {
        self.roots.is_some()
    }

    /// The largest factor by which `v / r` is longer than v.
    pub fn most_shrunk(&self) -> f64 {
        self.roots
            .as_ref()
            .map_or(1.0, |roots| 1.0 / roots.iter().fold(f64::INFINITY, |least, root| least.min(*root)))
    }

    /// The distance of two points in natural coordinates.
    pub fn distance(&self, a: &[f64], b: &[f64]) -> f64 {
        match &self.roots {
            None => distance(a, b),
            Some(_) => norm(&self.between(a, b)),
        }
    }

    /// `a - b` in natural coordinates.
    pub fn between(&self, a: &[f64], b: &[f64]) -> Vec<f64> {
        self.shrunk(a.iter().zip(b).map(|(a, b)| a - b).collect())
    }

    /// `v / r`: a displacement of the weights in natural coordinates, or a gradient in those of the weights.
    pub fn shrunk(&self, mut v: Vec<f64>) -> Vec<f64> {
        if let Some(roots) = &self.roots {
            v.iter_mut().zip(roots).for_each(|(v, root)| *v /= root);
        }
        v
    }

    /// `r v`: a displacement in natural coordinates as one of the weights, or a gradient in natural coordinates.
    pub fn stretched(&self, mut v: Vec<f64>) -> Vec<f64> {
        self.stretch(&mut v);
        v
    }

    /// A function around a point, by derivatives in natural coordinates.
    pub fn around<'a>(&self, at: Box<dyn Linearization + 'a>) -> Box<dyn Linearization + 'a> {
        match &self.roots {
            None => at,
            Some(_) => {
                let gradient = self.stretched(at.gradient().to_vec());
                Box::new(Natural { at, gradient, coordinates: self.clone() })
            }
        }
    }

    fn stretch(&self, column: &mut [f64]) {
        if let Some(roots) = &self.roots {
            column.iter_mut().zip(roots).for_each(|(v, root)| *v *= root);
        }
    }

    fn stretched_columns(&self, mut columns: Matrix) -> Matrix {
        (0..columns.cols()).for_each(|j| self.stretch(columns.col_mut(j)));
        columns
    }
}

/// A function in natural coordinates: by the chain rule every index of a derivative takes a factor r.
struct Natural<'a> {
    at: Box<dyn Linearization + 'a>,
    gradient: Vec<f64>,
    coordinates: Coordinates,
}

impl Linearization for Natural<'_> {
    fn loss(&self) -> f64 {
        self.at.loss()
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        let coordinates = &self.coordinates;
        coordinates.stretched_columns(self.at.hvp(&coordinates.stretched_columns(v.clone())))
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        let coordinates = &self.coordinates;
        coordinates.stretched_columns(self.at.third_order(&coordinates.stretched_columns(u.clone())))
    }
}
