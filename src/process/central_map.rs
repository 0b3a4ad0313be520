//! The central map from `w_0`.

use serde::{Deserialize, Serialize};

use super::series::Quantity;
use super::{Kind, Now, Others, Part, PartKind, Process, Sample, Setting, Tracking, central_flow};
use crate::dynamics::{CentralFlow, FlowError};
use crate::objective::Objective;

/// The kind.
pub const KIND: Kind = Kind {
    name: "central_map",
    title: "the central map",
    meaning: "the central map from `w_0`, until the first segment ends",
    needs: &[],
    ends_with_first_segment: true,
    has_eigenpairs: true,
    runs_with: |_| true,
    start: |setting| Box::new(Map::new(setting)),
    part: PartKind::of::<MapSample>(),
};

/// The central map from `w_0`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapSample {
    /// Its distance to the central flow with n substeps: n - 1 times the latter's global error, both being of first order.
    pub distance: Option<f64>,
    /// Its distance to gradient descent's iterate.
    pub to_descent: f64,
    /// Its distance to gradient descent's midpoint.
    pub to_midpoint: Option<f64>,
    /// The largest effective eigenvalue along it.
    pub sharpness: f64,
    /// `tr Sigma` along it.
    pub trace: f64,
    /// `tr(h H Sigma h H)` along it, in natural coordinates.
    pub effective_variance: f64,
}

impl Part for MapSample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number(
                "to_central_flow",
                "w",
                "the distance to the central flow with n substeps, n - 1 times its error",
                |s| s.distance,
            ),
            Self::number("to_descent", "w", "the distance to w_t", |s| Some(s.to_descent)),
            Self::number("to_midpoint", "w", "the distance to w*_t", |s| s.to_midpoint),
            Self::number("eigenvalue", "1", "eta S, the largest effective eigenvalue", |s| Some(s.sharpness)),
            Self::number("trace_sigma", "w^2", "tr Sigma", |s| Some(s.trace)),
            Self::number("effective_variance", "w^2", "tr(h H Sigma h H)", |s| Some(s.effective_variance)),
        ]
    }
}

/// The central map.
pub struct Map {
    map: CentralFlow,
    here: Option<MapSample>,
}

impl Map {
    fn new(setting: &Setting<'_>) -> Self {
        let Setting { rule, start, numerics, seed, .. } = *setting;
        Self { map: CentralFlow::map(rule.clone(), start.clone(), numerics, seed), here: None }
    }

    fn measure(&mut self, objective: &dyn Objective) -> Result<MapSample, FlowError> {
        let here = self.map.evaluate(objective)?;
        Ok(MapSample {
            distance: None,
            to_descent: 0.0,
            to_midpoint: None,
            sharpness: here.eigenvalues[0],
            trace: here.sigma.iter().sum(),
            effective_variance: here.effective_variance,
        })
    }
}

impl Process for Map {
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError> {
        if now.step > 0 {
            self.map.advance(now.objective)?;
        }
        self.here = Some(self.measure(now.objective)?);
        Ok(())
    }

    fn observe(&mut self, now: &Now<'_>, others: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        let Some(here) = self.here.take() else { return Ok(()) };
        let coordinates = now.discrete.coordinates();
        let to = |point: &[f64]| coordinates.distance(self.map.weights(), point);
        sample.set(MapSample {
            distance: others.point::<central_flow::Flow>().map(to),
            to_descent: to(now.discrete.weights()),
            to_midpoint: now.midpoint.map(|midpoint| to(&midpoint.weights)),
            ..here
        });
        Ok(())
    }

    fn weights(&self) -> Option<&[f64]> {
        Some(self.map.weights())
    }

    fn products(&self) -> usize {
        self.map.products()
    }

    fn tracking(&self, _: &Now<'_>) -> Option<Tracking<'_>> {
        Tracking::along(KIND.name, &self.map)
    }
}
