//! The processes of a run at one step, as a certificate sees them.

use crate::dynamics::{CentralFlow, Coordinates, Discrete, GradientFlow, Sample};
use crate::eigen::Tracker;
use crate::objective::Objective;
use crate::optimizer::{Iterate, UpdateRule};

/// All processes of a run at one step, to look at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The objective.
    pub objective: &'a dyn Objective,
    /// The update rule.
    pub rule: &'a dyn UpdateRule,
    /// The relative residual that eigenpairs were to reach.
    pub eigen_tolerance: f64,
    /// What was recorded of the step.
    pub sample: &'a Sample,
    /// Gradient descent.
    pub discrete: &'a Discrete,
    /// The midpoints' eigenpairs.
    pub midpoints: &'a Tracker,
    /// Gradient flow and its eigenpairs.
    pub gradient_flow: Option<(&'a GradientFlow, &'a Tracker)>,
    /// The central flow from `w_0`, or once that has ended the central map of the segment.
    pub central_flow: Option<&'a CentralFlow>,
    /// The central map from `w_0`.
    pub central_map: Option<&'a CentralFlow>,
}

/// A process that tracks eigenpairs, at the point of its last update.
pub struct Tracking<'a> {
    /// Its name.
    pub process: &'static str,
    /// The point.
    pub weights: Vec<f64>,
    /// The natural coordinates there.
    pub coordinates: Coordinates,
    /// The tracker.
    pub tracker: &'a Tracker,
}

impl<'a> Scene<'a> {
    /// The processes with eigenpairs at this step.
    pub fn tracking(&self) -> Vec<Tracking<'a>> {
        let sample = self.sample;
        let midpoint = self.discrete.midpoint().filter(|_| sample.midpoint.is_some());
        let flow = self.gradient_flow.filter(|_| sample.gradient_flow.is_some());
        let central = self.central_flow.filter(|_| sample.central().is_some());
        let map = self.central_map.filter(|_| sample.central_map.is_some());
        let of = |process, flow: &'a CentralFlow| {
            let coordinates = flow.evaluation()?.coordinates.clone();
            Some(Tracking { process, weights: flow.query(), coordinates, tracker: flow.tracker() })
        };
        let at_midpoint = |midpoint: Iterate| Tracking {
            process: "midpoints",
            weights: midpoint.weights,
            coordinates: self.discrete.coordinates(),
            tracker: self.midpoints,
        };
        let along = |(flow, tracker): (&'a GradientFlow, &'a Tracker)| Tracking {
            process: "gradient flow",
            weights: flow.weights().to_vec(),
            coordinates: flow.coordinates(),
            tracker,
        };
        [
            midpoint.map(at_midpoint),
            flow.map(along),
            central.and_then(|flow| of("central flow", flow)),
            map.and_then(|flow| of("central map", flow)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
