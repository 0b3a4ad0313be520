//! Gradient flow from `w_0`, which for another rule is its stable flow.

use serde::{Deserialize, Serialize};

use super::series::Quantity;
use super::{Kind, Now, Others, Part, PartKind, Process, Sample, Setting, Tracking, central_flow};
use crate::dynamics::{EffectiveHessian, FlowError, GradientFlow, Wanted, reliable};
use crate::eigen::Tracker;
use crate::objective::Objective;

/// The kind.
pub const KIND: Kind = Kind {
    name: "gradient_flow",
    title: "gradient flow",
    meaning: "gradient flow from `w_0`, or the stable flow of another rule, until the first segment ends",
    needs: &[],
    ends_with_first_segment: true,
    has_eigenpairs: true,
    runs_with: |_| true,
    start: |setting| Box::new(Flow::new(setting)),
    part: PartKind::of::<FlowSample>(),
};

/// Gradient flow at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowSample {
    /// The loss.
    pub loss: f64,
    /// The effective sharpness.
    pub sharpness: f64,
    /// The sum of estimated local errors so far.
    pub error: f64,
    /// The path length so far.
    pub path: f64,
    /// What the error of Euler's method with unit steps amounts to along the flow.
    pub euler_error: f64,
    /// The distance to the central flow.
    pub to_central_flow: Option<f64>,
}

impl Part for FlowSample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number("loss", "L", "L(w(t))", |s| Some(s.loss)),
            Self::number("eigenvalue", "1", "eta S, the largest effective eigenvalue", |s| Some(s.sharpness)),
            Self::number("error", "w", "the sum of estimated local errors so far", |s| Some(s.error)),
            Self::number("path", "w", "the length of the path so far", |s| Some(s.path)),
            Self::number(
                "euler_error",
                "w",
                "what the error of Euler's method with unit steps amounts to: half the largest speed so far",
                |s| Some(s.euler_error),
            ),
            Self::number("to_central_flow", "w", "the distance to the central flow", |s| s.to_central_flow),
        ]
    }
}

/// Gradient flow and its sharpness.
pub struct Flow {
    flow: GradientFlow,
    tracker: Tracker,
    wanted: Wanted,
    here: Option<FlowSample>,
}

impl Flow {
    fn new(setting: &Setting<'_>) -> Self {
        let Setting { rule, start, numerics, seed, .. } = *setting;
        Self {
            flow: GradientFlow::new(rule.clone(), start.clone()),
            // Only the sharpness is reported: other eigenvalues enter no prediction.
            tracker: Tracker::new(numerics.tracking(f64::INFINITY, seed)),
            wanted: Wanted::largest(numerics.eigen_tolerance),
            here: None,
        }
    }

    fn measure(&mut self, objective: &dyn Objective) -> Result<FlowSample, FlowError> {
        let coordinates = self.flow.coordinates();
        let at = coordinates.around(objective.linearize(self.flow.weights()));
        if !at.loss().is_finite() {
            return Err(FlowError::NonFinite);
        }
        let operator = EffectiveHessian { at: &*at, step: coordinates.step() };
        let pairs = reliable(&mut self.tracker, &operator, &self.wanted)?;
        Ok(FlowSample {
            loss: at.loss(),
            sharpness: pairs.values[0],
            error: self.flow.error(),
            path: self.flow.path(),
            euler_error: self.flow.euler_error(),
            to_central_flow: None,
        })
    }
}

impl Process for Flow {
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError> {
        if now.step > 0 {
            self.flow.advance(now.objective)?;
        }
        self.here = Some(self.measure(now.objective)?);
        Ok(())
    }

    fn observe(&mut self, now: &Now<'_>, others: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        let Some(here) = self.here.take() else { return Ok(()) };
        let to = |point: &[f64]| now.discrete.coordinates().distance(self.flow.weights(), point);
        let to_central_flow = others.point::<central_flow::Flow>().map(to);
        sample.set(FlowSample { to_central_flow, ..here });
        Ok(())
    }

    fn weights(&self) -> Option<&[f64]> {
        Some(self.flow.weights())
    }

    fn products(&self) -> usize {
        self.tracker.products_total()
    }

    fn tracking(&self, _: &Now<'_>) -> Option<Tracking<'_>> {
        Some(Tracking {
            process: KIND.name,
            weights: self.flow.weights().to_vec(),
            coordinates: self.flow.coordinates(),
            tracker: &self.tracker,
        })
    }
}
