//! Sums of the squares of the gradient over a segment, by coordinate.

use super::ByCoordinate;
use crate::numeric::vector::{axpy, dot, norm};

/// What the squares of the gradient were, over two halves of a segment that take turns, what the central map says of their mean, and what they would be
/// without an oscillation.
#[derive(Debug, Clone)]
pub(super) struct SquareSums {
    halves: [Vec<f64>; 2],
    predicted: Vec<f64>,
    without: Vec<f64>,
}

/// The halves take turns after so many steps, the length of a cycle of the sharpness, so that what changes slowly is the same in both.
const TURN: usize = 20;

impl SquareSums {
    /// Of so many coordinates.
    pub fn new(dim: usize) -> Self {
        let zeros = || vec![0.0; dim];
        Self { halves: [zeros(), zeros()], predicted: zeros(), without: zeros() }
    }

    /// Adds a step, so many after the start of the segment: the gradient, the map's mean squares and its gradient.
    pub fn add(&mut self, time: usize, gradient: &[f64], predicted: &[f64], without: &[f64]) {
        let add = |sums: &mut Vec<f64>, gradient: &[f64]| {
            sums.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g * g);
        };
        add(&mut self.halves[(time / TURN) % 2], gradient);
        add(&mut self.without, without);
        axpy(1.0, predicted, &mut self.predicted);
    }

    /// How alike they are.
    pub fn compared(&self) -> ByCoordinate {
        let [first, second] = &self.halves;
        let mut measured = first.clone();
        axpy(1.0, second, &mut measured);
        ByCoordinate {
            predicted: cosine(&measured, &self.predicted),
            without: cosine(&measured, &self.without),
            halves: cosine(first, second),
        }
    }
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    dot(a, b) / (norm(a) * norm(b))
}
