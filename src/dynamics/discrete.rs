//! The discrete optimizer as a process: it knows its last three iterates, so that midpoints can be formed.

use super::midpoint;
use crate::numeric::vector::distance;
use crate::objective::Objective;
use crate::optimizer::Rule;

/// The optimizer, one step ahead: after [`Discrete::advance`] it has `w_{t-1}`, `w_t` and `w_{t+1}`.
#[derive(Debug, Clone)]
pub struct Discrete {
    rule: Rule,
    before: Option<Vec<f64>>,
    here: Vec<f64>,
    after: Option<Vec<f64>>,
}

impl Discrete {
    /// The process before its first step, at `w_0`.
    pub fn new(rule: Rule, start: Vec<f64>) -> Self {
        Self { rule, before: None, here: start, after: None }
    }

    /// Moves to the next iterate (or stays at w_0 the first time) and computes the one after it;
    /// returns the loss and gradient at the present one.
    pub fn advance(&mut self, objective: &dyn Objective) -> (f64, Vec<f64>) {
        if let Some(after) = self.after.take() {
            self.before = Some(std::mem::replace(&mut self.here, after));
        }
        let at = objective.linearize(&self.here);
        let before = self.before.as_ref().unwrap_or(&self.here);
        self.after = Some(self.rule.next(before, &self.here, at.gradient()));
        (at.loss(), at.gradient().to_vec())
    }

    /// The present iterate `w_t`.
    pub fn weights(&self) -> &[f64] {
        &self.here
    }

    /// `|w_{t+1} - w_t|`, 0 before the first call of [`Discrete::advance`].
    pub fn step_length(&self) -> f64 {
        self.after.as_ref().map_or(0.0, |after| distance(after, &self.here))
    }

    /// `w_{t-1}`, `w_t` and `w_{t+1}`, from the second iterate on.
    pub fn iterates(&self) -> Option<[&[f64]; 3]> {
        Some([self.before.as_ref()?, &self.here, self.after.as_ref()?])
    }

    /// The midpoint `w*_t`, from the second iterate on.
    pub fn midpoint(&self) -> Option<Vec<f64>> {
        Some(midpoint(self.before.as_ref()?, &self.here, self.after.as_ref()?))
    }
}
