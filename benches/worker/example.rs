//! The example of the public JAX implementation of central flows: gradient descent, gradient flow and the central flow.

use std::fs;
use std::iter::repeat_n;
use std::path::Path;
use std::sync::{Arc, Mutex};

use centralflow::autodiff::Parameter;
use centralflow::dynamics::{CentralFlow, EffectiveHessian, FlowError, GradientFlow, Numerics};
use centralflow::eigen::{EigenError, Tracker, TrackerSettings};
use centralflow::numeric::random::Stream;
use centralflow::objective::{Linearization, Network, Objective};
use centralflow::optimizer::{GradientDescent, Rule};
use rayon::ThreadPoolBuilder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::derivatives::{error, reference};
use crate::problems::Problem;
use crate::{Outcome, Work};

/// The processes, by the names of the files that a run leaves behind.
const DESCENT: &str = "descent.bin";
const GRADIENT_FLOW: &str = "gradient_flow.bin";
const CENTRAL_FLOW: &str = "central_flow.bin";

/// What the peers are told to run; the numbers are those of the public example.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Example {
    learning_rate: f64,
    steps: usize,
    /// Eigenpairs followed along each process.
    pairs: usize,
    /// Their relative residual.
    tolerance: f64,
    /// Euler substeps of the central flow a step.
    substeps: usize,
}

/// Which eigenpairs of the central flow enter the complementarity problem.
#[derive(Clone, Copy)]
enum Critical {
    /// All that are followed, as in the public implementation.
    All,
    /// Those that the library takes unless told otherwise; the others are followed step by step, to be reported.
    NearEdge,
}

impl Critical {
    fn named(variant: &str) -> Outcome<Self> {
        match variant {
            "all pairs" => Ok(Self::All),
            "critical pairs" => Ok(Self::NearEdge),
            other => Err(format!("no variant {other}").into()),
        }
    }

    fn above(self) -> f64 {
        match self {
            Self::All => f64::NEG_INFINITY,
            Self::NearEdge => Numerics::default().critical_above,
        }
    }
}

/// The example on a problem.
pub fn example(problem: &Problem, steps: usize) -> Outcome<Example> {
    let learning_rate = problem.learning_rate.ok_or("the problem has no learning rate")?;
    Ok(Example { learning_rate, steps, pairs: 5, tolerance: 1e-5, substeps: 4 })
}

/// One run takes all processes through all steps and writes what they went through; the answer that is checked is the
/// gradient at the start.
pub fn prepare(problem: &Problem, variant: &str, directory: &Path) -> Outcome<Work> {
    let header: Value = serde_json::from_slice(&fs::read(directory.join("header.json"))?)?;
    let example: Example = serde_json::from_value(header["example"].clone())?;
    let critical = Critical::named(variant)?;
    let objective = problem.objective();
    let start = start(problem.graph().parameters());
    let gradient = objective.linearize(&objective.start()).gradient().to_vec();
    let facts = json!({"error": error(&gradient, &reference(problem, "gradient")?)});
    let directory = directory.to_owned();
    let run = move || {
        let done = Run { example: &example, objective: &objective, start: &start }.all(critical, &directory);
        done.expect("all processes go on");
    };
    Ok(Work { run: Box::new(run), facts })
}

/// The public example's initialisation: weights are normal with variance 1 / fan-in, the biases after them zero.
pub fn start(parameters: &[Parameter]) -> Vec<f64> {
    let mut stream = Stream::new(0, "example");
    let mut w = Vec::new();
    for layer in parameters.chunks(2) {
        let deviation = 1.0 / (layer[0].rows as f64).sqrt();
        w.extend(stream.normals(layer[0].size()).iter().map(|x| deviation * x));
        w.extend(repeat_n(0.0, layer[1].size()));
    }
    w
}

/// One process through all steps: a row a step, of the loss, the eigenvalues and the weights.
type Process<'a> = Box<dyn FnOnce() -> Result<Vec<f64>, FlowError> + Send + 'a>;

/// A run in progress.
struct Run<'a> {
    example: &'a Example,
    objective: &'a Network,
    start: &'a [f64],
}

impl Run<'_> {
    /// The processes do not need each other, and each is too small to be shared among threads: they are drawn from a queue,
    /// the longest first, by as many threads as rayon has.
    fn all(&self, critical: Critical, directory: &Path) -> Outcome<()> {
        let queue: Mutex<Vec<(&str, Process<'_>)>> = Mutex::new(vec![
            (DESCENT, Box::new(|| self.descent())),
            (GRADIENT_FLOW, Box::new(|| self.gradient_flow())),
            (CENTRAL_FLOW, Box::new(|| self.central_flow(critical))),
        ]);
        let next = || queue.lock().expect("no panic while locked").pop();
        let done = Mutex::new(vec![]);
        let drain = || {
            while let Some((name, process)) = next() {
                let rows = process();
                done.lock().expect("no panic while locked").push((name, rows));
            }
        };
        let pools =
            (0..rayon::current_num_threads().min(3)).map(|_| ThreadPoolBuilder::new().num_threads(1).build());
        let pools = pools.collect::<Result<Vec<_>, _>>()?;
        std::thread::scope(|scope| pools.iter().for_each(|pool| drop(scope.spawn(|| pool.install(drain)))));
        for (name, rows) in done.into_inner()? {
            write(&directory.join(name), &rows?)?;
        }
        Ok(())
    }

    /// Gradient descent; the eigenvalues are those at `(w_t + w_{t+1}) / 2`, where the oscillation is gone to first order.
    fn descent(&self) -> Result<Vec<f64>, FlowError> {
        let (mut w, mut tracker, mut rows) = (self.start.to_vec(), self.tracker(), Vec::new());
        for _ in 0..self.example.steps {
            let (loss, after) = {
                let at = self.objective.linearize(&w);
                (at.loss(), self.rule().next(&self.rule().begin(w.clone()), at.gradient()).weights)
            };
            let midpoint: Vec<f64> = w.iter().zip(&after).map(|(w, after)| 0.5 * (w + after)).collect();
            let values = self.eigenvalues(&mut tracker, &*self.objective.linearize(&midpoint))?;
            rows.extend([&[loss], &values[..], &w].concat());
            w = after;
        }
        Ok(rows)
    }

    fn gradient_flow(&self) -> Result<Vec<f64>, FlowError> {
        let mut flow = GradientFlow::new(self.rule(), self.rule().begin(self.start.to_vec()));
        let (mut tracker, mut rows) = (self.tracker(), Vec::new());
        for step in 0..self.example.steps {
            if step > 0 {
                flow.advance(self.objective)?;
            }
            let at = self.objective.linearize(flow.weights());
            let values = self.eigenvalues(&mut tracker, &*at)?;
            rows.extend([&[at.loss()], &values[..], flow.weights()].concat());
        }
        Ok(rows)
    }

    /// The central flow; its rows have the trace of Sigma after the eigenvalues.
    fn central_flow(&self, critical: Critical) -> Result<Vec<f64>, FlowError> {
        let numerics = Numerics {
            substeps: self.example.substeps,
            eigen_tolerance: self.example.tolerance,
            critical_above: critical.above(),
            max_tracked: self.example.pairs,
            ..Numerics::default()
        };
        let mut flow = CentralFlow::new(
            self.rule(),
            self.rule().begin(self.start.to_vec()),
            numerics.substeps,
            &numerics,
            0,
        );
        let (mut tracker, mut rows) = (self.tracker(), Vec::new());
        for step in 0..self.example.steps {
            if step > 0 {
                flow.advance(self.objective)?;
            }
            let here = flow.evaluate(self.objective)?;
            let (loss, trace, mut values) = (here.loss, here.sigma.iter().sum(), here.eigenvalues.clone());
            if values.len() < self.example.pairs {
                values = self.eigenvalues(&mut tracker, &*self.objective.linearize(flow.weights()))?;
            }
            rows.extend([&[loss], &values[..], &[trace], flow.weights()].concat());
        }
        Ok(rows)
    }

    fn rule(&self) -> Rule {
        Arc::new(GradientDescent::new(self.example.learning_rate))
    }

    fn tracker(&self) -> Tracker {
        Tracker::new(TrackerSettings {
            threshold: f64::NEG_INFINITY,
            tolerance: self.example.tolerance,
            max_count: self.example.pairs,
            ..TrackerSettings::default()
        })
    }

    fn eigenvalues(&self, tracker: &mut Tracker, at: &dyn Linearization) -> Result<Vec<f64>, EigenError> {
        Ok(tracker.update(&EffectiveHessian { at, step: self.example.learning_rate })?.values.clone())
    }
}

fn write(path: &Path, rows: &[f64]) -> Outcome<()> {
    Ok(fs::write(path, rows.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())?)
}
