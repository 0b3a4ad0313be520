//! Claims about distances of paths, and about which of two is smaller.

use super::trial::{Trial, constant};
use super::truth::{
    BEYOND, BEYOND_AT_FIRST, BEYOND_EARLY, ETA, FIRST, SEGMENT, SHARPNESS_SLOPE, SPEED, STEPS, record, trace,
    with,
};
use crate::process::{AblatedSample, MapSample, SegmentSample};

pub fn trials() -> Vec<Trial> {
    let mut trials = from_start();
    trials.extend(in_segments());
    // Nearer is a ratio below 1 over the second halves, without noise to its last digit.
    trials.extend(constant("nearer_than_gradient_flow", (1.0, 0.0), |x| {
        with(|s| {
            s.get_mut::<SegmentSample>()
                .into_iter()
                .for_each(|s| s.to_map = x * s.to_gradient_flow.expect("there"))
        })
    }));
    trials.extend(of_ablation());
    trials
}

/// Ratios below 1 of what the optimizer has and the ablated flow.
fn of_ablation() -> Vec<Trial> {
    type Set = fn(&mut AblatedSample, f64);
    let claims: [(&str, Set); 3] = [
        ("curvature_is_reduced", |ablated, x| ablated.sharpness = Some((2.0 + BEYOND) / ETA / x)),
        ("steps_grow_by_flatness", |ablated, x| ablated.mean_step = x * ETA),
        ("flatness_is_faster", |ablated, x| ablated.loss = 1.0 / x),
    ];
    let trials = claims.map(|(name, set)| {
        constant(name, (1.0, 0.0), |x| with(|s| s.get_mut().into_iter().for_each(|ablated| set(ablated, x))))
    });
    trials.into_iter().flatten().collect()
}

/// How far a point with `eta S = 2` is from one where it is `2 + y`.
fn off(y: f64) -> f64 {
    y / (ETA * SHARPNESS_SLOPE)
}

/// The oscillation and the kick, over the central flow's path to the end.
fn from_start() -> Vec<Trial> {
    let (last, path) = (STEPS - 1, SPEED * (STEPS - 1) as f64);
    let tolerance = (trace(last).sqrt() + 2.0 * off(BEYOND_AT_FIRST)) / path;
    constant("tracks_central_flow", (tolerance, 0.0), |x| {
        let mut record = record();
        let map = record.samples[FIRST + 7].get_mut::<MapSample>().expect("a map");
        map.to_midpoint = Some(x * path);
        record
    })
}

/// The oscillation of the segment and twice what its midpoints average over, over its path.
fn in_segments() -> Vec<Trial> {
    let mut trials = vec![];
    for start in [FIRST, FIRST + SEGMENT] {
        let (last, path) = (start + SEGMENT - 1, SPEED * (SEGMENT - 1) as f64);
        let tolerance = (trace(last).sqrt() + 2.0 * off(BEYOND_EARLY)) / path;
        trials.extend(constant("tracks_in_segments", (tolerance, 0.0), |x| {
            let mut record = record();
            record.samples[start + 200].get_mut::<SegmentSample>().expect("a segment").to_map = x * path;
            record
        }));
    }
    trials
}
