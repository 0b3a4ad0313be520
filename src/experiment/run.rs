//! Runs an optimizer and the processes of a plan side by side, and records them.

use std::sync::Arc;

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::certificate::Scene;
use super::shift::shift;
use super::{Cancellable, Plan, Probe, Progress, Record, Settings, Stop};
use crate::dynamics::{Discrete, FlowError};
use crate::numeric::vector::{dot, norm};
use crate::objective::{Objective, Penalised};
use crate::optimizer::{Frozen, Iterate, Rule, State};
use crate::process::segments::Segments;
use crate::process::{Account, DiscreteSample, Now, Others, Running, Sample, Setting, bits};

/// Runs the optimizer on the objective from its starting point, and beside it the processes of the plan. Divergence, NaN and solver
/// failures end the process concerned, with its step, and are in the record. All that is random in solvers comes from
/// `seed`.
pub fn run(
    objective: &dyn Objective,
    settings: &Settings,
    seed: u64,
    plan: &Plan,
    progress: &dyn Progress,
) -> Record {
    let penalised = Penalised::new(objective, settings.weight_decay);
    let objective = Cancellable::new(&penalised, progress);
    let mut run = Run::new(settings, &objective, seed, plan);
    progress.recorded(&run.record);
    for step in 0..settings.steps {
        let goes_on = !progress.cancelled() && run.step(step);
        if goes_on {
            run.measure(plan.probes());
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
    gradient: Vec<f64>,
    midpoint: Option<Iterate>,
    processes: Vec<Running>,
    record: Record,
    initial_loss: f64,
    weight_decay: f64,
}

/// A loss whose magnitude is this many times one more than that of the initial one counts as divergence.
const DIVERGED: f64 = 1e6;

impl<'a> Run<'a> {
    fn new(settings: &Settings, objective: &'a dyn Objective, seed: u64, plan: &Plan) -> Self {
        let (rule, start) = beginning(settings, objective);
        let setting = Setting {
            rule: &rule,
            start: &start,
            segment: settings.segment,
            numerics: &settings.numerics,
            seed,
        };
        let kinds = || plan.processes().iter().filter(|kind| (kind.runs_with)(&rule));
        let processes = kinds().map(|kind| Running::new(kind, &setting)).collect();
        let accounts = kinds().map(|kind| Account::open(kind)).collect();
        let record = Record::new(objective.dim(), settings, &rule, &start, accounts);
        Self {
            objective,
            discrete: Discrete::new(rule.clone(), start),
            gradient: vec![],
            midpoint: None,
            processes,
            record,
            rule,
            initial_loss: f64::NAN,
            weight_decay: settings.weight_decay,
        }
    }

    /// Moves the optimizer to time `step`, then all processes, side by side, and samples them; false if the optimizer has ended.
    fn step(&mut self, step: usize) -> bool {
        self.retire();
        let (loss, gradient) = self.discrete.advance(self.objective);
        (self.gradient, self.midpoint) = (gradient, self.discrete.midpoint());
        if step == 0 {
            self.initial_loss = loss;
        }
        if !loss.is_finite() || loss.abs() > DIVERGED * (1.0 + self.initial_loss.abs()) {
            let reason =
                if loss.is_finite() { "the loss diverged" } else { "the loss became infinite or NaN" };
            self.record.stops.push(Stop::new("gradient descent", step, reason));
            return false;
        }
        self.advance(step);
        self.record.largest_norm = self.record.largest_norm.max(norm(self.discrete.weights()));
        let descent = DiscreteSample {
            loss,
            gradient_square: dot(&self.gradient, &self.gradient),
            step_length: self.discrete.step_length(),
            edge_step: self.discrete.coordinates().step(),
            shift: shift(&self.rule, &self.discrete, self.weight_decay),
        };
        let sample = self.observe(Sample::new(step, descent));
        self.record.samples.push(sample);
        true
    }

    /// The optimizer at this step.
    fn now(&self, step: usize) -> Now<'_> {
        let Self { objective, rule, discrete, gradient, midpoint, .. } = self;
        Now { objective: *objective, rule, step, discrete, gradient, midpoint: midpoint.as_ref() }
    }

    /// Moves all processes to the step; one that fails has ended.
    fn advance(&mut self, step: usize) {
        let mut processes = std::mem::take(&mut self.processes);
        let now = self.now(step);
        let advance = |running: &mut Running| running.process_mut().map(|process| process.advance(&now));
        let results: Vec<Option<Result<(), FlowError>>> =
            processes.par_iter_mut().with_max_len(1).map(advance).collect();
        for (running, result) in processes.iter_mut().zip(results) {
            self.keep(running, step, result.unwrap_or(Ok(())));
        }
        self.processes = processes;
    }

    /// Lets each process write down what it has, beside the others.
    fn observe(&mut self, mut sample: Sample) -> Sample {
        let step = sample.step;
        for i in 0..self.processes.len() {
            let Some(mut process) = self.processes[i].take() else { continue };
            let result = process.observe(&self.now(step), Others::new(&self.processes), &mut sample);
            for mishap in process.mishaps() {
                self.record.stops.push(Stop::new(&mishap.what, step, &mishap.error.to_string()));
            }
            let mut processes = std::mem::take(&mut self.processes);
            processes[i].bring_back(process);
            self.keep(&mut processes[i], step, result);
            self.processes = processes;
        }
        sample
    }

    /// Ends a process that has failed.
    fn keep(&mut self, running: &mut Running, step: usize, result: Result<(), FlowError>) {
        if let Err(error) = result {
            running.stop();
            self.record.stops.push(Stop::new(running.kind.title, step, &error.to_string()));
        }
    }

    /// Ends the processes from `w_0` once the step is over at which the second segment has begun: at that step they have samples, which
    /// certificates look at.
    fn retire(&mut self) {
        let others = Others::new(&self.processes);
        if others.find::<Segments>().is_some_and(Segments::past_the_first) {
            let over = self.processes.iter_mut().filter(|running| running.kind.ends_with_first_segment);
            over.for_each(Running::end);
        }
    }

    /// Makes the measurements that are due at this step.
    fn measure(&mut self, probes: &[Probe]) {
        for probe in probes {
            let Some(sample) = self.record.samples.last() else { return };
            let (step, results) = (sample.step, &self.record.probes);
            if !probe.due(sample, self.record.steps, results) {
                continue;
            }
            let mut results = std::mem::take(&mut self.record.probes);
            let scene = Scene {
                now: self.now(step),
                others: Others::new(&self.processes),
                eigen_tolerance: self.record.eigen_tolerance,
                sample: self.record.samples.last().expect("a step has been made"),
            };
            let measured = probe.measure(&scene, &mut results);
            self.record.probes = results;
            if let Err(error) = measured {
                self.record.stops.push(Stop::new(&format!("probe {probe:?}"), step, &error.to_string()));
            }
        }
    }

    fn finish(mut self) -> Record {
        self.record.bits = bits(self.discrete.weights());
        self.record.accounts = self.processes.into_iter().map(Running::account).collect();
        self.record
    }
}

/// The rule and the iterate with which all processes start.
fn beginning(settings: &Settings, objective: &dyn Objective) -> (Rule, Iterate) {
    let rule = settings.rule();
    let start = warmed_up(&rule, objective, settings.warm_up);
    if !settings.frozen {
        return (rule, start);
    }
    let frozen: Rule = Arc::new(Frozen::new(&*rule, &start.state));
    let state = State { squares: vec![], time: start.state.time };
    (frozen, Iterate { state, ..start })
}

/// The iterate to which the warm-up leads.
fn warmed_up(rule: &Rule, objective: &dyn Objective, steps: usize) -> Iterate {
    let mut iterate = rule.begin(objective.start());
    for _ in 0..steps.max(rule.preconditioner().least_time()) {
        iterate = rule.next(&iterate, objective.linearize(&rule.query(&iterate)).gradient());
    }
    iterate
}
