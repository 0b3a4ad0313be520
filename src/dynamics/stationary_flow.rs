//! The stationary flow: the central flow of a rule whose state is always at rest.
//!
//! `dw/dt = -R [grad L + 1/2 grad <H, Sigma>]` with R and Sigma of the stationary preconditioner of the point: the weights alone move, nothing
//! follows the past, and the oscillation is not what holds the edge over time but the multiplier of `H <= 2 P` there.

use super::FlowError;
use super::at_rest::{AtRest, Rest};
use crate::numeric::vector::axpy;
use crate::objective::Objective;
use crate::optimizer::{Rule, Steps};

/// The stationary flow, by Euler substeps with fresh gradients, and a fresh preconditioner and force every so many units of time.
pub struct StationaryFlow {
    at_rest: AtRest,
    pace: f64,
    substeps: usize,
    weights: Vec<f64>,
    time: usize,
    rest: Option<(Rest, Vec<f64>)>,
}

/// Steps after which the preconditioner is solved for again.
const FRESH_EVERY: usize = 1;

impl StationaryFlow {
    /// From some weights with so many times as many substeps as the rule needs; none if its state does not come to rest.
    pub fn new(rule: &Rule, weights: Vec<f64>, substeps: usize) -> Option<Self> {
        let (pace, substeps) = (rule.pace(), substeps * rule.least_substeps());
        Some(Self { at_rest: AtRest::new(&**rule)?, pace, substeps, weights, time: 0, rest: None })
    }

    /// The present point.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The rest that it went by last, if it has moved.
    pub fn rest(&self) -> Option<&Rest> {
        self.rest.as_ref().map(|(rest, _)| rest)
    }

    /// HVPs used so far.
    pub fn products(&self) -> usize {
        self.at_rest.products()
    }

    /// Integrates over one unit of time.
    ///
    /// # Errors
    /// As of [`AtRest::at`].
    pub fn advance(&mut self, objective: &dyn Objective) -> Result<(), FlowError> {
        if self.time.is_multiple_of(FRESH_EVERY) {
            let rest = self.at_rest.at(objective, &self.weights)?;
            let force = rest.force(&*objective.linearize(&self.weights));
            self.rest = Some((rest, force));
        }
        let (rest, force) = self.rest.as_ref().expect("just solved for");
        let share = self.pace / self.substeps as f64;
        let steps = Steps::Each(rest.solution.diagonal.iter().map(|p| share / p).collect());
        for _ in 0..self.substeps {
            let mut mean = objective.linearize(&self.weights).gradient().to_vec();
            axpy(1.0, force, &mut mean);
            steps.descend(&mut mean);
            axpy(1.0, &mean, &mut self.weights);
        }
        self.time += 1;
        if self.weights.iter().all(|w| w.is_finite()) { Ok(()) } else { Err(FlowError::NonFinite) }
    }
}
