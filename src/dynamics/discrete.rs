//! The discrete optimizer as a process: it knows its last three iterates, so that midpoints can be formed.

use super::natural::Coordinates;
use crate::numeric::vector::distance;
use crate::objective::Objective;
use crate::optimizer::{Iterate, Rule, State};

/// The optimizer, one step ahead: after [`Discrete::advance`] it has `w_{t-1}`, `w_t` and `w_{t+1}`.
#[derive(Debug, Clone)]
pub struct Discrete {
    rule: Rule,
    before: Option<Iterate>,
    here: Iterate,
    after: Option<Iterate>,
}

impl Discrete {
    /// The process before its first step.
    pub fn new(rule: Rule, start: Iterate) -> Self {
        Self { rule, before: None, here: start, after: None }
    }

    /// Moves to the next iterate (or stays at the start the first time) and computes the one after it;
    /// returns the loss at the present one, and the gradient that its step goes by.
    pub fn advance(&mut self, objective: &dyn Objective) -> (f64, Vec<f64>) {
        if let Some(after) = self.after.take() {
            self.before = Some(std::mem::replace(&mut self.here, after));
        }
        let query = self.rule.query(&self.here);
        let at = objective.linearize(&query);
        self.after = Some(self.rule.next(&self.here, at.gradient()));
        let gradient = at.gradient().to_vec();
        let loss = if *query == self.here.weights {
            at.loss()
        } else {
            objective.linearize(&self.here.weights).loss()
        };
        (loss, gradient)
    }

    /// The present iterate `w_t`.
    pub fn weights(&self) -> &[f64] {
        &self.here.weights
    }

    /// The present iterate and its memory.
    pub fn iterate(&self) -> &Iterate {
        &self.here
    }

    /// The state that the step from the present iterate goes by, which has taken in the gradient there.
    pub fn state(&self) -> &State {
        &self.after.as_ref().unwrap_or(&self.here).state
    }

    /// The natural coordinates of that step.
    pub fn coordinates(&self) -> Coordinates {
        Coordinates::new(&self.rule.edge_steps(self.state()))
    }

    /// `|w_{t+1} - w_t|`, 0 before the first call of [`Discrete::advance`].
    pub fn step_length(&self) -> f64 {
        self.after.as_ref().map_or(0.0, |after| distance(&after.weights, &self.here.weights))
    }

    /// `w_{t-1}`, `w_t` and `w_{t+1}` with what was remembered at each, from the second iterate on.
    pub fn iterates(&self) -> Option<[&Iterate; 3]> {
        Some([self.before.as_ref()?, &self.here, self.after.as_ref()?])
    }

    /// The midpoint `w*_t`, with those of what is remembered, from the second iterate on.
    pub fn midpoint(&self) -> Option<Iterate> {
        self.iterates().map(Iterate::midpoint)
    }
}
