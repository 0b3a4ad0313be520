//! The stationary preconditioner at midpoints, beside the state that the optimizer has.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::series::Quantity;
use super::{Kind, MapSample, Now, Others, Part, PartKind, Process, Sample, Setting, Tracking, central_map};
use crate::dynamics::{AtRest, FlowError, Rest};
use crate::eigen::{Request, SymmetricOperator, lanczos};
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, dot, norm};
use crate::stationary::{Certificate, Solution, certify, solve};

/// The kind.
pub const KIND: Kind = Kind {
    name: "stationary_preconditioner",
    title: "the stationary preconditioner",
    meaning: "where the state of RMSProp or Adam would come to rest at the midpoint, by a convex program, every 20 steps",
    needs: &[&central_map::KIND],
    ends_with_first_segment: false,
    has_eigenpairs: false,
    runs_with: |rule| rule.roots().is_some(),
    start: |setting| Box::new(Stationary::new(setting)),
    part: PartKind::of::<StationarySample>(),
};

/// The steps after which the program is solved again: as long as a cycle of the sharpness.
pub const EVERY: usize = 20;

/// The state has come to rest once what is left of the one with which it came to the edge is less than this share of it: before the edge there is
/// no oscillation, but there may be gradients a hundred times as large.
pub const AT_REST: f64 = 0.01;

/// Memories after which two states have little in common: `e^-3`.
const APART: f64 = 3.0;

/// The stationary preconditioner at a midpoint w, in units in which the edge is `H <= 2 P`, with `nu = eta^2 P^2`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StationarySample {
    /// The time at the edge in memories of the state: steps since the central map came to the edge, times `1 - beta2`.
    pub memories: f64,
    /// The share of the state that is left of the one with which it came to the edge, all weights together; 1 before.
    pub past: f64,
    /// The cosine of the state, at its midpoint, with the stationary one.
    pub cosine: f64,
    /// The cosine of the state with one that is the same for all weights.
    pub uniform: f64,
    /// The cosine of the state with the squares of the gradient at the midpoint.
    pub without: f64,
    /// The cosine of the state with what it was three memories before, if there was one.
    pub before: Option<f64>,
    /// The sum of the state over weights, as an average of all gradients so far.
    pub state: f64,
    /// That of the stationary one.
    pub stationary_state: f64,
    /// `tr P`.
    pub trace: f64,
    /// `|grad L|^2 / eta^2` in the inverse of P.
    pub decrease: f64,
    /// The least trace of a diagonal P with `H <= 2 P`.
    pub least_trace: f64,
    /// `|grad L|^2 / eta^2` in the inverse of that P.
    pub least_trace_decrease: f64,
    /// The same in the inverse of `S / 2`, gradient descent at its edge.
    pub uniform_decrease: f64,
    /// The columns of the multiplier: directions at the edge.
    pub directions: usize,
    /// How well the program is solved, by bounds from either side.
    pub gap: f64,
    /// The same of that of least trace.
    pub least_trace_gap: f64,
    /// What `2 P - H` lacks, over P.
    pub infeasibility: f64,
    /// By how much the multiplier is beyond its bound.
    pub excess: f64,
    /// What is left of `nu = g^2 + 2 nu diag Y`, over nu.
    pub stationarity: f64,
    /// The same with half the multiplier, which is wrong.
    pub half_stationarity: f64,
    /// The squares of the oscillation by weight, once the state has come to rest.
    pub oscillation: Option<ByWeight>,
}

/// Sums since the state has come to rest of the squares of `w_t - w*_t`, weight by weight in natural coordinates, beside `eta^2 Y_ii / 2`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ByWeight {
    /// `|w_t - w*_t|^2`, the mean since the last time.
    pub measured: f64,
    /// What the multiplier says, `eta^2 tr Y / 2`.
    pub predicted: f64,
    /// The cosine between the two.
    pub cosine: f64,
    /// The cosine with squares that are the same for all weights.
    pub uniform: f64,
    /// The cosine between two halves of the time that take turns; none before there are two.
    pub halves: Option<f64>,
}

impl Part for StationarySample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number(
                "memories",
                "1",
                "steps since the central map came to the edge, times 1 - beta2",
                |s| Some(s.memories),
            ),
            Self::number(
                "past",
                "1",
                "the share of the state that is left of that with which it came there",
                |s| Some(s.past),
            ),
            Self::number("cosine", "1", "of the state nu with the stationary one", |s| Some(s.cosine)),
            Self::number("cosine_uniform", "1", "of nu with one that is the same for all weights", |s| {
                Some(s.uniform)
            }),
            Self::number("cosine_without", "1", "of nu with the squares of the gradient at w*_t", |s| {
                Some(s.without)
            }),
            Self::number("cosine_before", "1", "of nu with what it was three memories before", |s| s.before),
            Self::number("state", "L^2/w^2", "the sum of nu over weights", |s| Some(s.state)),
            Self::number("stationary_state", "L^2/w^2", "that of the stationary one", |s| {
                Some(s.stationary_state)
            }),
            Self::number("trace", "L/w^2", "tr P, in units in which the edge is H <= 2 P", |s| Some(s.trace)),
            Self::number("decrease", "L/w^2", "|grad L|^2 / eta^2 in the inverse of P", |s| Some(s.decrease)),
            Self::number("least_trace", "L/w^2", "the least trace of a diagonal P with H <= 2 P", |s| {
                Some(s.least_trace)
            }),
            Self::number(
                "least_trace_decrease",
                "L/w^2",
                "|grad L|^2 / eta^2 in the inverse of that P",
                |s| Some(s.least_trace_decrease),
            ),
            Self::number("uniform_decrease", "L/w^2", "the same in that of S / 2, gradient descent's", |s| {
                Some(s.uniform_decrease)
            }),
            Self::number("directions", "1", "columns of the multiplier, directions at the edge", |s| {
                Some(s.directions as f64)
            }),
            Self::number(
                "gap",
                "1",
                "how far tr P + |grad L|^2 / eta^2 may be from its minimum, relative",
                |s| Some(s.gap),
            ),
            Self::number("least_trace_gap", "1", "the same of the least trace", |s| Some(s.least_trace_gap)),
            Self::number("infeasibility", "1", "what 2 P - H lacks, over P", |s| Some(s.infeasibility)),
            Self::number("excess", "1", "by how much the multiplier is beyond its bound", |s| Some(s.excess)),
            Self::number("stationarity", "1", "what is left of nu = g^2 + 2 nu diag Y, over nu", |s| {
                Some(s.stationarity)
            }),
            Self::number(
                "half_stationarity",
                "1",
                "the same with half the multiplier, which is wrong",
                |s| Some(s.half_stationarity),
            ),
            Self::number(
                "oscillation",
                "w^2",
                "the mean of |w_t - w*_t|^2 since the last time, once the state is at rest",
                |s| Some(s.oscillation?.measured),
            ),
            Self::number("oscillation_predicted", "w^2", "eta^2 tr Y / 2", |s| {
                Some(s.oscillation?.predicted)
            }),
            Self::number("oscillation_cosine", "1", "between the two, by weight", |s| {
                Some(s.oscillation?.cosine)
            }),
            Self::number("oscillation_uniform", "1", "with one that is the same for all weights", |s| {
                Some(s.oscillation?.uniform)
            }),
            Self::number("oscillation_halves", "1", "between two halves of the time that take turns", |s| {
                s.oscillation?.halves
            }),
        ]
    }
}

/// Where the central map came to the edge.
#[derive(Debug, Clone, Copy)]
struct Entered {
    step: usize,
    /// The sum of the state, not filled up.
    state: f64,
}

/// The stationary preconditioner, every so often.
pub struct Stationary {
    at_rest: AtRest,
    beta2: f64,
    least: Option<Solution>,
    entered: Option<Entered>,
    states: VecDeque<Vec<f64>>,
    oscillation: Oscillation,
    here: Option<Rest>,
}

impl Stationary {
    fn new(setting: &Setting<'_>) -> Self {
        let roots = setting.rule.roots().expect("it runs with such rules");
        Self {
            at_rest: AtRest::new(&**setting.rule).expect("it has roots"),
            beta2: roots.beta2,
            least: None,
            entered: None,
            states: VecDeque::new(),
            oscillation: Oscillation::default(),
            here: None,
        }
    }

    /// The time at the edge in memories of the state.
    fn memories(&self, step: usize) -> f64 {
        self.entered.map_or(0.0, |entered| (step - entered.step) as f64 * (1.0 - self.beta2))
    }

    /// The share of the state, which sums to this, that is left of that with which it came to the edge: `beta2` of it a step.
    fn past(&self, step: usize, state: f64) -> f64 {
        let left =
            |entered: Entered| entered.state * libm::pow(self.beta2, (step - entered.step) as f64) / state;
        self.entered.map_or(1.0, left)
    }

    /// The state three memories ago; the present one is kept for later.
    fn before(&mut self, state: &[f64]) -> Option<Vec<f64>> {
        let lag = (APART / (1.0 - self.beta2) / EVERY as f64).ceil() as usize;
        self.states.push_back(state.to_vec());
        if self.states.len() > lag { self.states.pop_front() } else { None }
    }

    fn sample(&mut self, step: usize, state: &[f64], rest: &Rest) -> Result<StationarySample, FlowError> {
        let plain = rest.problem.without_gradient();
        let least = solve(&plain, self.least.as_ref())?;
        let certificate = certify(&rest.problem, &rest.solution)?;
        let least_trace_gap = certify(&plain, &least)?.gap;
        let Certificate { infeasibility, excess, gap, stationarity, half_stationarity } = certificate;
        let squares: Vec<f64> = rest.gradient.iter().map(|g| g * g).collect();
        let decrease = |p: &[f64]| {
            let term = |(c, p): (&f64, &f64)| if *c == 0.0 { 0.0 } else { c / p };
            rest.problem.costs().iter().zip(p).map(term).sum::<f64>()
        };
        let sharpness = sharpness(rest.problem.hessian())?;
        let before = self.before(state).map(|before| cosine(state, &before));
        let sample = StationarySample {
            memories: self.memories(step),
            past: 1.0,
            cosine: cosine(state, &rest.state()),
            uniform: cosine(state, &vec![1.0; state.len()]),
            without: cosine(state, &squares),
            before,
            state: state.iter().sum(),
            stationary_state: rest.state().iter().sum(),
            trace: rest.solution.diagonal.iter().sum(),
            decrease: decrease(&rest.solution.diagonal),
            least_trace: least.diagonal.iter().sum(),
            least_trace_decrease: decrease(&least.diagonal),
            uniform_decrease: 2.0 * rest.problem.costs().iter().sum::<f64>() / sharpness,
            directions: rest.solution.factor.cols(),
            gap,
            least_trace_gap,
            infeasibility,
            excess,
            stationarity,
            half_stationarity,
            oscillation: self.oscillation.compared(),
        };
        self.least = Some(least);
        Ok(sample)
    }
}

impl Process for Stationary {
    fn advance(&mut self, now: &Now<'_>) -> Result<(), FlowError> {
        AtRest::fits(now.objective.dim())?;
        let Some(midpoint) = now.midpoint.filter(|_| now.step.is_multiple_of(EVERY)) else { return Ok(()) };
        self.here = Some(self.at_rest.at(now.objective, &midpoint.weights)?);
        Ok(())
    }

    fn observe(&mut self, now: &Now<'_>, _: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        let Some(midpoint) = now.midpoint else { return Ok(()) };
        if sample.get().is_some_and(|map: &MapSample| map.trace > 0.0) {
            self.entered
                .get_or_insert(Entered { step: now.step, state: midpoint.state.squares.iter().sum() });
        }
        let past = self.past(now.step, midpoint.state.squares.iter().sum());
        if past <= AT_REST {
            self.oscillation.add(now.discrete.weights(), &midpoint.weights);
        }
        let Some(rest) = self.here.take() else { return Ok(()) };
        self.oscillation.close(&rest);
        let roots = now.rule.roots().expect("it runs with such rules");
        let filled = roots.filled(midpoint.state.time);
        let state: Vec<f64> = midpoint.state.squares.iter().map(|nu| nu / filled).collect();
        let part = self.sample(now.step, &state, &rest)?;
        sample.set(StationarySample { past, ..part });
        Ok(())
    }

    fn products(&self) -> usize {
        self.at_rest.products()
    }

    fn tracking(&self, _: &Now<'_>) -> Option<Tracking<'_>> {
        None
    }
}

/// Squares of the oscillation by weight.
#[derive(Debug, Clone, Default)]
struct Oscillation {
    steps: usize,
    present: Vec<f64>,
    halves: [Vec<f64>; 2],
    predicted: Vec<f64>,
    periods: usize,
    /// Sums over all weights a step of the last period, measured and predicted.
    sizes: [f64; 2],
}

impl Oscillation {
    /// Adds a step.
    fn add(&mut self, here: &[f64], midpoint: &[f64]) {
        self.present.resize(here.len(), 0.0);
        let squares = here.iter().zip(midpoint).map(|(w, m)| (w - m).powi(2));
        self.present.iter_mut().zip(squares).for_each(|(sum, square)| *sum += square);
        self.steps += 1;
    }

    /// Ends a period, over which the preconditioner was this one.
    fn close(&mut self, rest: &Rest) {
        if self.steps == 0 {
            return;
        }
        let dim = self.present.len();
        self.halves.iter_mut().for_each(|half| half.resize(dim, 0.0));
        self.predicted.resize(dim, 0.0);
        let (p, variances) = (&rest.solution.diagonal, rest.variances());
        for i in 0..dim {
            self.halves[self.periods % 2][i] += p[i] * self.present[i];
            self.predicted[i] += p[i] * variances[i] * self.steps as f64;
        }
        self.sizes = [self.present.iter().sum::<f64>() / self.steps as f64, variances.iter().sum()];
        self.present.fill(0.0);
        self.steps = 0;
        self.periods += 1;
    }

    /// What has been found, if anything.
    fn compared(&self) -> Option<ByWeight> {
        if self.periods == 0 {
            return None;
        }
        let [first, second] = &self.halves;
        let mut measured = first.clone();
        axpy(1.0, second, &mut measured);
        Some(ByWeight {
            measured: self.sizes[0],
            predicted: self.sizes[1],
            cosine: cosine(&measured, &self.predicted),
            uniform: cosine(&measured, &vec![1.0; measured.len()]),
            halves: (self.periods > 1).then(|| cosine(first, second)),
        })
    }
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    dot(a, b) / (norm(a) * norm(b))
}

/// S: the largest eigenvalue of all of the Hessian.
fn sharpness(hessian: &Matrix) -> Result<f64, FlowError> {
    struct Dense<'a>(&'a Matrix);
    impl SymmetricOperator for Dense<'_> {
        fn dim(&self) -> usize {
            self.0.rows()
        }
        fn apply(&self, v: &Matrix) -> Matrix {
            let mut out = Matrix::zeros(v.rows(), v.cols());
            for k in 0..v.cols() {
                (0..v.rows()).for_each(|j| axpy(v[(j, k)], self.0.col(j), out.col_mut(k)));
            }
            out
        }
    }
    let request = Request { count: 1, tolerance: 1e-6, max_products: 5000, seed: 0 };
    Ok(lanczos(&Dense(hessian), &request)?.values[0])
}
