//! The stationary flow, from where the state of the optimizer has come to rest.

use serde::{Deserialize, Serialize};

use super::series::Quantity;
use super::stationary_preconditioner::{self, AT_REST, StationarySample};
use super::{Kind, Now, Others, Part, PartKind, Process, Sample, Setting, Tracking};
use crate::dynamics::{FlowError, StationaryFlow};
use crate::numeric::vector::axpy;
use crate::objective::Objective;
use crate::optimizer::Steps;

/// The kind.
pub const KIND: Kind = Kind {
    name: "stationary_flow",
    title: "the stationary flow",
    meaning: "the central flow of RMSProp or Adam with its state always at rest, from a midpoint at which it has come to rest on",
    needs: &[&stationary_preconditioner::KIND],
    ends_with_first_segment: false,
    has_eigenpairs: false,
    runs_with: |rule| rule.roots().is_some(),
    start: |setting| Box::new(Flow::new(setting)),
    part: PartKind::of::<StationaryFlowSample>(),
};

/// The stationary flow at a time, and two that lack something; distances are in natural coordinates of the optimizer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StationaryFlowSample {
    /// The loss.
    pub loss: f64,
    /// `tr Sigma` of the weights.
    pub trace: f64,
    /// The distance to the midpoint.
    pub to_midpoint: f64,
    /// The distance to the midpoint of the flow with the same preconditioner and without the force of the oscillation.
    pub without_force: f64,
    /// The distance to the midpoint of the flow with the preconditioner of the start, and without that force.
    pub frozen: f64,
    /// The distance of the midpoint to that of the start.
    pub way: f64,
}

impl Part for StationaryFlowSample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number("loss", "L", "L(w(t))", |s| Some(s.loss)),
            Self::number("trace_sigma", "w^2", "tr Sigma = eta^2 tr Y / 2", |s| Some(s.trace)),
            Self::number("to_midpoint", "w", "the distance to w*_t", |s| Some(s.to_midpoint)),
            Self::number(
                "without_force_to_midpoint",
                "w",
                "the distance to w*_t of the flow with the same P, without the force of the oscillation",
                |s| Some(s.without_force),
            ),
            Self::number(
                "frozen_to_midpoint",
                "w",
                "the distance to w*_t of the flow with the P of the start, without that force",
                |s| Some(s.frozen),
            ),
            Self::number("way", "w", "the distance of w*_t to the midpoint at the start", |s| Some(s.way)),
        ]
    }
}

/// Steps after which the preconditioner is solved for again: P changes by some thousandths in them.
const FRESH_EVERY: usize = 4;

/// The flow, once it has begun.
pub struct Flow {
    substeps: usize,
    flows: Option<Flows>,
}

/// The stationary flow, and two that lack something, from the same point.
struct Flows {
    start: Vec<f64>,
    flow: StationaryFlow,
    without_force: Vec<f64>,
    frozen: Vec<f64>,
    first: Option<Vec<f64>>,
}

impl Flow {
    fn new(setting: &Setting<'_>) -> Self {
        Self { substeps: setting.numerics.substeps, flows: None }
    }

    /// Begins at the first midpoint at which the state has come to rest.
    fn begin(&mut self, now: &Now<'_>, sample: &Sample) {
        let at_rest = |here: &StationarySample| here.past <= AT_REST;
        let Some(midpoint) = now.midpoint.filter(|_| sample.get().is_some_and(at_rest)) else { return };
        if self.flows.is_none() {
            let start = midpoint.weights.clone();
            let flow = StationaryFlow::new(now.rule, midpoint, self.substeps, FRESH_EVERY);
            self.flows = flow.map(|flow| Flows {
                flow,
                without_force: start.clone(),
                frozen: start.clone(),
                start,
                first: None,
            });
        }
    }
}

impl Flows {
    fn advance(&mut self, objective: &dyn Objective) -> Result<(), FlowError> {
        let (substeps, pace) = (self.flow.substeps(), self.flow.pace());
        self.flow.advance(objective)?;
        let present = &self.flow.rest().expect("it has moved").solution.diagonal;
        let first = self.first.get_or_insert_with(|| present.clone());
        descend(objective, &mut self.without_force, present, substeps, pace);
        descend(objective, &mut self.frozen, first, substeps, pace);
        Ok(())
    }
}

/// A step along `-R grad L`, without the force of the oscillation.
fn descend(objective: &dyn Objective, w: &mut [f64], p: &[f64], substeps: usize, pace: f64) {
    let steps = Steps::Each(p.iter().map(|p| pace / p / substeps as f64).collect());
    for _ in 0..substeps {
        let mut step = objective.linearize(w).gradient().to_vec();
        steps.descend(&mut step);
        axpy(1.0, &step, w);
    }
}

impl Process for Flow {
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError> {
        let Some(flows) = &mut self.flows else { return Ok(()) };
        flows.advance(now.objective)
    }

    fn observe(&mut self, now: &Now<'_>, _: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        self.begin(now, sample);
        let Some((flows, midpoint)) = self.flows.as_ref().zip(now.midpoint) else { return Ok(()) };
        let coordinates = now.discrete.coordinates();
        let to = |point: &[f64]| coordinates.distance(point, &midpoint.weights);
        sample.set(StationaryFlowSample {
            loss: now.objective.linearize(flows.flow.weights()).loss(),
            trace: flows.flow.rest().map_or(0.0, |rest| rest.variances().iter().sum()),
            to_midpoint: to(flows.flow.weights()),
            without_force: to(&flows.without_force),
            frozen: to(&flows.frozen),
            way: to(&flows.start),
        });
        Ok(())
    }

    fn products(&self) -> usize {
        self.flows.as_ref().map_or(0, |flows| flows.flow.products())
    }

    fn tracking(&self, _: &Now<'_>) -> Option<Tracking<'_>> {
        None
    }
}
