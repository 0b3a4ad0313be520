//! Runs all processes of an experiment side by side and records them.

use sha2::{Digest, Sha256};

use super::cancellable::Cancellable;
use super::certificate::Scene;
use super::effective_hessian::EffectiveHessian;
use super::eigenpairs::{Wanted, reliable};
use super::probe::Probe;
use super::record::{
    CentralSample, DiscreteSample, FlowSample, MapSample, MidpointSample, Record, Sample, SegmentSample, Stop,
};
use super::segment::{Failure, Schedule, Seen, Segment, along};
use super::settings::Settings;
use super::{CentralFlow, Coordinates, Discrete, FlowError, GradientFlow};
use crate::eigen::{Tracker, TrackerSettings};
use crate::numeric::vector::{dot, norm};
use crate::objective::{Objective, Penalised};
use crate::optimizer::{EDGE, Iterate, Rule};

/// Hears of each step and may end the run.
pub trait Progress: Sync {
    /// One step of a run is done.
    fn step(&self);

    /// True if the run should end now, keeping what it has; once true it stays so.
    fn cancelled(&self) -> bool;

    /// What has been recorded so far, before the first step and after each.
    fn recorded(&self, _record: &Record) {}
}

/// Nobody watches the run, and nobody ends it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn step(&self) {}

    fn cancelled(&self) -> bool {
        false
    }
}

/// Runs gradient descent on the objective from its starting point, and the theory beside it. Divergence, NaN and solver
/// failures end the process concerned, with its step, and are in the record. All that is random in solvers comes from
/// `seed`.
pub fn run(
    objective: &dyn Objective,
    settings: &Settings,
    seed: u64,
    probes: &[Probe],
    progress: &dyn Progress,
) -> Record {
    let penalised = Penalised::new(objective, settings.weight_decay);
    let objective = Cancellable::new(&penalised, progress);
    let mut run = Run::new(settings, &objective, seed);
    progress.recorded(&run.record);
    for step in 0..settings.steps {
        let goes_on = !progress.cancelled() && run.step(step);
        if goes_on {
            run.measure(step, probes);
        }
        if progress.cancelled() {
            run.record.cancel(step);
            break;
        }
        if !goes_on {
            break;
        }
        progress.recorded(&run.record);
        progress.step();
    }
    run.finish()
}

/// A run in progress.
struct Run<'a> {
    objective: &'a dyn Objective,
    rule: Rule,
    discrete: Discrete,
    midpoints: Midpoints,
    gradient_flow: Option<Tracked>,
    central_flow: Option<CentralFlow>,
    central_map: Option<CentralFlow>,
    schedule: Schedule,
    segment: Option<Segment>,
    settings: &'a Settings,
    seed: u64,
    record: Record,
    initial_loss: f64,
}

/// The midpoints of gradient descent and their eigenpairs.
struct Midpoints {
    tracker: Tracker,
    wanted: Wanted,
    last: Option<Vec<f64>>,
    path: f64,
    ended: bool,
}

/// Gradient flow and its sharpness.
struct Tracked {
    flow: GradientFlow,
    tracker: Tracker,
    wanted: Wanted,
}

/// A loss whose magnitude is this many times one more than that of the initial one counts as divergence.
const DIVERGED: f64 = 1e6;

impl<'a> Run<'a> {
    fn new(settings: &'a Settings, objective: &'a dyn Objective, seed: u64) -> Self {
        let rule = settings.rule();
        let start = warmed_up(&rule, objective, settings.warm_up);
        let numerics = &settings.numerics;
        let tracker = TrackerSettings {
            threshold: numerics.tracked_above,
            tolerance: numerics.eigen_tolerance,
            max_count: numerics.max_tracked,
            seed,
            ..TrackerSettings::default()
        };
        // Of gradient flow only the sharpness is reported: its other eigenvalues enter no prediction.
        let only_top = TrackerSettings { threshold: f64::INFINITY, ..tracker };
        let largest = Wanted { critical_above: f64::INFINITY, tolerance: numerics.eigen_tolerance };
        let central_flow = CentralFlow::new(rule.clone(), start.clone(), numerics.substeps, numerics, seed);
        Self {
            objective,
            discrete: Discrete::new(rule.clone(), start.clone()),
            midpoints: Midpoints {
                tracker: Tracker::new(tracker),
                wanted: largest,
                last: None,
                path: 0.0,
                ended: false,
            },
            gradient_flow: Some(Tracked {
                flow: GradientFlow::new(rule.clone(), start.clone()),
                tracker: Tracker::new(only_top),
                wanted: largest,
            }),
            central_flow: Some(central_flow),
            central_map: Some(CentralFlow::map(rule.clone(), start.clone(), numerics, seed)),
            schedule: Schedule::default(),
            segment: None,
            settings,
            seed,
            record: Record {
                dim: objective.dim(),
                learning_rate: settings.learning_rate,
                pace: rule.pace(),
                growth: rule.momentum().growth(),
                amplification: rule.momentum().amplification(),
                adaptive: !start.state.squares.is_empty(),
                steps: settings.steps,
                largest_norm: 0.0,
                substeps: numerics.substeps,
                segment: settings.segment,
                eigen_tolerance: numerics.eigen_tolerance,
                samples: Vec::with_capacity(settings.steps),
                probes: Default::default(),
                stops: vec![],
                cancelled: false,
                products: [0; 5],
                hashes: Default::default(),
            },
            rule,
            initial_loss: f64::NAN,
        }
    }

    /// Moves all processes to time `step`, side by side, and samples them; false if gradient descent has ended.
    fn step(&mut self, step: usize) -> bool {
        self.retire();
        let objective = self.objective;
        let Self { discrete, midpoints, gradient_flow, central_flow, central_map, segment, .. } = self;
        let segment = || segment.as_mut().map(|segment| segment.advance(objective)).unwrap_or_default();
        let central = || {
            sample_at(
                step,
                central_flow,
                |flow| flow.advance(objective),
                |flow| sample_central(flow, objective),
            )
        };
        let central_map = || {
            sample_at(step, central_map, |flow| flow.advance(objective), |flow| sample_map(flow, objective))
        };
        let gradient_flow = || {
            let advance = |tracked: &mut Tracked| tracked.flow.advance(objective);
            sample_at(step, gradient_flow, advance, |tracked| tracked.sample(objective))
        };
        let descent = || {
            let (loss, gradient) = discrete.advance(objective);
            let midpoint = discrete.midpoint();
            let due = midpoint.as_ref().filter(|_| !midpoints.ended);
            let sample =
                due.map(|w| midpoints.sample(objective, discrete.coordinates(), &w.weights)).transpose();
            (loss, gradient, midpoint, sample)
        };
        // The longest first: the others fill its gaps.
        let ((central, segment), (central_map, (descent, flow))) = rayon::join(
            || rayon::join(central, segment),
            || rayon::join(central_map, || rayon::join(descent, gradient_flow)),
        );
        let (loss, gradient, midpoint, midpoint_sample) = descent;
        if step == 0 {
            self.initial_loss = loss;
        }
        if !loss.is_finite() || loss.abs() > DIVERGED * (1.0 + self.initial_loss.abs()) {
            let reason =
                if loss.is_finite() { "the loss diverged" } else { "the loss became infinite or NaN" };
            self.stop("gradient descent", step, reason.to_string());
            return false;
        }
        self.record.largest_norm = self.record.largest_norm.max(norm(self.discrete.weights()));
        let mut sample = Sample {
            step,
            discrete: DiscreteSample {
                loss,
                gradient_square: dot(&gradient, &gradient),
                step_length: self.discrete.step_length(),
                edge_step: self.discrete.coordinates().step(),
            },
            midpoint: self.keep("the midpoints", step, midpoint_sample),
            gradient_flow: self.keep("gradient flow", step, flow),
            central_flow: self.keep("the central flow", step, central),
            central_map: self.keep("the central map", step, central_map),
            flows_apart: None,
            segment: None,
        };
        self.relate(&mut sample, midpoint.as_ref().map(|midpoint| &midpoint.weights[..]));
        self.schedule.observe(&sample, self.record.amplification);
        if let Some(midpoint) = &midpoint {
            sample.segment = self.in_segment(step, (&gradient, midpoint), segment);
        }
        self.record.samples.push(sample);
        true
    }

    /// Starts the segment that is due, ends what has had its time, and samples the present segment.
    fn in_segment(
        &mut self,
        step: usize,
        (gradient, midpoint): (&[f64], &Iterate),
        failures: Vec<Failure>,
    ) -> Option<SegmentSample> {
        for (process, error) in failures {
            let start = self.segment.as_ref().map_or(step, Segment::start);
            self.stop(&format!("the {process} of the segment from step {start}"), step, error.to_string());
        }
        let first = self.schedule.settled().filter(|&settled| settled <= step)?;
        if (step - first).is_multiple_of(self.settings.segment) {
            self.end_segment();
            let (numerics, here) = (&self.settings.numerics, (step, midpoint));
            self.segment = Some(Segment::new(&self.rule, here, step == first, numerics, self.seed));
        }
        let (objective, rule, segment) = (self.objective, &self.rule, self.segment.as_mut()?);
        let seen = Seen {
            step,
            length: self.settings.segment,
            discrete: &self.discrete,
            gradient,
            midpoint: &midpoint.weights,
        };
        let sample = segment.sample(objective, rule, &seen);
        self.keep("the central map of a segment", step, sample)
    }

    /// Ends the processes that started at `w_0` beside gradient descent, once the step is over at which the first segment has ended: at that
    /// step they have samples, which certificates look at.
    fn retire(&mut self) {
        let second = |segment: &Segment| Some(segment.start()) > self.schedule.settled();
        if self.central_flow.is_none() && self.central_map.is_none() && self.gradient_flow.is_none()
            || !self.segment.as_ref().is_some_and(second)
        {
            return;
        }
        self.account();
        (self.gradient_flow, self.central_flow, self.central_map) = (None, None, None);
    }

    /// Ends the present segment, if there is one.
    fn end_segment(&mut self) {
        self.record.products[4] += self.segment.take().map_or(0, |segment| segment.products());
    }

    /// Writes down what the processes that started at `w_0` cost and where they have come to.
    fn account(&mut self) {
        self.account_products();
        let weights = [
            self.gradient_flow.as_ref().map(|tracked| tracked.flow.weights()),
            self.central_flow.as_ref().map(CentralFlow::weights),
            self.central_map.as_ref().map(CentralFlow::weights),
        ];
        for (hash, weights) in self.record.hashes[1..].iter_mut().zip(weights) {
            if weights.is_some() || hash.is_empty() {
                *hash = bits(weights);
            }
        }
    }

    /// What those that are there have cost; what has ended keeps its count.
    fn account_products(&mut self) {
        let products = |flow: &Option<CentralFlow>| flow.as_ref().map(CentralFlow::products);
        let gradient_flow = self.gradient_flow.as_ref();
        let costs = [
            gradient_flow.map(|tracked| tracked.tracker.products_total()),
            products(&self.central_flow),
            products(&self.central_map),
        ];
        for (total, cost) in self.record.products[1..].iter_mut().zip(costs) {
            *total = cost.unwrap_or(*total);
        }
    }

    /// Passes a result on; an error ends the process.
    fn keep<S>(&mut self, process: &str, step: usize, result: Result<Option<S>, FlowError>) -> Option<S> {
        match result {
            Ok(sample) => sample,
            Err(error) => {
                self.stop(process, step, error.to_string());
                None
            }
        }
    }

    fn stop(&mut self, process: &str, step: usize, reason: String) {
        self.account_products();
        match process {
            "the midpoints" => self.midpoints.ended = true,
            "gradient flow" => self.gradient_flow = None,
            "the central flow" => self.central_flow = None,
            "the central map" => self.central_map = None,
            _ => {}
        }
        self.record.stops.push(Stop { process: process.to_string(), step, reason });
    }

    /// Fills in what relates two processes: distances, and displacements along the eigenvectors of Sigma.
    fn relate(&self, sample: &mut Sample, midpoint: Option<&[f64]>) {
        let here = self.discrete.weights();
        let coordinates = self.discrete.coordinates();
        let distance = |a: &[f64], b: &[f64]| coordinates.distance(a, b);
        let gradient_flow = self.gradient_flow.as_ref().map(|tracked| tracked.flow.weights());
        let central_flow = self.central_flow.as_ref().map(CentralFlow::weights);
        sample.flows_apart = gradient_flow.zip(central_flow).map(|(a, b)| distance(a, b));
        if let (Some(sample), Some(map)) = (&mut sample.central_map, &self.central_map) {
            sample.to_descent = distance(map.weights(), here);
            sample.to_midpoint = midpoint.map(|midpoint| distance(map.weights(), midpoint));
            sample.distance = central_flow.map(|flow| distance(flow, map.weights()));
        }
        let Some(midpoint) = midpoint else { return };
        if let Some(sample) = &mut sample.midpoint {
            sample.displacement_square = distance(here, midpoint).powi(2);
            sample.to_gradient_flow = gradient_flow.map(|w| distance(w, midpoint));
            sample.to_central_flow = central_flow.map(|w| distance(w, midpoint));
        }
        if let (Some(sample), Some(flow)) = (&mut sample.central_flow, &self.central_flow) {
            sample.oscillation = along(flow.evaluation().expect("just sampled"), here, midpoint);
        }
    }

    /// Makes the measurements that are due at this step.
    fn measure(&mut self, step: usize, probes: &[Probe]) {
        for probe in probes {
            let Some(sample) = self.record.samples.last() else { return };
            let results = &self.record.probes;
            if !probe.due(sample, self.record.steps, results) {
                continue;
            }
            let mut results = std::mem::take(&mut self.record.probes);
            let measured = probe.measure(&self.scene(), &mut results);
            self.record.probes = results;
            if let Err(error) = measured {
                self.stop(&format!("probe {probe:?}"), step, error.to_string());
            }
        }
    }

    /// All processes at the present step.
    fn scene(&self) -> Scene<'_> {
        Scene {
            objective: self.objective,
            rule: &*self.rule,
            eigen_tolerance: self.record.eigen_tolerance,
            sample: self.record.samples.last().expect("a step has been made"),
            discrete: &self.discrete,
            midpoints: &self.midpoints.tracker,
            gradient_flow: self.gradient_flow.as_ref().map(|t| (&t.flow, &t.tracker)),
            central_flow: self.central_flow.as_ref().or(self.segment.as_ref().and_then(Segment::map)),
            central_map: self.central_map.as_ref(),
        }
    }

    fn finish(mut self) -> Record {
        self.account();
        self.end_segment();
        self.record.products[0] = self.midpoints.tracker.products_total();
        self.record.hashes[0] = bits(Some(self.discrete.weights()));
        self.record
    }
}

impl Midpoints {
    fn sample(
        &mut self,
        objective: &dyn Objective,
        coordinates: Coordinates,
        w: &[f64],
    ) -> Result<MidpointSample, FlowError> {
        let at = coordinates.around(objective.linearize(w));
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
            sharpening: -dot(at.gradient(), sharpness_gradient.col(0)),
            sharpness_gradient_square: dot(sharpness_gradient.col(0), sharpness_gradient.col(0)),
            path: self.path,
            displacement_square: 0.0,
            to_gradient_flow: None,
            to_central_flow: None,
        })
    }
}

impl Tracked {
    fn sample(&mut self, objective: &dyn Objective) -> Result<FlowSample, FlowError> {
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
        })
    }
}

/// The iterate at which all processes start.
fn warmed_up(rule: &Rule, objective: &dyn Objective, steps: usize) -> Iterate {
    let mut iterate = rule.begin(objective.start());
    for _ in 0..steps.max(rule.preconditioner().least_time()) {
        iterate = rule.next(&iterate, objective.linearize(&rule.query(&iterate)).gradient());
    }
    iterate
}

/// What a process that has not ended gives at time `step`: it has been sampled one step before, or it is at its start.
fn sample_at<P, S>(
    step: usize,
    process: &mut Option<P>,
    advance: impl FnOnce(&mut P) -> Result<(), FlowError>,
    sample: impl FnOnce(&mut P) -> Result<S, FlowError>,
) -> Result<Option<S>, FlowError> {
    let Some(process) = process else { return Ok(None) };
    if step > 0 {
        advance(process)?;
    }
    sample(process).map(Some)
}

/// What the central flow has at its present time.
pub(super) fn sample_central(
    flow: &mut CentralFlow,
    objective: &dyn Objective,
) -> Result<CentralSample, FlowError> {
    flow.evaluate(objective)?;
    let here = flow.evaluation().expect("just computed");
    Ok(CentralSample {
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

fn sample_map(flow: &mut CentralFlow, objective: &dyn Objective) -> Result<MapSample, FlowError> {
    flow.evaluate(objective)?;
    let here = flow.evaluation().expect("just computed");
    Ok(MapSample {
        distance: None,
        to_descent: 0.0,
        to_midpoint: None,
        sharpness: here.eigenvalues[0],
        trace: here.sigma.iter().sum(),
        effective_variance: here.effective_variance,
    })
}

fn bits(w: Option<&[f64]>) -> String {
    let Some(w) = w else { return "stopped".to_string() };
    let mut hasher = Sha256::new();
    for x in w {
        hasher.update(x.to_bits().to_le_bytes());
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
