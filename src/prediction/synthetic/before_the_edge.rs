//! Claims about the way to the edge, and about the splitting from gradient flow there.

use super::trial::{Allowed, Trial, constant};
use super::truth::{
    AT_THE_EDGE, DIM, EDGE_STEP, ETA, EULER_ERROR, FLOW_ERROR, GRADIENT_SQUARE, MIDPOINT_RESIDUAL, NORM,
    SPEED, START, STEPS, record, split, trace, with,
};
use crate::process::{MapSample, MidpointSample};

pub fn trials() -> Vec<Trial> {
    let mut trials = steps();
    trials.extend(map());
    trials.extend(sharpening());
    trials.extend(follows());
    trials.extend(splits());
    trials
}

/// Rounding of a step: eps of the weights over its length, and of sums of p squares.
fn steps() -> Vec<Trial> {
    let length = ETA * GRADIENT_SQUARE.sqrt();
    let tolerance = f64::EPSILON * (NORM / length + DIM as f64);
    let make = |x: f64| {
        let mut record = record();
        record.samples[50].discrete.step_length = length * (1.0 + x);
        record
    };
    let mut trials = constant("steps_by_the_gradient", (tolerance, 0.0), make);
    trials.extend(constant("steps_by_the_gradient", (tolerance, 0.0), |x| make(-x)));
    trials
}

/// Four eps of the weights a step, carried on by 1.5 in the last of the steps: there `eta lambda` is 2.5, else below 2.
fn map() -> Vec<Trial> {
    let a_step = 4.0 * f64::EPSILON * NORM;
    let tolerance = 1.5 * (EDGE_STEP as f64 - 1.0) * a_step + a_step;
    constant("central_map_is_descent", (tolerance, 0.0), |x| {
        let mut record = record();
        record.samples[80].get_mut::<MapSample>().expect("a map").to_descent = x;
        record
    })
}

/// A fall counts beyond 5 % of the rate at which eta S climbed from its start to 2; the eigenvector is off by its residual, a
/// fiftieth of the eigenvalue, over the gap, 1/2, which changes the rate by twice that.
fn sharpening() -> Vec<Trial> {
    let tolerance = 0.05 * (2.0 - START) / EDGE_STEP as f64;
    let eigenvalue = |step: usize| if step == 99 { 2.5 } else { START + 0.005 * step as f64 };
    let steps = 1..EDGE_STEP;
    let angle = steps.clone().map(|step| MIDPOINT_RESIDUAL * eigenvalue(step) / 0.5).sum::<f64>()
        / steps.len() as f64;
    Allowed(|_| tolerance, |x: f64| 2.0 * angle * x).trials("progressive_sharpening", "a fall of", |x| {
        with(|s| s.get_mut::<MidpointSample>().into_iter().for_each(|m| m.sharpening = -x / (ETA * ETA)))
    })
}

/// Euler's error and the flow's own, over the path to the edge.
fn follows() -> Vec<Trial> {
    let path = SPEED * EDGE_STEP as f64;
    constant("follows_gradient_flow", (EULER_ERROR / path, FLOW_ERROR / path), |x| {
        let mut record = record();
        record.samples[80].get_mut::<MidpointSample>().expect("a midpoint").to_gradient_flow = Some(x * path);
        record
    })
}

/// With the exponent `1 - x`: the oscillation over the distance, and the flow's errors over the distances at both ends, over
/// the logarithm of the growth of the path.
fn splits() -> Vec<Trial> {
    let last = STEPS - 1;
    let growth = libm::log(last as f64 / EDGE_STEP as f64);
    let distance = move |x: f64| AT_THE_EDGE * libm::exp(growth * (1.0 - x));
    let tolerance = move |x: f64| trace(last - 1).sqrt() / distance(x) / growth;
    let error = move |x: f64| FLOW_ERROR * (1.0 / AT_THE_EDGE + 1.0 / distance(x)) / growth;
    Allowed(tolerance, error).trials("splits_from_gradient_flow", "exponent below 1 by", |x| {
        with(|s| {
            let step = s.step;
            s.get_mut::<MidpointSample>()
                .into_iter()
                .for_each(|m| m.to_gradient_flow = Some(split(step, 1.0 - x)));
        })
    })
}
