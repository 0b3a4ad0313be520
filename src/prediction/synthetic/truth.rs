//! The record of a run that fits the theory exactly, by formulas.

use crate::dynamics::{Ascent, EulerDrift, SingleEigenvalue};
use crate::experiment::certificate::{
    ActionCertificate, Comparison, DistanceCertificate, EdgeCertificate, EigenpairCertificate,
};
use crate::experiment::{Expansion, ProbeResults, QuadraticMode, QuadraticModel, Record};
use crate::process::{
    AblatedSample, Account, ByCoordinate, ByWeight, CentralSample, DiscreteSample, ExpansionRest, FlowSample,
    MapSample, MidpointSample, OutputsSample, Sample, SegmentSample, StateSample, StationaryFlowSample,
    StationarySample, kinds,
};

/// The learning rate eta.
pub const ETA: f64 = 0.01;
/// The step at which the edge is reached.
pub const EDGE_STEP: usize = 100;
/// The start of the first segment.
pub const FIRST: usize = 300;
/// The length of a segment.
pub const SEGMENT: usize = 400;
/// The number of steps: two whole segments to the end.
pub const STEPS: usize = FIRST + 2 * SEGMENT;
/// eta S at the start.
pub const START: f64 = 1.5;
/// `y = eta S - 2` at all midpoints of segments past their first steps.
pub const BEYOND: f64 = 0.05;
/// `y` early in each segment, where no averages are taken.
pub const BEYOND_EARLY: f64 = 0.1;
/// `y` in the first blow-up.
pub const BEYOND_AT_FIRST: f64 = 0.2;
/// `|grad S|` at midpoints.
pub const SHARPNESS_SLOPE: f64 = 1000.0;
/// The rate rho at which Sigma grows a step.
pub const RATE: f64 = 2e-3;
/// The rise r of an eigenvalue a step without Sigma.
pub const RISE: f64 = 1e-3;
/// What the expansion leaves out.
pub const REST: ExpansionRest =
    ExpansionRest { force: 5e-3, pace: 4e-3, curvature: 3e-3, gradient: 2e-3, decay: 1e-3 };
/// The residual of all eigenpairs of the central flow and the central map.
pub const RESIDUAL: f64 = 1e-4;
/// The residual of the eigenpairs at midpoints.
pub const MIDPOINT_RESIDUAL: f64 = 0.02;
/// The number of parameters p.
pub const DIM: usize = 100;
/// Path length a step.
pub const SPEED: f64 = 0.02;
/// The shares of the trace that the eigenvalues of Sigma have.
pub const SHARES: [f64; 2] = [0.7, 0.3];
/// The run's tolerance of eigenpairs.
pub const TOLERANCE: f64 = 1e-6;
/// The largest norm of the weights.
pub const NORM: f64 = 10.0;
/// Gradient flow's error.
pub const FLOW_ERROR: f64 = 1e-4;
/// Gradient flow's Euler error.
pub const EULER_ERROR: f64 = 0.05;
/// The distance to gradient flow at the edge.
pub const AT_THE_EDGE: f64 = 0.022;
/// The exponent of the growth of that distance as a power of the path after it.
pub const EXPONENT: f64 = 2.26;
/// What decay of the weights shifts the edge by.
pub const SHIFT: f64 = 0.25;
/// `|grad L|^2` along the central flow and map.
pub const GRADIENT_SQUARE: f64 = 4.0;

/// `tr Sigma` at a step.
pub fn trace(step: usize) -> f64 {
    if step < EDGE_STEP { 0.0 } else { 1e-4 * libm::exp(RATE * (step as f64 - EDGE_STEP as f64)) }
}

/// The start of the segment of a step.
pub fn start_of(step: usize) -> Option<usize> {
    (step >= FIRST).then(|| FIRST + (step - FIRST) / SEGMENT * SEGMENT)
}

/// The distance of the midpoint to gradient flow where it grows after the edge with this exponent of the path.
pub fn split(step: usize, exponent: f64) -> f64 {
    let (half, edge) = (EDGE_STEP as f64 / 2.0, EDGE_STEP as f64);
    match step as f64 {
        t if t <= half => 0.02,
        t if t <= edge => 0.02 + (AT_THE_EDGE - 0.02) * (t - half) / (edge - half),
        t => AT_THE_EDGE * libm::pow(t / edge, exponent),
    }
}

/// The record.
pub fn record() -> Record {
    Record {
        dim: DIM,
        learning_rate: ETA,
        pace: 1.0,
        growth: 1.0,
        amplification: 1.0,
        adaptive: false,
        steps: STEPS,
        largest_norm: NORM,
        substeps: 4,
        segment: SEGMENT,
        eigen_tolerance: TOLERANCE,
        samples: (0..STEPS).map(sample).collect(),
        probes: probes(),
        stops: vec![],
        cancelled: false,
        accounts: kinds().iter().map(|kind| Account { products: 1, ..Account::open(kind) }).collect(),
        bits: "a".to_string(),
    }
}

/// Claims about a run that stays below the edge.
const BELOW: [&str; 1] = ["plateau_below_the_edge"];

/// A record on which a claim holds.
pub fn of(prediction: &str) -> Record {
    if BELOW.contains(&prediction) { plateau() } else { record() }
}

/// `eta S` along the central flow, the central map and at midpoints on a plateau below the edge.
pub const PLATEAU: [f64; 3] = [1.5, 1.503, 1.5025];

/// The record of a run that stays below the edge: without Sigma, and so without segments.
pub fn plateau() -> Record {
    with(|sample| {
        sample.remove::<SegmentSample>();
        sample.remove::<AblatedSample>();
        sample.remove::<OutputsSample>();
        let [flow, map, midpoint] = PLATEAU;
        if let Some(central) = sample.get_mut::<CentralSample>() {
            (central.eigenvalues, central.sigma, central.oscillation) = (vec![flow], vec![], vec![]);
        }
        sample.get_mut::<MapSample>().into_iter().for_each(|s| (s.sharpness, s.trace) = (map, 0.0));
        sample.get_mut::<MidpointSample>().into_iter().for_each(|s| s.eigenvalues = vec![midpoint, 1.0]);
    })
}

/// The record of a run without a process: without its part of each sample, and what relates others to it.
pub fn without(whole: &Record, process: &str) -> Record {
    let mut record = whole.clone();
    record.samples.iter_mut().for_each(|sample| {
        sample.keep(|other| other != process);
        if let Some(midpoint) = sample.get_mut::<MidpointSample>() {
            match process {
                "gradient_flow" => midpoint.to_gradient_flow = None,
                "central_flow" => midpoint.to_central_flow = None,
                _ => {}
            }
        }
        if process == "central_flow" {
            sample.get_mut::<FlowSample>().into_iter().for_each(|flow| flow.to_central_flow = None);
            sample.get_mut::<MapSample>().into_iter().for_each(|map| map.distance = None);
        }
    });
    record
}

/// The record with every sample changed.
pub fn with(change: impl Fn(&mut Sample)) -> Record {
    let mut record = record();
    record.samples.iter_mut().for_each(change);
    record
}

fn sample(step: usize) -> Sample {
    let theory = central(step, step, EDGE_STEP);
    let distance = split(step, EXPONENT);
    // The loss goes up once on the way, as it does in a blow-up.
    let jump = if step == EDGE_STEP + 100 { 5.0 } else { 0.0 };
    let gradient_square = theory.gradient_square + theory.gradient_variance;
    let descent = DiscreteSample {
        loss: theory.loss + theory.trace() / ETA + jump,
        gradient_square,
        edge_step: ETA,
        step_length: ETA * gradient_square.sqrt(),
        shift: Some(SHIFT),
    };
    let mut sample = Sample::new(step, descent);
    if step > 0 {
        sample.set(midpoint(step, distance));
    }
    sample.set(FlowSample {
        loss: 1.0,
        sharpness: START + 0.005 * step as f64,
        error: FLOW_ERROR,
        path: SPEED * step as f64,
        euler_error: EULER_ERROR,
        to_central_flow: (step > 0).then_some(distance),
    });
    sample.set(MapSample {
        distance: Some(1e-3),
        to_descent: 0.0,
        to_midpoint: Some(0.01),
        sharpness: theory.eigenvalues[0],
        trace: theory.trace(),
        effective_variance: theory.effective_variance,
    });
    sample.set(theory);
    if step > 0 {
        sample.set(stationary(step));
    }
    if let Some(start) = start_of(step) {
        sample.set(segment(step, start));
        sample.set(OutputsSample {
            accuracy: Some(0.5),
            of_descent: vec![1.0],
            average: vec![1.0],
            excess: Some(trace(step)),
            expected: Some(trace(step)),
        });
        sample.set(AblatedSample {
            loss: 1.0 / ABLATION,
            effective_sharpness: 2.0,
            sharpness: Some((2.0 + BEYOND) / ETA / ABLATION),
            mean_step: ABLATION * ETA,
            mean_step_of_descent: ETA,
            trace: trace(step),
        });
        sample.set(StationaryFlowSample {
            loss: 1.0,
            trace: trace(step),
            to_midpoint: 0.01,
            without_force: 0.02,
            frozen: 0.05,
            way: SPEED * (step - FIRST) as f64,
        });
    }
    sample
}

/// The memories of the state at the edge, at a step: 20 steps each.
pub fn memories(step: usize) -> f64 {
    step.saturating_sub(EDGE_STEP) as f64 / 20.0
}

/// `1 - cos(nu_t, nu)` when the run comes to the edge.
pub const APART: f64 = 0.5;
/// The cosine of the state with what it was three memories before.
pub const BEFORE: f64 = 0.98;
/// The cosine between two halves of the oscillation by weight.
pub const HALVES: f64 = 0.97;
/// The relative gap of either program.
pub const GAP: f64 = 1e-10;
/// What is minimised, with and without the gradient: traces and what the gradient adds.
pub const PROGRAM: [f64; 4] = [40.0, 8.0, 30.0, 10.0];

fn stationary(step: usize) -> StationarySample {
    let memories = memories(step);
    let early = memories <= 3.0;
    StationarySample {
        memories,
        past: libm::exp(-memories),
        cosine: if early { 1.0 - APART } else { 1.0 },
        uniform: 0.6,
        without: 0.4,
        before: Some(BEFORE),
        state: STATE,
        stationary_state: STATE,
        trace: PROGRAM[0],
        decrease: PROGRAM[1],
        least_trace: PROGRAM[2],
        least_trace_decrease: PROGRAM[3],
        uniform_decrease: 5.0,
        directions: 2,
        gap: GAP,
        least_trace_gap: GAP,
        infeasibility: 1e-12,
        excess: 1e-12,
        stationarity: 1e-9,
        half_stationarity: 0.5,
        oscillation: Some(ByWeight {
            measured: trace(step),
            predicted: trace(step),
            cosine: 1.0,
            uniform: 0.7,
            halves: Some(HALVES),
        }),
    }
}

/// What the ablated flow is sharper, smaller in its steps and behind by.
pub const ABLATION: f64 = 0.9;

fn midpoint(step: usize, distance: f64) -> MidpointSample {
    let first = match (step, start_of(step)) {
        // The central map of the docs' rounding is carried on by 1.5 here.
        (99, _) => 2.5,
        (150, _) => 2.0 + BEYOND_AT_FIRST,
        (_, Some(start)) if step == start + 5 => 2.0 + BEYOND_EARLY,
        _ if step < EDGE_STEP => START + 0.005 * step as f64,
        _ => 2.0 + BEYOND,
    };
    MidpointSample {
        loss: 1.0,
        gradient_square: GRADIENT_SQUARE,
        eigenvalues: vec![first, first - 0.5],
        residual: MIDPOINT_RESIDUAL,
        sharpening: 0.005 / (ETA * ETA),
        sharpness_gradient_square: SHARPNESS_SLOPE * SHARPNESS_SLOPE,
        path: SPEED * step as f64,
        displacement_square: trace(step),
        to_gradient_flow: Some(distance),
        to_central_flow: Some(0.01),
    }
}

/// The central flow or map, at the edge from `edge` on, `step - start` steps after its start.
fn central(step: usize, time: usize, edge: usize) -> CentralSample {
    let trace = if step >= edge { trace(step) } else { 0.0 };
    let sigma: Vec<f64> = if trace > 0.0 { SHARES.map(|share| share * trace).to_vec() } else { vec![] };
    let first = if trace > 0.0 { 2.0 } else { START + 0.005 * step as f64 };
    CentralSample {
        loss: 1.0,
        gradient_square: GRADIENT_SQUARE,
        edge_step: ETA,
        eigenvalues: vec![first, first, 1.2],
        residual: RESIDUAL,
        // Uncorrelated: in step and out of step by turns.
        oscillation: displacements(step, [1.0, if step.is_multiple_of(2) { 1.0 } else { -1.0 }]),
        sigma,
        rise: RISE,
        gradient_variance: trace * (2.0 / ETA) * (2.0 / ETA),
        effective_variance: 4.0 * trace,
        complementarity: 1e-15,
        half_complementarity: 0.25,
        single: (trace > 0.0).then_some(SINGLE),
        path: SPEED * time as f64,
        ascent: (time > 0).then_some(ASCENT),
    }
}

/// The closed form for one critical eigenvalue: with the cosine 1/2 the unit is twice as much.
pub const SINGLE: SingleEigenvalue =
    SingleEigenvalue { closed_form: 0.02, solved: 0.02, projection_mismatch: 0.0, cosine: 0.5 };

/// A fall by half of what gradient flow descends, to a thousandth of that.
pub const ASCENT: Ascent = Ascent { change: -5e-3, descent: 1e-2, loss: 1.0, restoring: 4e-6, euler: 6e-6 };

/// `x_i = factor_i sqrt(sigma_i)`, but for one large step, the blow-up after which averages are taken: the first step at
/// which they may be.
pub fn displacements(step: usize, factors: [f64; 2]) -> Vec<f64> {
    let blow_up = step == FIRST + 20;
    let x = |i: usize| if blow_up { 1.0 } else { factors[i] * (SHARES[i] * trace(step)).sqrt() };
    if step < EDGE_STEP { vec![] } else { vec![x(0), x(1)] }
}

fn segment(step: usize, start: usize) -> SegmentSample {
    let measured = (step - start).is_multiple_of(5);
    SegmentSample {
        start,
        map: central(step, step - start, EDGE_STEP),
        to_map: 0.01,
        ahead: 0.0,
        to_gradient_flow: Some(0.005 * (step - start) as f64),
        map_to_flow: Some(1e-3),
        curvature: if measured { vec![2.0, 2.0] } else { vec![] },
        rest: measured.then_some(REST),
        state: Some(StateSample {
            size: STATE,
            predicted: STATE,
            longer: 0.0,
            by_coordinate: (step - start + 1 == SEGMENT).then_some(BY_COORDINATE),
        }),
    }
}

/// The sum of the state of a preconditioner.
pub const STATE: f64 = 2.0;

/// Squares by coordinate as the theory says, known to 1 % from one half of a segment to the other.
pub const BY_COORDINATE: ByCoordinate = ByCoordinate { predicted: 1.0, without: 0.5, halves: 0.99 };

fn probes() -> ProbeResults {
    let comparison = || vec![Comparison::new("length", 2.0, 0.0, 1e-12).against(0.1)];
    ProbeResults {
        expansions: vec![Expansion {
            step: 1,
            x: halvings(0.1, &[1.0; 4]),
            error: halvings(1.0, &[3.0; 4]),
            error_without_third: halvings(1.0, &[2.0; 4]),
            floor: halvings(1e-4, &[3.0; 4]),
        }],
        quadratic_models: vec![QuadraticModel { step: 1, modes: vec![mode(0.5), mode(2.5)] }],
        edges: vec![EdgeCertificate {
            step: 1,
            substep: 0,
            trace: 1.0,
            need: 0.5,
            violation: 0.0,
            half_violation: 0.25,
            numerical_error: 1e-7,
        }],
        actions: vec![ActionCertificate { step: 1, substep: 0, trace: 1.0, comparisons: comparison() }],
        distances: vec![DistanceCertificate { step: 1, comparisons: comparison() }],
        eigenpairs: vec![EigenpairCertificate {
            step: 1,
            process: "midpoints".to_string(),
            count: 2,
            residual: 0.5 * TOLERANCE,
            reported: 0.5 * TOLERANCE,
            orthogonality: 3e-11,
            missed: 0.3 * TOLERANCE,
            dropped: Some(0.1),
        }],
        euler_drifts: vec![EulerDrift {
            steps: 8,
            distance: halvings(1.0, &[1.0; 2]),
            rest: halvings(1.0, &[2.0; 2]),
            error: 1e-5,
        }],
        products: 7,
    }
}

/// Errors of which each is the one before over `2^order`.
pub fn halvings(first: f64, orders: &[f64]) -> Vec<f64> {
    let mut errors = vec![first];
    for order in orders {
        errors.push(errors[errors.len() - 1] / libm::pow(2.0, *order));
    }
    errors
}

fn mode(effective: f64) -> QuadraticMode {
    let coordinates: Vec<f64> = (0..=20).map(|t| (1.0 - effective).powi(t)).collect();
    let error = coordinates.iter().map(|_| 1e-7).collect();
    QuadraticMode { effective, coordinates, error }
}
