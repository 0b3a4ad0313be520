//! A positive step for each coordinate.

use crate::numeric::vector::scale;

/// The diagonal matrix of steps, such as `P^-1` or the edge step h.
#[derive(Debug, Clone, PartialEq)]
pub enum Steps {
    /// The same for all.
    Uniform(f64),
    /// One a coordinate.
    Each(Vec<f64>),
}

/// A relative change: one number for all coordinates, or one for each.
#[derive(Debug, Clone, PartialEq)]
pub enum Relative {
    /// The same for all.
    Uniform(f64),
    /// One a coordinate.
    Each(Vec<f64>),
}

impl Steps {
    /// `a` times the steps.
    #[must_use]
    pub fn times(mut self, a: f64) -> Self {
        match &mut self {
            Steps::Uniform(step) => *step *= a,
            Steps::Each(steps) => scale(a, steps),
        }
        self
    }

    /// By how much less, relatively, they are than others, to which they belong: `from / step - 1`.
    pub fn hardened(&self, from: &Steps) -> Relative {
        match (self, from) {
            (Steps::Uniform(step), Steps::Uniform(from)) => Relative::Uniform(from / step - 1.0),
            (Steps::Each(steps), Steps::Each(from)) => {
                Relative::Each(steps.iter().zip(from).map(|(step, from)| from / step - 1.0).collect())
            }
            _ => unreachable!("a rule has one kind of steps"),
        }
    }

    /// `v <- -step v`.
    pub fn descend(&self, v: &mut [f64]) {
        match self {
            Steps::Uniform(step) => scale(-step, v),
            Steps::Each(steps) => v.iter_mut().zip(steps).for_each(|(v, step)| *v *= -step),
        }
    }
}

impl Relative {
    /// The same with another change beside it, of all coordinates.
    #[must_use]
    pub fn plus(self, more: f64) -> Self {
        match self {
            Relative::Uniform(delta) => Relative::Uniform(delta + more),
            Relative::Each(deltas) => Relative::Each(deltas.into_iter().map(|delta| delta + more).collect()),
        }
    }

    /// The change of v, coordinate by coordinate.
    pub fn of(&self, v: &[f64]) -> Vec<f64> {
        match self {
            Relative::Uniform(delta) => v.iter().map(|v| delta * v).collect(),
            Relative::Each(deltas) => v.iter().zip(deltas).map(|(v, delta)| delta * v).collect(),
        }
    }

    /// `sum_a delta_a v_a u_a`; for one number that number times `<v, u>`, which is given.
    pub fn weigh(&self, v: &[f64], u: &[f64], product: f64) -> f64 {
        match self {
            Relative::Uniform(delta) => delta * product,
            Relative::Each(deltas) => {
                deltas.iter().zip(v).zip(u).fold(0.0, |sum, ((delta, v), u)| sum + delta * v * u)
            }
        }
    }
}
