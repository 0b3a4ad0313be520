//! The stationary flow: the central flow of a rule whose state is always at rest.
//!
//! `dw/dt = -R [grad L + 1/2 grad <H, Sigma>]` with R and Sigma of the stationary preconditioner of the point: the weights alone move, nothing
//! follows the past, and the oscillation is not what holds the edge over time but the multiplier of `H <= 2 P` there.

use super::FlowError;
use super::at_rest::{AtRest, Rest};
use crate::numeric::vector::axpy;
use crate::objective::Objective;
use crate::optimizer::{Iterate, Rule, Steps};

/// The stationary flow, by Euler substeps with fresh gradients, and a fresh preconditioner and force every so many units of time.
pub struct StationaryFlow {
    at_rest: AtRest,
    pace: f64,
    substeps: usize,
    fresh_every: usize,
    weights: Vec<f64>,
    time: usize,
    rest: Option<(Rest, Vec<f64>)>,
}

impl StationaryFlow {
    /// From an iterate with so many times as many substeps as the rule needs, and a preconditioner that is solved for again after so many
    /// units of time; none if the state of the rule does not come to rest.
    pub fn new(rule: &Rule, start: &Iterate, substeps: usize, fresh_every: usize) -> Option<Self> {
        let (pace, substeps) = (rule.pace(&start.state), substeps * rule.least_substeps(&start.state));
        Some(Self {
            at_rest: AtRest::new(&**rule)?,
            pace,
            substeps,
            fresh_every,
            weights: start.weights.clone(),
            time: 0,
            rest: None,
        })
    }

    /// The present point.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// R P: a step of the mean path over the preconditioner's.
    pub fn pace(&self) -> f64 {
        self.pace
    }

    /// Euler substeps a unit of time.
    pub fn substeps(&self) -> usize {
        self.substeps
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
        if self.time.is_multiple_of(self.fresh_every) {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::numeric::Matrix;
    use crate::numeric::symmetric_eigen;
    use crate::numeric::vector::distance;
    use crate::objective::Landscape;
    use crate::optimizer::{EDGE, Rmsprop, Roots};

    fn flow(learning_rate: f64, start: &[f64], substeps: usize, fresh_every: usize) -> StationaryFlow {
        let rule: Rule = Arc::new(Rmsprop(Roots { learning_rate, beta2: 0.95, epsilon: 1e-7 }));
        StationaryFlow::new(&rule, &rule.begin(start.to_vec()), substeps, fresh_every).expect("roots")
    }

    /// What is left out between fresh preconditioners, and between substeps, is of first order in either.
    #[test]
    fn integration_is_of_first_order() {
        let valley = Landscape::valley(3.0, 0.1, 2, 1);
        let start: Vec<f64> = valley.start().iter().map(|w| w + 0.1).collect();
        let end = |substeps: usize, fresh_every: usize| {
            let mut flow = flow(0.02, &start, substeps, fresh_every);
            (0..16).for_each(|_| flow.advance(&valley).expect("solved"));
            flow.weights().to_vec()
        };
        let exact = end(16, 1);
        let [one, two, four] = [1, 2, 4].map(|substeps| distance(&end(substeps, 1), &exact));
        assert!(
            one > 1.5 * two && two > 1.5 * four && one < 0.05 * distance(&exact, &start),
            "{one} {two} {four}"
        );
        let [two, four] = [2, 4].map(|every| distance(&end(16, every), &exact));
        assert!(two < four && four < 0.02 * distance(&exact, &start), "{two} {four}");
    }

    /// No eigenvalue is beyond the edge, and some are at it, wherever the flow has come.
    #[test]
    fn the_flow_is_at_the_edge() {
        let valley = Landscape::valley(3.0, 0.1, 2, 1);
        let start: Vec<f64> = valley.start().iter().map(|w| w + 0.1).collect();
        let mut flow = flow(0.3, &start, 2, 1);
        for _ in 0..5 {
            let here = flow.weights().to_vec();
            flow.advance(&valley).expect("solved");
            let p = &flow.rest().expect("it has moved").solution.diagonal;
            let h = valley.linearize(&here).hvp(&Matrix::identity(here.len()));
            let effective = Matrix::from_fn(p.len(), p.len(), |i, j| h[(i, j)] / (p[i] * p[j]).sqrt());
            let sharpness = symmetric_eigen(&effective).0[0];
            assert!((sharpness - EDGE).abs() < 1e-4, "{sharpness}");
        }
    }
}
