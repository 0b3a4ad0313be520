//! The ablated flow: the central flow without its reduction of curvature, from where the theory is first started anew.

use serde::{Deserialize, Serialize};

use super::series::Quantity;
use super::{Kind, Now, Others, Part, PartKind, Process, Sample, SegmentSample, Setting, Tracking, segments};
use crate::dynamics::{CentralFlow, FlowError, Numerics};
use crate::objective::Objective;

/// The kind.
pub const KIND: Kind = Kind {
    name: "ablated_flow",
    title: "the ablated flow",
    meaning: "the central flow of an adaptive rule without the force of the oscillation on the weights, from the start of the first \
              segment on: only the state of the preconditioner keeps the edge",
    needs: &[&segments::KIND],
    ends_with_first_segment: false,
    has_eigenpairs: true,
    runs_with: |rule| rule.is_adaptive(),
    start: |setting| Box::new(Flow::new(setting)),
    part: PartKind::of::<AblatedSample>(),
};

/// The ablated flow at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AblatedSample {
    /// The loss.
    pub loss: f64,
    /// The largest effective eigenvalue.
    pub effective_sharpness: f64,
    /// The sharpness, where a step is the same for all weights.
    pub sharpness: Option<f64>,
    /// The mean edge step over the weights.
    pub mean_step: f64,
    /// That of the optimizer.
    pub mean_step_of_descent: f64,
    /// `tr Sigma` in natural coordinates.
    pub trace: f64,
}

impl Part for AblatedSample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number("loss", "L", "L(w(t))", |s| Some(s.loss)),
            Self::number("eigenvalue", "1", "h S, the largest effective eigenvalue", |s| {
                Some(s.effective_sharpness)
            }),
            Self::number("sharpness", "L/w^2", "S, where a step is the same for all weights", |s| {
                s.sharpness
            }),
            Self::number("mean_step", "w^2/L", "the mean of the steps h over the weights", |s| {
                Some(s.mean_step)
            }),
            Self::number("mean_step_of_descent", "w^2/L", "the same of the optimizer", |s| {
                Some(s.mean_step_of_descent)
            }),
            Self::number("trace_sigma", "w^2", "tr Sigma", |s| Some(s.trace)),
        ]
    }
}

/// The ablated flow, once it has begun.
pub struct Flow {
    numerics: Numerics,
    seed: u64,
    flow: Option<CentralFlow>,
}

impl Flow {
    fn new(setting: &Setting<'_>) -> Self {
        Self { numerics: setting.numerics.clone(), seed: setting.seed, flow: None }
    }

    /// Begins at the midpoint at which the first segment does.
    fn begin(&mut self, now: &Now<'_>, sample: &Sample) {
        let starts = |segment: &SegmentSample| segment.start == now.step;
        if let Some(midpoint) = now.midpoint.filter(|_| sample.get().is_some_and(starts)) {
            let (rule, numerics) = (now.rule.clone(), &self.numerics);
            let flow =
                || CentralFlow::ablated(rule, midpoint.clone(), numerics.substeps, numerics, self.seed);
            self.flow.get_or_insert_with(flow);
        }
    }
}

impl AblatedSample {
    fn of(flow: &mut CentralFlow, objective: &dyn Objective) -> Result<Self, FlowError> {
        let here = flow.evaluate(objective)?;
        Ok(Self {
            loss: here.loss,
            effective_sharpness: here.eigenvalues[0],
            sharpness: (!here.coordinates.is_stretched())
                .then(|| here.eigenvalues[0] / here.coordinates.step()),
            mean_step: here.coordinates.mean_step(),
            mean_step_of_descent: f64::NAN,
            trace: here.sigma.iter().sum(),
        })
    }
}

impl Process for Flow {
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError> {
        let Some(flow) = &mut self.flow else { return Ok(()) };
        flow.advance(now.objective)
    }

    fn observe(&mut self, now: &Now<'_>, _: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        self.begin(now, sample);
        let Some(flow) = &mut self.flow else { return Ok(()) };
        let here = AblatedSample::of(flow, now.objective)?;
        let mean_step_of_descent = now.discrete.coordinates().mean_step();
        sample.set(AblatedSample { mean_step_of_descent, ..here });
        Ok(())
    }

    fn products(&self) -> usize {
        self.flow.as_ref().map_or(0, CentralFlow::products)
    }

    fn tracking(&self, _: &Now<'_>) -> Option<Tracking<'_>> {
        Tracking::along(KIND.name, self.flow.as_ref()?)
    }
}
