//! Segments: the theory started anew at a midpoint of gradient descent.
//!
//! Flows that start at `w_0` carry along what the theory does not claim: Euler's error of the steps before the edge and the
//! kick of the first blow-up. A segment starts where the theory starts, at a midpoint past the first blow-up. It has the
//! *central map* `m_{t+1} = m_t - eta E grad L(w_t)`, the recursion that the mean of gradient descent obeys (the central
//! flow by one Euler substep a step, without a further limit), gradient flow for comparison and, where asked for, the
//! central flow itself.

use super::experiment::sample_central;
use super::record::{ExpansionRest, Sample, SegmentSample, StateSample};
use super::square_sums::SquareSums;
use super::{CentralFlow, Coordinates, Discrete, Evaluation, FlowError, GradientFlow, Numerics};
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, dot, norm};
use crate::objective::Objective;
use crate::optimizer::{Iterate, Relative, Rule};

/// The processes of a segment; one that has failed is gone.
pub(super) struct Segment {
    start: usize,
    map: Option<CentralFlow>,
    flow: Option<CentralFlow>,
    gradient_flow: Option<GradientFlow>,
    squares: SquareSums,
}

/// The optimizer at a step of a segment.
pub(super) struct Seen<'a> {
    /// The step.
    pub step: usize,
    /// The length of a segment.
    pub length: usize,
    /// The optimizer.
    pub discrete: &'a Discrete,
    /// The gradient that its step goes by.
    pub gradient: &'a [f64],
    /// Its midpoint.
    pub midpoint: &'a [f64],
}

/// A process of a segment that has failed, and why.
pub(super) type Failure = (&'static str, FlowError);

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
    pub(super) fn advance(&mut self, objective: &dyn Objective) -> Vec<Failure> {
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
        results.into_iter().filter_map(|(process, result)| Some((process, result.err()?))).collect()
    }

    /// What the segment has at step `step`, where gradient descent is at `here` and its midpoint at `midpoint`.
    pub(super) fn sample(
        &mut self,
        objective: &dyn Objective,
        rule: &Rule,
        seen: &Seen<'_>,
    ) -> Result<Option<SegmentSample>, FlowError> {
        let (here, midpoint) = (seen.discrete.weights(), seen.midpoint);
        let Some(process) = &mut self.map else { return Ok(None) };
        let mut map = sample_central(process, objective)?;
        let evaluation = process.evaluation().expect("just sampled");
        map.oscillation = along(evaluation, here, midpoint);
        let (weights, coordinates) = (process.weights(), &evaluation.coordinates);
        let time = seen.step - self.start;
        let due = time.is_multiple_of(CURVATURE_EVERY);
        let curvature = due.then(|| curvatures(objective, coordinates, midpoint, &evaluation.sigma_vectors));
        let rest = due.then(|| ExpansionRest::new(objective, rule, &process.query(), evaluation)).flatten();
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
            state: state(seen, process, time, &mut self.squares),
        }))
    }
}

/// What is to be seen of the state, if there is one.
fn state(seen: &Seen<'_>, map: &CentralFlow, time: usize, sums: &mut SquareSums) -> Option<StateSample> {
    let (nu, predicted) = (&seen.discrete.iterate().state.squares, &map.iterate().state.squares);
    let evaluation = map.evaluation().filter(|_| !nu.is_empty())?;
    let several = nu.len() > 1;
    if several && time >= RESTART {
        sums.add(time, seen.gradient, &evaluation.squares, &evaluation.gradient);
    }
    let ends = several && time + 1 == seen.length && evaluation.sigma.iter().sum::<f64>() > 0.0;
    Some(StateSample {
        size: nu.iter().sum(),
        predicted: predicted.iter().sum(),
        longer: weighted(&map.longer(seen.discrete.state()), evaluation),
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

/// `<q_i, w - w*>` for the eigenvectors q_i of Sigma, in natural coordinates.
pub(super) fn along(evaluation: &Evaluation, here: &[f64], midpoint: &[f64]) -> Vec<f64> {
    let (displacement, q) = (evaluation.coordinates.between(here, midpoint), &evaluation.sigma_vectors);
    (0..q.cols()).map(|i| dot(q.col(i), &displacement)).collect()
}

/// `h q_i' H(w) q_i` for the columns of `q`, in natural coordinates.
fn curvatures(objective: &dyn Objective, coordinates: &Coordinates, w: &[f64], q: &Matrix) -> Vec<f64> {
    if q.cols() == 0 {
        return vec![];
    }
    let product = coordinates.around(objective.linearize(w)).hvp(q);
    (0..q.cols()).map(|i| coordinates.step() * dot(q.col(i), product.col(i))).collect()
}

impl ExpansionRest {
    /// At the point m of the central map, where it has `evaluation`; none without Sigma.
    fn new(objective: &dyn Objective, rule: &Rule, m: &[f64], evaluation: &Evaluation) -> Option<Self> {
        let Evaluation { sigma, sigma_vectors: q, force, velocity, gradient_variance, coordinates, .. } =
            evaluation;
        let (h, trace) = (coordinates.step(), sigma.iter().sum::<f64>());
        let around = |w: &[f64]| coordinates.around(objective.linearize(w));
        let g = coordinates.stretched(evaluation.gradient.clone());
        let middle = around(m).hvp(q);
        let mut rest: Vec<f64> = force.iter().map(|f| -f).collect();
        let mut curvature = 0.0;
        for (i, &sigma) in sigma.iter().enumerate().filter(|(_, sigma)| **sigma > 1e-9 * trace) {
            let (x, q) = (sigma.sqrt(), q.col(i));
            let gradient = |x: f64| {
                let mut w = m.to_vec();
                axpy(x, &coordinates.stretched(q.to_vec()), &mut w);
                around(&w).gradient().to_vec()
            };
            let (up, down) = (gradient(x), gradient(-x));
            axpy(0.5, &up, &mut rest);
            axpy(0.5, &down, &mut rest);
            axpy(-1.0, &g, &mut rest);
            let over = (dot(q, &up) - dot(q, &down)) / (2.0 * x);
            curvature += sigma * (over - dot(q, middle.col(i))).abs();
        }
        let plain = coordinates.shrunk(force.clone());
        (trace > 0.0).then(|| Self {
            force: norm(&rest) / norm(force),
            pace: rule.pace() * h * dot(&rest, velocity).abs() / dot(velocity, velocity),
            curvature: h * curvature / trace,
            gradient: dot(&plain, &plain) / gradient_variance,
        })
    }
}

/// When segments start: the first one after the transient of the first blow-up, the next ones where the last has ended.
///
/// The central map enters the edge at some step, the oscillation of gradient descent then first exceeds its predicted size and
/// first is below it again. This takes as long as the transient of a cycle takes; as much time again is left for it to settle.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Schedule {
    entered: Option<usize>,
    exceeded: bool,
    settled: Option<usize>,
}

impl Schedule {
    /// Takes in the size of the oscillation and its prediction at step `step`.
    pub(super) fn observe(&mut self, sample: &Sample, amplification: f64) {
        let trace = sample.central_map.as_ref().map_or(0.0, |map| map.trace) / amplification.powi(2);
        let Some(midpoint) = sample.midpoint.as_ref().filter(|_| trace > 0.0 && self.settled.is_none())
        else {
            return;
        };
        let entered = *self.entered.get_or_insert(sample.step);
        if midpoint.displacement_square > trace {
            self.exceeded = true;
        } else if self.exceeded {
            self.settled = Some(sample.step + (sample.step - entered));
        }
    }

    /// The step at which the first segment starts, once that is known.
    pub(super) fn settled(&self) -> Option<usize> {
        self.settled
    }
}

#[cfg(test)]
mod tests {
    use crate::dynamics::{Settings, Unwatched, run};
    use crate::objective::Landscape;
    use std::sync::Arc;

    use crate::optimizer::HeavyBallEntry;

    /// On a valley the force of the oscillation is `tr Sigma / 2`, and `tr(H Sigma H)` is `(2 / h)^2 tr Sigma` at the edge.
    #[test]
    fn the_rest_of_the_gradient_is_that_of_the_valley() {
        let valley = Landscape::valley(3.9, 0.02, 1, 0);
        let momentum =
            Settings { optimizer: Arc::new(HeavyBallEntry { momentum: 0.5 }), ..Settings::new(0.75, 1200) };
        for settings in [Settings::new(0.5, 1200), momentum] {
            let record = run(&valley, &settings, 0, &[], &Unwatched);
            let segments = record.samples.iter().filter_map(|sample| sample.segment.as_ref());
            let locked = |s: &&crate::dynamics::SegmentSample| (s.map.eigenvalues[0] - 2.0).abs() < 1e-9;
            let found: Vec<(f64, f64)> = segments
                .filter(locked)
                .filter_map(|s| {
                    let expected = s.map.trace() * s.map.edge_step.powi(2) / 16.0;
                    Some((s.rest?.gradient, expected))
                })
                .collect();
            assert!(found.len() > 5, "{} points", found.len());
            let worst =
                found.iter().map(|(found, expected)| (found / expected - 1.0).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-6, "{worst:e}");
        }
    }
}
