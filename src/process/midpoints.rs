//! The midpoint of an iterate, and its distances to the flows from `w_0`.

use serde::{Deserialize, Serialize};

use super::series::Quantity;
use super::{
    Kind, Now, Others, Part, PartKind, Process, Sample, Setting, Tracking, central_flow, gradient_flow,
};
use crate::dynamics::{Coordinates, EffectiveHessian, FlowError, Wanted, reliable};
use crate::eigen::Tracker;
use crate::numeric::vector::{axpy, dot};
use crate::optimizer::EDGE;

/// The kind.
pub const KIND: Kind = Kind {
    name: "midpoints",
    title: "the midpoints",
    meaning: "the midpoints of the optimizer, from the second step on",
    needs: &[],
    ends_with_first_segment: false,
    has_eigenpairs: true,
    runs_with: |_| true,
    start: |setting| Box::new(Midpoints::new(setting)),
    part: PartKind::of::<MidpointSample>(),
};

/// The midpoint of an iterate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MidpointSample {
    /// The loss at the midpoint.
    pub loss: f64,
    /// `|grad L|^2` there.
    pub gradient_square: f64,
    /// Tracked effective eigenvalues, descending.
    pub eigenvalues: Vec<f64>,
    /// The largest relative residual of the eigenpairs.
    pub residual: f64,
    /// `<-grad L, grad S>` at the midpoint: the rate of progressive sharpening under gradient flow, over eta; decay of the weights is in it.
    pub sharpening: f64,
    /// `|grad S|^2` at the midpoint.
    pub sharpness_gradient_square: f64,
    /// The length of the path of midpoints so far.
    pub path: f64,
    /// `|w_t - w*_t|^2`.
    pub displacement_square: f64,
    /// The distance of the midpoint to gradient flow.
    pub to_gradient_flow: Option<f64>,
    /// The distance of the midpoint to the central flow.
    pub to_central_flow: Option<f64>,
}

impl Part for MidpointSample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number("loss", "L", "L(w*_t), w*_t = (2 w_t + w_{t+1} + w_{t-1}) / 4", |s| Some(s.loss)),
            Self::number("gradient_square", "L^2/w^2", "|grad L(w*_t)|^2", |s| Some(s.gradient_square)),
            Self::list(
                "eigenvalue",
                "1",
                "eta lambda_i of the Hessian at w*_t, the largest, descending",
                |s| &s.eigenvalues,
            ),
            Self::number(
                "residual",
                "1",
                "the largest relative residual of the eigenpairs at or above the edge",
                |s| Some(s.residual),
            ),
            Self::number(
                "sharpening",
                "L^2/w^4",
                "<-grad L, grad S>, the rate of progressive sharpening over eta",
                |s| Some(s.sharpening),
            ),
            Self::number("sharpness_gradient_square", "L^2/w^6", "|grad S|^2", |s| {
                Some(s.sharpness_gradient_square)
            }),
            Self::number("path", "w", "the length of the path of midpoints so far", |s| Some(s.path)),
            Self::number("displacement_square", "w^2", "|w_t - w*_t|^2", |s| Some(s.displacement_square)),
            Self::number("to_gradient_flow", "w", "the distance to gradient flow", |s| s.to_gradient_flow),
            Self::number("to_central_flow", "w", "the distance to the central flow", |s| s.to_central_flow),
        ]
    }
}

/// The midpoints of the optimizer and their eigenpairs.
pub struct Midpoints {
    tracker: Tracker,
    wanted: Wanted,
    last: Option<Vec<f64>>,
    path: f64,
    here: Option<MidpointSample>,
}

impl Midpoints {
    fn new(setting: &Setting<'_>) -> Self {
        let Setting { numerics, seed, .. } = *setting;
        Self {
            tracker: Tracker::new(numerics.tracking(numerics.tracked_above, seed)),
            wanted: Wanted::largest(numerics.eigen_tolerance),
            last: None,
            path: 0.0,
            here: None,
        }
    }

    fn measure(&mut self, now: &Now<'_>, w: &[f64]) -> Result<MidpointSample, FlowError> {
        let coordinates = &now.discrete.coordinates();
        let at = coordinates.around(now.objective.linearize(w));
        let operator = EffectiveHessian { at: &*at, step: coordinates.step() };
        let pairs = reliable(&mut self.tracker, &operator, &self.wanted)?;
        let sharpness_gradient = at.third_order(&pairs.vectors.cols_range(0, 1));
        if let Some(last) = &self.last {
            self.path += coordinates.distance(last, w);
        }
        self.last = Some(w.to_vec());
        let gradient = coordinates.shrunk(at.gradient().to_vec());
        Ok(MidpointSample {
            loss: at.loss(),
            gradient_square: dot(&gradient, &gradient),
            eigenvalues: pairs.values.clone(),
            residual: pairs.residual_above(EDGE),
            sharpening: -dot(&driving(now, coordinates, at.gradient(), w), sharpness_gradient.col(0)),
            sharpness_gradient_square: dot(sharpness_gradient.col(0), sharpness_gradient.col(0)),
            path: self.path,
            displacement_square: 0.0,
            to_gradient_flow: None,
            to_central_flow: None,
        })
    }
}

/// What drives the mean path, over its step R: the gradient, and `(a/R) w` where weights decay beside the step. In natural coordinates.
fn driving(now: &Now<'_>, coordinates: &Coordinates, gradient: &[f64], w: &[f64]) -> Vec<f64> {
    let (mut driving, state) = (gradient.to_vec(), now.discrete.state());
    let decay = now.rule.decay(state).share;
    if decay != 0.0 {
        let rate = now.rule.pace(state) * coordinates.step();
        axpy(decay / rate, &coordinates.shrunk(w.to_vec()), &mut driving);
    }
    driving
}

impl Process for Midpoints {
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError> {
        let Some(midpoint) = now.midpoint else { return Ok(()) };
        self.here = Some(self.measure(now, &midpoint.weights)?);
        Ok(())
    }

    fn observe(&mut self, now: &Now<'_>, others: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        let Some((here, midpoint)) = self.here.take().zip(now.midpoint) else { return Ok(()) };
        let coordinates = now.discrete.coordinates();
        let to = |point: &[f64]| coordinates.distance(point, &midpoint.weights);
        sample.set(MidpointSample {
            displacement_square: to(now.discrete.weights()).powi(2),
            to_gradient_flow: others.point::<gradient_flow::Flow>().map(to),
            to_central_flow: others.point::<central_flow::Flow>().map(to),
            ..here
        });
        Ok(())
    }

    fn products(&self) -> usize {
        self.tracker.products_total()
    }

    fn tracking(&self, now: &Now<'_>) -> Option<Tracking<'_>> {
        Some(Tracking {
            process: KIND.name,
            weights: now.midpoint?.weights.clone(),
            coordinates: now.discrete.coordinates(),
            tracker: &self.tracker,
        })
    }
}
