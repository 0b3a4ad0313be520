//! A segment: the theory started anew at a midpoint of the optimizer.
//!
//! Flows that start at `w_0` carry along what the theory does not claim: Euler's error of the steps before the edge and the
//! kick of the first blow-up. A segment starts where the theory starts, at a midpoint past the first blow-up. It has the
//! *central map* `m_{t+1} = m_t - eta E grad L(w_t)`, the recursion that the mean of gradient descent obeys (the central
//! flow by one Euler substep a step, without a further limit), gradient flow for comparison and, where asked for, the
//! central flow itself.

use super::square_sums::SquareSums;
use super::{ExpansionRest, SegmentSample, StateSample};
use crate::dynamics::{CentralFlow, Coordinates, Evaluation, FlowError, GradientFlow, Numerics};
use crate::numeric::Matrix;
use crate::numeric::vector::dot;
use crate::objective::Objective;
use crate::optimizer::{Iterate, Relative, Rule};
use crate::process::central_flow::along;
use crate::process::{CentralSample, Mishap, Now};

/// The processes of a segment; one that has failed is gone.
pub(super) struct Segment {
    start: usize,
    map: Option<CentralFlow>,
    flow: Option<CentralFlow>,
    gradient_flow: Option<GradientFlow>,
    squares: SquareSums,
}

/// Curvatures along Sigma's eigenvectors and what the expansion leaves out are measured at every so many steps: often within
/// a cycle of the sharpness (20 steps or more), rarely enough to cost little, and odd, so that both phases of the
/// oscillation are met.
const CURVATURE_EVERY: usize = 5;

impl Segment {
    /// The segment that starts at `midpoint`, the one of step `start`; with the central flow if `flow`.
    pub(super) fn new(
        rule: &Rule,
        (start, midpoint): (usize, &Iterate),
        flow: bool,
        numerics: &Numerics,
        seed: u64,
    ) -> Self {
        let central = || CentralFlow::new(rule.clone(), midpoint.clone(), numerics.substeps, numerics, seed);
        Self {
            start,
            map: Some(CentralFlow::map(rule.clone(), midpoint.clone(), numerics, seed)),
            flow: flow.then(central),
            gradient_flow: Some(GradientFlow::new(rule.clone(), midpoint.clone())),
            squares: SquareSums::new(midpoint.state.squares.len()),
        }
    }

    /// The step at whose midpoint it began.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The central map, unless it has failed.
    pub(super) fn map(&self) -> Option<&CentralFlow> {
        self.map.as_ref()
    }

    /// HVPs used for eigenpairs so far.
    pub(super) fn products(&self) -> usize {
        [&self.map, &self.flow].into_iter().flatten().map(CentralFlow::products).sum()
    }

    /// Moves all processes to the next step.
    pub(super) fn advance(&mut self, objective: &dyn Objective) -> Vec<Mishap> {
        let Self { map, flow, gradient_flow, .. } = self;
        let (flow, (map, gradient_flow)) = rayon::join(
            || go_on(flow, |flow| flow.advance(objective)),
            || {
                rayon::join(
                    || go_on(map, |map| map.advance(objective)),
                    || go_on(gradient_flow, |flow| flow.advance(objective)),
                )
            },
        );
        let results = [("central map", map), ("central flow", flow), ("gradient flow", gradient_flow)];
        results
            .into_iter()
            .filter_map(|(process, result)| Some(self.mishap(process, result.err()?)))
            .collect()
    }

    /// What the segment has at this step, where the optimizer's midpoint is `midpoint`, if it has so many steps.
    pub(super) fn sample(
        &mut self,
        now: &Now<'_>,
        midpoint: &[f64],
        length: usize,
    ) -> Result<Option<SegmentSample>, FlowError> {
        let Now { objective, rule, discrete, .. } = *now;
        let Some(process) = &mut self.map else { return Ok(None) };
        let mut map = CentralSample::of(process, objective)?;
        let evaluation = process.evaluation().expect("just sampled");
        map.oscillation = along(evaluation, discrete.weights(), midpoint);
        let (weights, coordinates) = (process.weights(), &evaluation.coordinates);
        let time = now.step - self.start;
        let due = time.is_multiple_of(CURVATURE_EVERY);
        let at = &process.iterate().state;
        let law = (rule.pace(at), rule.decay(at).share);
        let curvature = due.then(|| curvatures(objective, coordinates, midpoint, &evaluation.sigma_vectors));
        let rest = due.then(|| ExpansionRest::new(objective, law, &process.query(), evaluation)).flatten();
        Ok(Some(SegmentSample {
            start: self.start,
            map,
            to_map: coordinates.distance(weights, midpoint),
            ahead: ahead(&coordinates.between(midpoint, weights), &evaluation.velocity),
            to_gradient_flow: self
                .gradient_flow
                .as_ref()
                .map(|flow| coordinates.distance(flow.weights(), midpoint)),
            map_to_flow: self.flow.as_ref().map(|flow| coordinates.distance(flow.weights(), weights)),
            curvature: curvature.unwrap_or_default(),
            rest,
            state: state(now, process, (time, length), &mut self.squares),
        }))
    }

    /// Ends the central map, which could not be sampled.
    pub(super) fn give_up(&mut self, error: FlowError) -> Mishap {
        self.map = None;
        self.mishap("central map", error)
    }

    fn mishap(&self, process: &str, error: FlowError) -> Mishap {
        Mishap { what: format!("the {process} of the segment from step {}", self.start), error }
    }
}

/// What is to be seen of the state, if there is one.
fn state(
    now: &Now<'_>,
    map: &CentralFlow,
    (time, length): (usize, usize),
    sums: &mut SquareSums,
) -> Option<StateSample> {
    let (nu, predicted) = (&now.discrete.iterate().state.squares, &map.iterate().state.squares);
    let evaluation = map.evaluation().filter(|_| !nu.is_empty())?;
    let several = nu.len() > 1;
    if several && time >= RESTART {
        sums.add(time, now.gradient, &evaluation.squares, &evaluation.gradient);
    }
    let ends = several && time + 1 == length && evaluation.sigma.iter().sum::<f64>() > 0.0;
    Some(StateSample {
        size: nu.iter().sum(),
        predicted: predicted.iter().sum(),
        longer: weighted(&map.longer(now.discrete.state()), evaluation),
        by_coordinate: ends.then(|| sums.compared()),
    })
}

/// A relative change, weighted by Sigma.
fn weighted(relative: &Relative, evaluation: &Evaluation) -> f64 {
    let q = &evaluation.sigma_vectors;
    let of = |i: usize| relative.weigh(q.col(i), q.col(i), 1.0);
    let total: f64 = evaluation.sigma.iter().sum();
    let weighted: f64 = evaluation.sigma.iter().enumerate().map(|(i, sigma)| sigma * of(i)).sum();
    if total > 0.0 { weighted / total } else { 0.0 }
}

/// The first steps of a segment, which are left out of sums and averages: the map goes to the edge in them.
pub const RESTART: usize = 20;

/// Advances a process that is there; one that fails is taken away.
fn go_on<P>(
    process: &mut Option<P>,
    advance: impl FnOnce(&mut P) -> Result<(), FlowError>,
) -> Result<(), FlowError> {
    let result = process.as_mut().map_or(Ok(()), advance);
    if result.is_err() {
        *process = None;
    }
    result
}

/// By how many steps of velocity v a displacement d leads: `<d, v> / |v|^2`; 0 where nothing moves.
fn ahead(d: &[f64], v: &[f64]) -> f64 {
    let square = dot(v, v);
    let along = (0..v.len()).fold(0.0, |sum, i| sum + d[i] * v[i]);
    if square > 0.0 { along / square } else { 0.0 }
}

/// `h q_i' H(w) q_i` for the columns of `q`, in natural coordinates.
fn curvatures(objective: &dyn Objective, coordinates: &Coordinates, w: &[f64], q: &Matrix) -> Vec<f64> {
    if q.cols() == 0 {
        return vec![];
    }
    let product = coordinates.around(objective.linearize(w)).hvp(q);
    (0..q.cols()).map(|i| coordinates.step() * dot(q.col(i), product.col(i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ahead_is_counted_in_steps_along_the_velocity() {
        assert_eq!(ahead(&[3.0, 4.0], &[1.5, 2.0]), 2.0);
        assert_eq!(ahead(&[-3.0, -4.0, 7.0], &[3.0, 4.0, 0.0]), -1.0);
        assert_eq!(ahead(&[1.0], &[0.0]), 0.0);
    }
}
