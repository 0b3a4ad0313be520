//! The central flow from `w_0`.

use serde::{Deserialize, Serialize};

use super::series::Quantity;
use super::{Kind, Now, Others, Part, PartKind, Process, Sample, Setting, Tracking};
use crate::dynamics::{Ascent, CentralFlow, Evaluation, FlowError, SingleEigenvalue};
use crate::numeric::vector::dot;
use crate::objective::Objective;

/// The kind.
pub const KIND: Kind = Kind {
    name: "central_flow",
    title: "the central flow",
    meaning: "the central flow from `w_0`, until the first segment ends",
    needs: &[],
    ends_with_first_segment: true,
    has_eigenpairs: true,
    runs_with: |_| true,
    start: |setting| Box::new(Flow::new(setting)),
    part: PartKind::of::<CentralSample>(),
};

/// The central flow at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CentralSample {
    /// The loss.
    pub loss: f64,
    /// `|grad L|^2`.
    pub gradient_square: f64,
    /// The edge step h, in natural coordinates.
    pub edge_step: f64,
    /// The critical effective eigenvalues and the next one, descending.
    pub eigenvalues: Vec<f64>,
    /// The largest relative residual of the eigenpairs.
    pub residual: f64,
    /// The eigenvalues of Sigma, descending, one a critical eigenvalue.
    pub sigma: Vec<f64>,
    /// `<q_i, w_t - w*_t>` along the eigenvectors q_i of Sigma; empty before t = 1.
    pub oscillation: Vec<f64>,
    /// The most by which a direction's effective eigenvalue would rise in a substep without Sigma.
    pub rise: f64,
    /// `tr(H Sigma H)`.
    pub gradient_variance: f64,
    /// `tr(h H Sigma h H)` in natural coordinates.
    pub effective_variance: f64,
    /// Violation of the complementarity conditions.
    pub complementarity: f64,
    /// The same for half of Sigma, which is wrong.
    pub half_complementarity: f64,
    /// The closed form for one critical eigenvalue.
    pub single: Option<SingleEigenvalue>,
    /// The path length so far.
    pub path: f64,
    /// The change of the loss in the worst substep since the last step; none at the start.
    pub ascent: Option<Ascent>,
}

impl CentralSample {
    /// `tr Sigma`.
    pub fn trace(&self) -> f64 {
        self.sigma.iter().fold(0.0, |sum, sigma| sum + sigma)
    }

    /// The i-th eigenvalue of Sigma if it is positive beyond rounding: more than 1e-9 of the trace.
    pub fn positive_sigma(&self, i: usize) -> Option<f64> {
        self.sigma.get(i).copied().filter(|&sigma| sigma > 1e-9 * self.trace())
    }
}

impl Part for CentralSample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number("loss", "L", "L(w(t))", |s| Some(s.loss)),
            Self::number("gradient_square", "L^2/w^2", "|grad L(w(t))|^2", |s| Some(s.gradient_square)),
            Self::number("edge_step", "w^2/L", "h: at the edge of stability the sharpness is 2/h", |s| {
                Some(s.edge_step)
            }),
            Self::list("eigenvalue", "1", "eta lambda_i, the critical ones and the next, descending", |s| {
                &s.eigenvalues
            }),
            Self::number("residual", "1", "the largest relative residual of the eigenpairs", |s| {
                Some(s.residual)
            }),
            Self::number("trace_sigma", "w^2", "tr Sigma", |s| Some(s.trace())),
            Self::list("sigma", "w^2", "the eigenvalues of Sigma, descending", |s| &s.sigma),
            Self::list("oscillation", "w", "<q_i, w_t - w*_t> along the eigenvectors q_i of Sigma", |s| {
                &s.oscillation
            }),
            Self::number(
                "rise",
                "1",
                "the most by which a critical direction's eta lambda would rise in a substep without Sigma",
                |s| Some(s.rise),
            ),
            Self::number("trace_h_sigma_h", "L^2/w^2", "tr(H Sigma H)", |s| Some(s.gradient_variance)),
            Self::number("effective_variance", "w^2", "tr(h H Sigma h H)", |s| Some(s.effective_variance)),
            Self::number("complementarity", "1", "the violation of the complementarity conditions", |s| {
                Some(s.complementarity)
            }),
            Self::number("half_complementarity", "1", "the same for half of Sigma, which is wrong", |s| {
                Some(s.half_complementarity)
            }),
            Self::number(
                "closed_form",
                "w^2",
                "sigma^2 = 2 <-grad L, grad S> / |grad S|^2, where one eigenvalue is critical",
                |s| s.single.map(|single| single.closed_form),
            ),
            Self::number("closed_form_solved", "w^2", "the same by the complementarity problem", |s| {
                s.single.map(|single| single.solved)
            }),
            Self::number(
                "projection_mismatch",
                "1",
                "the distance of the velocity to projected gradient flow, over eta |grad L|, where one eigenvalue is critical",
                |s| s.single.map(|single| single.projection_mismatch),
            ),
            Self::number(
                "projection_cosine",
                "1",
                "|<grad L, grad S>| / (|grad L| |grad S|), where one eigenvalue is critical",
                |s| s.single.map(|single| single.cosine),
            ),
            Self::number("path", "w", "the length of the path so far", |s| Some(s.path)),
            Self::number(
                "ascent",
                "1",
                "the change of the loss in the worst substep since the last step, over gradient flow's descent",
                |s| s.ascent.map(|ascent| ascent.relative()),
            ),
            Self::number("ascent_error", "1", "the share of it that is numerical", |s| {
                s.ascent.map(|ascent| ascent.relative_error())
            }),
        ]
    }
}

impl CentralSample {
    /// Of the flow or map at its present time, but for the displacement along the eigenvectors of Sigma.
    ///
    /// # Errors
    /// If it cannot be evaluated there.
    pub fn of(flow: &mut CentralFlow, objective: &dyn Objective) -> Result<Self, FlowError> {
        flow.evaluate(objective)?;
        let here = flow.evaluation().expect("just computed");
        Ok(Self {
            loss: flow.loss(objective),
            gradient_square: dot(&here.gradient, &here.gradient),
            edge_step: here.coordinates.step(),
            eigenvalues: here.eigenvalues.clone(),
            residual: here.residual,
            sigma: here.sigma.clone(),
            oscillation: vec![],
            rise: here.rise,
            gradient_variance: here.gradient_variance,
            effective_variance: here.effective_variance,
            complementarity: here.complementarity,
            half_complementarity: here.half_complementarity,
            single: here.single,
            path: flow.path(),
            ascent: flow.ascent(),
        })
    }
}

/// `<q_i, w - w*>` for the eigenvectors q_i of Sigma, in natural coordinates.
pub(super) fn along(evaluation: &Evaluation, here: &[f64], midpoint: &[f64]) -> Vec<f64> {
    let (displacement, q) = (evaluation.coordinates.between(here, midpoint), &evaluation.sigma_vectors);
    (0..q.cols()).map(|i| dot(q.col(i), &displacement)).collect()
}

/// The central flow.
pub struct Flow {
    flow: CentralFlow,
    here: Option<CentralSample>,
}

impl Flow {
    fn new(setting: &Setting<'_>) -> Self {
        let Setting { rule, start, numerics, seed, .. } = *setting;
        Self::of(CentralFlow::new(rule.clone(), start.clone(), numerics.substeps, numerics, seed))
    }

    /// The process of a flow.
    pub fn of(flow: CentralFlow) -> Self {
        Self { flow, here: None }
    }

    /// The flow itself.
    pub fn flow(&self) -> &CentralFlow {
        &self.flow
    }
}

impl Process for Flow {
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError> {
        if now.step > 0 {
            self.flow.advance(now.objective)?;
        }
        self.here = Some(CentralSample::of(&mut self.flow, now.objective)?);
        Ok(())
    }

    fn observe(&mut self, now: &Now<'_>, _: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        let Some((mut here, evaluation)) = self.here.take().zip(self.flow.evaluation()) else {
            return Ok(());
        };
        if let Some(midpoint) = now.midpoint {
            here.oscillation = along(evaluation, now.discrete.weights(), &midpoint.weights);
        }
        sample.set(here);
        Ok(())
    }

    fn weights(&self) -> Option<&[f64]> {
        Some(self.flow.weights())
    }

    fn products(&self) -> usize {
        self.flow.products()
    }

    fn tracking(&self, _: &Now<'_>) -> Option<Tracking<'_>> {
        Tracking::along(KIND.name, &self.flow)
    }
}
