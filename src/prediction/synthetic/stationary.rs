//! Claims about the stationary preconditioner.

use super::averages::{squares, window};
use super::trial::{Allowed, Trial, constant};
use super::truth::{APART, BEFORE, DIM, GAP, HALVES, PROGRAM, memories, record, trace, with};
use crate::experiment::Record;
use crate::prediction::Outcome;
use crate::process::{ByWeight, Sample, StationaryFlowSample, StationarySample};

pub fn trials() -> Vec<Trial> {
    let mut trials = conditions();
    trials.extend(of_the_state());
    trials.extend(of_the_oscillation());
    trials.extend(ratios());
    trials.push(Trial::new(
        "state_is_stationary",
        "never at rest",
        changed(|s| s.past = 0.02),
        Outcome::NotReached,
    ));
    trials
}

fn changed(change: impl Fn(&mut StationarySample)) -> Record {
    with(|s| s.get_mut().into_iter().for_each(&change))
}

fn by_weight(change: impl Fn(&mut ByWeight)) -> Record {
    changed(|s| s.oscillation.iter_mut().for_each(&change))
}

/// One point at which a condition is not met.
fn at_one(change: impl Fn(&mut StationarySample)) -> Record {
    let mut record = record();
    record.samples[700].get_mut().into_iter().for_each(change);
    record
}

/// Of each condition 1e-8, of stationarity as much again for each weight.
fn conditions() -> Vec<Trial> {
    type Set = fn(&mut StationarySample, f64);
    let conditions: [(Set, f64); 5] = [
        (|s, x| s.gap = x, 1e-8),
        (|s, x| s.least_trace_gap = -x, 1e-8),
        (|s, x| s.infeasibility = x, 1e-8),
        (|s, x| s.excess = x, 1e-8),
        (|s, x| s.stationarity = x, 1e-8 * (1 + DIM) as f64),
    ];
    let trials = conditions
        .map(|(set, allowed)| constant("optimality_certified", (allowed, 0.0), |x| at_one(|s| set(s, x))));
    trials.into_iter().flatten().collect()
}

/// At rest the cosine may be off by what two states are apart and half the square of the truncation; nearer is a ratio below 1.
fn of_the_state() -> Vec<Trial> {
    let tolerance = (1.0 - BEFORE) + 0.5 * squares(&window()).powi(2);
    let late = |x: f64| {
        with(|s| {
            let at_rest = memories(s.step) > 3.0;
            s.get_mut::<StationarySample>().into_iter().filter(|_| at_rest).for_each(|s| s.cosine = 1.0 - x);
        })
    };
    let mut trials = constant("state_is_stationary", (tolerance, 0.0), late);
    trials.extend(constant("state_comes_nearer", (1.0, 0.0), |x| late(x * APART)));
    trials
}

fn of_the_oscillation() -> Vec<Trial> {
    let truncation = squares(&window());
    let mut trials = constant("oscillation_by_weight", (1.0 - HALVES + 0.5 * truncation.powi(2), 0.0), |x| {
        by_weight(|found| found.cosine = 1.0 - x)
    });
    for sign in [1.0, -1.0] {
        trials.extend(constant("oscillation_is_the_multiplier", (truncation, 0.0), |x| {
            with(|s| {
                let size = (1.0 + sign * x) * trace(s.step);
                let point = s.get_mut::<StationarySample>();
                let found = point.and_then(|point| point.oscillation.as_mut());
                found.into_iter().for_each(|found| found.measured = size);
            })
        }));
    }
    trials
}

/// Ratios below 1: of the worst point, with the error of either program; of means over time.
fn ratios() -> Vec<Trial> {
    let [trace, _, least_trace, least_decrease] = PROGRAM;
    let never = |x: f64| at_one(|s| s.decrease = x * least_decrease);
    // The error of the values of both programs, the decrease being that of least trace nearly.
    let error = GAP * (trace + 2.0 * least_decrease + least_trace) / least_decrease;
    let outcome = |x: f64| if x > 1.0 { Outcome::Violated } else { Outcome::Holds };
    let by_error = [-2.0, 2.0].map(|errors| {
        let x = 1.0 + errors * error;
        Trial::new("least_trace_is_never_worse", &format!("ratio {x}"), never(x), outcome(x))
    });
    let mut trials: Vec<Trial> = by_error.into();
    let beaten = Allowed(|_| 1.0, |x| 1e-4 * x);
    trials.extend(beaten.trials("least_trace_beats_uniform_steps", "ratio", |x| {
        at_one(|s| s.uniform_decrease = x * s.least_trace_decrease)
    }));
    trials.extend(constant("stationary_flow_is_nearer", (1.0, 0.0), |x| {
        with(|s| {
            s.get_mut::<StationaryFlowSample>()
                .into_iter()
                .for_each(|flow| flow.to_midpoint = x * flow.frozen)
        })
    }));
    let mut short = record();
    short.samples[500..].iter_mut().for_each(Sample::remove::<StationaryFlowSample>);
    trials.push(Trial::new("stationary_flow_is_nearer", "200 steps", short.clone(), Outcome::Holds));
    short.samples[499].remove::<StationaryFlowSample>();
    trials.push(Trial::new("stationary_flow_is_nearer", "199 steps", short, Outcome::NotReached));
    trials
}
