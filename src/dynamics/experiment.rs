//! Runs all processes of an experiment side by side and records them.

use sha2::{Digest, Sha256};

use super::cancellable::Cancellable;
use super::effective_hessian::EffectiveHessian;
use super::probe::Probe;
use super::record::{
    CentralSample, CompanionSample, DiscreteSample, FlowSample, MidpointSample, Record, Sample, Stop,
};
use super::spec::ExperimentSpec;
use super::{CentralFlow, Discrete, FlowError, GradientFlow};
use crate::eigen::{Tracker, TrackerSettings};
use crate::numeric::vector::{distance, dot, norm};
use crate::objective::{BuildError, Objective};
use crate::optimizer::{EDGE, GradientDescent};

/// Hears of each step and may end the run.
pub trait Progress: Sync {
    /// One step of a run is done.
    fn step(&self);

    /// True if the run should end now, keeping what it has; once true it stays so.
    fn cancelled(&self) -> bool;

    /// What has been recorded so far, before the first step and after each.
    fn recorded(&self, _record: &Record) {}
}

/// Why an experiment cannot be run at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The objective cannot be built.
    #[error(transparent)]
    Objective(#[from] BuildError),
}

/// Runs the experiment from the starting point of `seed`. Divergence, NaN and solver failures end the process
/// concerned, with its step, and are in the record.
pub fn run(
    spec: &ExperimentSpec,
    seed: u64,
    probes: &[Probe],
    progress: &dyn Progress,
) -> Result<Record, RunError> {
    let objective = spec.objective.build(seed)?;
    let objective = Cancellable::new(&*objective, progress);
    let mut run = Run::new(spec, &objective, seed);
    progress.recorded(&run.record);
    for step in 0..spec.steps {
        let goes_on = !progress.cancelled() && run.step(step);
        // A quarter, a half and three quarters of the run: before, around and past the onset of the edge.
        if goes_on && [spec.steps / 4, spec.steps / 2, spec.steps * 3 / 4].contains(&step) {
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
    Ok(run.finish())
}

/// A run in progress.
struct Run<'a> {
    objective: &'a dyn Objective,
    rule: GradientDescent,
    discrete: Discrete,
    midpoints: Midpoints,
    gradient_flow: Option<Tracked>,
    central_flow: Option<CentralFlow>,
    companion: Option<CentralFlow>,
    record: Record,
    initial_loss: f64,
}

/// The midpoints of gradient descent and their eigenpairs.
struct Midpoints {
    tracker: Tracker,
    last: Option<Vec<f64>>,
    path: f64,
}

/// Gradient flow and its sharpness.
struct Tracked {
    flow: GradientFlow,
    tracker: Tracker,
}

/// A loss this many times the initial one counts as divergence.
const DIVERGED: f64 = 1e6;

impl<'a> Run<'a> {
    fn new(spec: &ExperimentSpec, objective: &'a dyn Objective, seed: u64) -> Self {
        let rule = GradientDescent { learning_rate: spec.learning_rate };
        let start = objective.start();
        let numerics = &spec.numerics;
        let settings = TrackerSettings {
            threshold: numerics.tracked_above,
            tolerance: numerics.eigen_tolerance,
            max_count: numerics.max_tracked,
            seed,
            ..TrackerSettings::default()
        };
        // Of gradient flow only the sharpness is reported: its other eigenvalues enter no prediction.
        let only_top = TrackerSettings { threshold: f64::INFINITY, ..settings };
        let central = |substeps| CentralFlow::new(rule, start.clone(), substeps, numerics, seed);
        Self {
            objective,
            rule,
            discrete: Discrete::new(rule, start.clone()),
            midpoints: Midpoints { tracker: Tracker::new(settings), last: None, path: 0.0 },
            gradient_flow: Some(Tracked {
                flow: GradientFlow::new(rule, start.clone()),
                tracker: Tracker::new(only_top),
            }),
            central_flow: Some(central(numerics.substeps)),
            companion: Some(central(numerics.substeps / 2)),
            record: Record {
                dim: objective.dim(),
                learning_rate: spec.learning_rate,
                steps: spec.steps,
                critical_above: numerics.critical_above,
                eigen_tolerance: numerics.eigen_tolerance,
                samples: Vec::with_capacity(spec.steps),
                probes: Default::default(),
                stops: vec![],
                cancelled: false,
                products: [0; 4],
                hashes: Default::default(),
            },
            initial_loss: f64::NAN,
        }
    }

    /// Moves all processes to time `step`, side by side, and samples them; false if gradient descent has ended.
    fn step(&mut self, step: usize) -> bool {
        let (objective, rule) = (self.objective, self.rule);
        let Self { discrete, midpoints, gradient_flow, central_flow, companion, .. } = self;
        let central = || {
            sample_at(
                step,
                central_flow,
                |flow| flow.advance(objective),
                |flow| sample_central(flow, objective),
            )
        };
        let companion = || {
            sample_at(
                step,
                companion,
                |flow| flow.advance(objective),
                |flow| sample_companion(flow, objective),
            )
        };
        let gradient_flow = || {
            let advance = |tracked: &mut Tracked| tracked.flow.advance(objective);
            sample_at(step, gradient_flow, advance, |tracked| tracked.sample(objective, rule))
        };
        let descent = || {
            let (loss, gradient) = discrete.advance(objective);
            let midpoint = discrete.midpoint();
            let sample = midpoint.as_deref().map(|w| midpoints.sample(objective, rule, w)).transpose();
            (loss, gradient, midpoint, sample)
        };
        // The longest first: the others fill its gaps.
        let (central, (companion, (descent, flow))) =
            rayon::join(central, || rayon::join(companion, || rayon::join(descent, gradient_flow)));
        let (loss, gradient, midpoint, midpoint_sample) = descent;
        if step == 0 {
            self.initial_loss = loss;
        }
        if !loss.is_finite() || loss > DIVERGED * (1.0 + self.initial_loss) {
            let reason =
                if loss.is_finite() { "the loss diverged" } else { "the loss became infinite or NaN" };
            self.stop("gradient descent", step, reason.to_string());
            return false;
        }
        let mut sample = Sample {
            step,
            discrete: DiscreteSample { loss, gradient_square: dot(&gradient, &gradient) },
            midpoint: self.keep("the midpoints", step, midpoint_sample),
            gradient_flow: self.keep("gradient flow", step, flow),
            central_flow: self.keep("the central flow", step, central),
            companion: self.keep("the central flow's companion", step, companion),
            flows_apart: None,
        };
        self.relate(&mut sample, midpoint.as_deref());
        self.record.samples.push(sample);
        true
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
        match process {
            "gradient flow" => self.gradient_flow = None,
            "the central flow" => {
                self.central_flow = None;
                self.companion = None;
            }
            "the central flow's companion" => self.companion = None,
            _ => {}
        }
        self.record.stops.push(Stop { process: process.to_string(), step, reason });
    }

    /// Fills in what relates two processes: distances, and displacements along the eigenvectors of Sigma.
    fn relate(&self, sample: &mut Sample, midpoint: Option<&[f64]>) {
        let here = self.discrete.weights();
        let gradient_flow = self.gradient_flow.as_ref().map(|tracked| tracked.flow.weights());
        let central_flow = self.central_flow.as_ref().map(CentralFlow::weights);
        sample.flows_apart = gradient_flow.zip(central_flow).map(|(a, b)| distance(a, b));
        if let (Some(companion), Some(flow)) = (&mut sample.companion, &self.central_flow) {
            let other = self.companion.as_ref().expect("it has a sample");
            companion.distance = distance(flow.weights(), other.weights());
        }
        let Some(midpoint) = midpoint else { return };
        let displacement: Vec<f64> = here.iter().zip(midpoint).map(|(w, m)| w - m).collect();
        if let Some(sample) = &mut sample.midpoint {
            sample.displacement_square = dot(&displacement, &displacement);
            sample.to_gradient_flow = gradient_flow.map(|w| distance(w, midpoint));
            sample.to_central_flow = central_flow.map(|w| distance(w, midpoint));
        }
        if let (Some(sample), Some(flow)) = (&mut sample.central_flow, &self.central_flow) {
            let vectors = &flow.evaluation().expect("just sampled").sigma_vectors;
            sample.oscillation = (0..vectors.cols()).map(|i| dot(vectors.col(i), &displacement)).collect();
        }
    }

    fn measure(&mut self, step: usize, probes: &[Probe]) {
        let Some(midpoint) = self.discrete.midpoint() else { return };
        for probe in probes {
            let measured =
                probe.measure(self.objective, self.rule, (step, &midpoint), &mut self.record.probes);
            if let Err(error) = measured {
                self.stop(&format!("probe {probe:?}"), step, error.to_string());
            }
        }
    }

    fn finish(mut self) -> Record {
        let products = |flow: &Option<CentralFlow>| flow.as_ref().map_or(0, CentralFlow::products);
        self.record.products = [
            self.midpoints.tracker.products_total(),
            self.gradient_flow.as_ref().map_or(0, |tracked| tracked.tracker.products_total()),
            products(&self.central_flow),
            products(&self.companion),
        ];
        self.record.hashes = [
            bits(Some(self.discrete.weights())),
            bits(self.gradient_flow.as_ref().map(|tracked| tracked.flow.weights())),
            bits(self.central_flow.as_ref().map(CentralFlow::weights)),
        ];
        self.record
    }
}

impl Midpoints {
    fn sample(
        &mut self,
        objective: &dyn Objective,
        rule: GradientDescent,
        w: &[f64],
    ) -> Result<MidpointSample, FlowError> {
        let at = objective.linearize(w);
        let pairs = self.tracker.update(&EffectiveHessian { at: &*at, rule })?;
        let sharpness_gradient = at.third_order(&pairs.vectors.cols_range(0, 1));
        if let Some(last) = &self.last {
            self.path += distance(last, w);
        }
        self.last = Some(w.to_vec());
        Ok(MidpointSample {
            loss: at.loss(),
            eigenvalues: pairs.values.clone(),
            residual: pairs.residual_above(EDGE),
            sharpening: -dot(at.gradient(), sharpness_gradient.col(0)),
            path: self.path,
            displacement_square: 0.0,
            to_gradient_flow: None,
            to_central_flow: None,
        })
    }
}

impl Tracked {
    fn sample(&mut self, objective: &dyn Objective, rule: GradientDescent) -> Result<FlowSample, FlowError> {
        let at = objective.linearize(self.flow.weights());
        if !at.loss().is_finite() {
            return Err(FlowError::NonFinite);
        }
        let pairs = self.tracker.update(&EffectiveHessian { at: &*at, rule })?;
        Ok(FlowSample {
            loss: at.loss(),
            sharpness: pairs.values[0],
            error: self.flow.error(),
            path: self.flow.path(),
            euler_error: self.flow.euler_error(),
        })
    }
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

fn sample_central(flow: &mut CentralFlow, objective: &dyn Objective) -> Result<CentralSample, FlowError> {
    flow.evaluate(objective)?;
    let here = flow.evaluation().expect("just computed");
    Ok(CentralSample {
        loss: here.loss,
        gradient_square: dot(&here.gradient, &here.gradient),
        eigenvalues: here.eigenvalues.clone(),
        residual: here.residual,
        sigma: here.sigma.clone(),
        oscillation: vec![],
        rise: here.rise,
        gradient_variance: here.gradient_variance,
        complementarity: here.complementarity,
        half_complementarity: here.half_complementarity,
        single: here.single,
        local_error: flow.local_error(),
        path: flow.path(),
        loss_increase: flow.largest_loss_increase(),
    })
}

fn sample_companion(flow: &mut CentralFlow, objective: &dyn Objective) -> Result<CompanionSample, FlowError> {
    flow.evaluate(objective)?;
    let here = flow.evaluation().expect("just computed");
    Ok(CompanionSample {
        distance: 0.0,
        sharpness: here.eigenvalues[0],
        loss: here.loss,
        trace: here.sigma.iter().sum(),
        gradient_variance: here.gradient_variance,
        gradient_square: norm(&here.gradient).powi(2),
        loss_increase: flow.largest_loss_increase(),
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
