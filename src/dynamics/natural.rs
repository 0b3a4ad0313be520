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

    /// The mean step over the weights.
    pub fn mean_step(&self) -> f64 {
        let mean = |roots: &Vec<f64>| roots.iter().map(|root| root * root).sum::<f64>() / roots.len() as f64;
        self.roots.as_ref().map_or(self.scale, mean)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Stream;
    use crate::numeric::vector::dot;
    use crate::objective::{Landscape, Objective};

    /// Derivatives are those of `z -> L(r z)`, by differences; and displacements go there and back.
    #[test]
    fn derivatives_are_those_of_the_function_of_natural_coordinates() {
        let valley = Landscape::valley(3.0, 0.02, 2, 1);
        let mut stream = Stream::new(0, "natural");
        let steps = (0..valley.dim()).map(|_| 0.2 + stream.uniform()).collect();
        let coordinates = Coordinates::new(&Steps::Each(steps));
        let [w, u, v] = [0, 1, 2].map(|_| stream.normals(valley.dim()));
        let h = 1e-4;
        let around = |z: f64, along: &[f64]| {
            let displacement = coordinates.stretched(along.iter().map(|v| z * v).collect());
            let moved: Vec<f64> = w.iter().zip(&displacement).map(|(w, d)| w + d).collect();
            coordinates.around(valley.linearize(&moved))
        };
        let column = Matrix::from_columns(w.len(), 1, u.clone());
        let at = around(0.0, &u);
        let (ahead, behind) = (around(h, &v), around(-h, &v));
        let slope = (ahead.loss() - behind.loss()) / (2.0 * h);
        assert!((slope - dot(at.gradient(), &v)).abs() < 1e-6 * norm(at.gradient()), "{slope}");
        let curvature = (dot(ahead.gradient(), &u) - dot(behind.gradient(), &u)) / (2.0 * h);
        assert!(
            (curvature - dot(at.hvp(&column).col(0), &v)).abs() < 1e-6 * norm(&u) * norm(&v),
            "{curvature}"
        );
        let along = |at: &dyn Linearization| dot(at.hvp(&column).col(0), &u);
        let third = (along(&*ahead) - along(&*behind)) / (2.0 * h);
        assert!((third - dot(at.third_order(&column).col(0), &v)).abs() < 1e-6, "{third}");
        let back = coordinates.shrunk(coordinates.stretched(u.clone()));
        assert!(distance(&back, &u) < 1e-14 && coordinates.is_stretched());
        assert_eq!(coordinates.distance(&w, &v), norm(&coordinates.between(&w, &v)));
    }

    #[test]
    fn the_mean_step_is_over_the_weights() {
        assert_eq!(Coordinates::new(&Steps::Uniform(0.25)).mean_step(), 0.25);
        let mean = Coordinates::new(&Steps::Each(vec![1.0, 4.0, 16.0])).mean_step();
        assert!((mean - 7.0).abs() < 1e-14, "{mean}");
    }
}
