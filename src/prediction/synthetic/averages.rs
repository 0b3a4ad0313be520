//! Claims about averages: series that are exactly a multiple of what the theory says, and such series with noise.

use super::trial::{Trial, constant};
use super::truth::{
    BEYOND, BY_COORDINATE, DIM, ETA, FIRST, RATE, RESIDUAL, REST, RISE, SEGMENT, SHARES, SHIFT, STATE, STEPS,
    displacements, record, trace, with,
};
use crate::experiment::Record;
use crate::numeric::random::Stream;
use crate::prediction::Outcome;
use crate::process::{MidpointSample, OutputsSample, Sample, SegmentSample};

/// A claim about an average: measured is the ratio of means of `a_t` and `b_t`.
pub struct Claim {
    /// The prediction.
    pub name: &'static str,
    /// The ratio that the theory predicts.
    pub predicted: f64,
    /// The orders of what the theory neglects.
    pub truncation: f64,
    /// The numerical error.
    pub error: f64,
    /// The steps at which the ratio is measured.
    pub steps: Vec<usize>,
    /// `b_t`.
    pub size: fn(usize) -> f64,
    /// Makes `a_t` what it is told, given `a_t` and `b_t`.
    pub set: fn(&mut Sample, f64, f64),
    /// Student's two-sided quantile at 99 % for all comparisons together, seven degrees of freedom: from tables.
    pub quantile: f64,
}

/// All steps of segments but the first twenty of each.
pub fn window() -> Vec<usize> {
    (FIRST..STEPS).filter(|step| (step - FIRST) % SEGMENT >= 20).collect()
}

/// `E x^4 / (E x^2)^2` of an oscillation whose square is a multiple of `tr Sigma`.
fn kurtosis(steps: &[usize]) -> f64 {
    let sum = |power: i32| steps.iter().map(|&step| trace(step).powi(power)).sum::<f64>();
    steps.len() as f64 * sum(2) / sum(1).powi(2)
}

/// `rho^2 / (2 r)`.
const LAG: f64 = RATE * RATE / (2.0 * RISE);

/// `E x^2 y^2 / E x^2` for the same y everywhere.
const CYCLE: f64 = BEYOND * BEYOND;

/// `E y^2`.
const SWING: f64 = BEYOND * BEYOND;

/// Sigma's entries are of fourth degree and lower in the eigenvectors: ten residuals.
const PAIRS: f64 = 10.0 * RESIDUAL;

/// Of averages of squares.
pub fn squares(steps: &[usize]) -> f64 {
    CYCLE + kurtosis(steps) * REST.force + RATE + LAG
}

fn time(step: usize) -> f64 {
    ((step - FIRST) % SEGMENT) as f64
}

/// All of them.
pub fn claims() -> Vec<Claim> {
    let all = window();
    let after: Vec<usize> = all[1..].to_vec();
    let of = |name, steps: &[usize], size, set| Claim {
        name,
        predicted: 1.0,
        truncation: squares(steps),
        error: PAIRS,
        steps: steps.to_vec(),
        size,
        set,
        quantile: 3.499,
    };
    let measured: Vec<usize> = all.iter().copied().filter(|step| (step - FIRST).is_multiple_of(5)).collect();
    vec![
        of("oscillation_size", &all, trace, |s, a, _| {
            s.get_mut::<MidpointSample>().expect("a midpoint").displacement_square = a;
        }),
        of(
            "loss_decomposes",
            &all,
            |step| trace(step) / ETA,
            |s, a, _| s.discrete.loss = s.get::<SegmentSample>().expect("a segment").map.loss + a,
        ),
        Claim {
            truncation: squares(&all) + kurtosis(&all) * REST.gradient + REST.decay,
            ..of(
                "gradient_norm_decomposes",
                &all,
                |step| trace(step) * 4.0 / (ETA * ETA),
                |s, a, _| {
                    s.discrete.gradient_square =
                        s.get::<SegmentSample>().expect("a segment").map.gradient_square + a;
                },
            )
        },
        Claim {
            truncation: squares(&all) + kurtosis(&all) * REST.gradient + REST.decay,
            ..of("outputs_average", &all, trace, |s, a, _| {
                s.get_mut::<OutputsSample>().expect("outputs").excess = Some(a);
            })
        },
        of(
            "state_follows_squares",
            &all,
            |_| STATE,
            |s, a, _| {
                let segment = s.get_mut::<SegmentSample>().expect("a segment");
                segment.state.as_mut().expect("a state").size = a;
            },
        ),
        Claim {
            quantile: 4.029,
            ..of("oscillation_variances", &after, |step| SHARES[0] * trace(step), along::<0>)
        },
        Claim {
            quantile: 4.029,
            ..of("oscillation_variances", &after, |step| SHARES[1] * trace(step), along::<1>)
        },
        Claim {
            predicted: 0.0,
            ..of(
                "oscillation_correlations",
                &after,
                |step| (SHARES[0] * SHARES[1]).sqrt() * trace(step),
                |s, a, b| {
                    let x = displacements(s.step, [1.0, a / b]);
                    s.get_mut::<SegmentSample>().expect("a segment").map.oscillation = x;
                },
            )
        },
        Claim {
            predicted: 2.0,
            truncation: 0.5 * SWING + CYCLE + kurtosis(&all) * REST.curvature + 0.5 * RATE,
            error: 2.0 * RESIDUAL * RESIDUAL,
            ..of("sharpness_equilibrates", &measured, trace, |s, a, b| {
                s.get_mut::<SegmentSample>().expect("a segment").curvature = vec![a / b; 2];
            })
        },
        // The same, in units of the shift: 1 and (2 - c) / SHIFT.
        Claim {
            truncation: (0.5 * SWING + CYCLE + kurtosis(&all) * REST.curvature + 0.5 * RATE) / SHIFT,
            error: 2.0 * RESIDUAL * RESIDUAL / SHIFT,
            ..of(
                "decay_shifts_the_edge",
                &measured,
                |step| SHIFT * trace(step),
                |s, a, b| {
                    let curvature = 2.0 - SHIFT * (a / b - 1.0);
                    s.get_mut::<SegmentSample>().expect("a segment").curvature = vec![curvature; 2];
                },
            )
        },
    ]
}

/// The pace is a slope: `ahead` grows by so much a step; noise that changes its sign with each step leaves the means of
/// quarters alone, and its size is the scatter around the line.
fn pace() -> Vec<Trial> {
    let steps: Vec<usize> =
        window().into_iter().filter(|&step| time(step) >= 0.25 * SEGMENT as f64).collect();
    let truncation = SWING + kurtosis(&window()) * REST.pace + LAG;
    let error = PAIRS / (DIM as f64).sqrt();
    let with = |slope: f64, noise: f64| {
        let mut record = record();
        for &step in &steps {
            let sign = if step % 2 == 0 { 1.0 } else { -1.0 };
            let segment = record.samples[step].get_mut::<SegmentSample>().expect("a segment");
            segment.ahead = slope * time(step) + sign * noise;
        }
        record
    };
    let mut trials = vec![];
    for sign in [1.0, -1.0] {
        trials.extend(constant("keeps_pace", (truncation, error), |x| with(sign * x, 0.0)));
        // Over half a segment, each of the two quarters known to the noise, in two segments: 2 noise / SEGMENT.
        let noise = truncation / 3.499 * SEGMENT as f64 / 2.0;
        let tolerance = 2.0 * truncation;
        for (x, outcome) in
            [(0.95 * tolerance - error, Outcome::Holds), (1.05 * tolerance + error, Outcome::Violated)]
        {
            trials.push(Trial::new(
                "keeps_pace",
                &format!("noise and {}", sign * x),
                with(sign * x, noise),
                outcome,
            ));
        }
    }
    trials
}

fn along<const I: usize>(sample: &mut Sample, a: f64, _: f64) {
    sample.get_mut::<SegmentSample>().expect("a segment").map.oscillation[I] = a.sqrt();
}

impl Claim {
    /// The record on which the ratio is exactly `ratio`; in the mean, with noise.
    pub fn record(&self, ratio: f64, noise: &[f64]) -> Record {
        let mut record = record();
        for (&step, noise) in self.steps.iter().zip(noise) {
            let b = (self.size)(step);
            (self.set)(&mut record.samples[step], ratio * b + noise, b);
        }
        record
    }

    fn silence(&self) -> Vec<f64> {
        vec![0.0; self.steps.len()]
    }

    /// White noise of mean zero, `level` times the mean of `b_t`, and the standard error of the ratio that it makes.
    pub fn noise(&self, level: f64, seed: u64) -> (Vec<f64>, f64) {
        let sizes: Vec<f64> = self.steps.iter().map(|&step| (self.size)(step)).collect();
        let mut noise = Stream::new(seed, "synthetic").normals(sizes.len());
        let mean = hann(&noise);
        noise.iter_mut().for_each(|noise| *noise = (*noise - mean) * level * hann(&sizes));
        let error = standard_error(&noise) / hann(&sizes);
        (noise, error)
    }
}

/// The mean with Hann's weights, `2 sin^2(pi (i + 1/2) / n)`.
fn hann(series: &[f64]) -> f64 {
    let n = series.len() as f64;
    let weight = |i: usize| 2.0 * libm::sin(std::f64::consts::PI * (i as f64 + 0.5) / n).powi(2);
    series.iter().enumerate().map(|(i, x)| weight(i) * x).sum::<f64>() / n
}

/// From eight batches that overlap by half, neighbours correlated by 1/6: the variance of their means, which that makes
/// smaller by `2/6/8`, times a batch's share of the series.
fn standard_error(series: &[f64]) -> f64 {
    let length = 2 * series.len() / 9;
    let means: Vec<f64> = (0..8)
        .map(|i| i * (series.len() - length) / 7)
        .map(|from| hann(&series[from..from + length]))
        .collect();
    let mean = means.iter().sum::<f64>() / 8.0;
    let variance = means.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 7.0;
    (variance / (1.0 - 2.0 / 6.0 / 8.0) * length as f64 / series.len() as f64).sqrt()
}

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![];
    for claim in claims() {
        for sign in [1.0, -1.0] {
            trials.extend(constant(claim.name, (claim.truncation, claim.error), |x| {
                claim.record(claim.predicted + sign * x, &claim.silence())
            }));
            trials.extend(noisy(&claim, sign));
        }
    }
    trials.extend(pace());
    trials.extend(nearer());
    trials.extend(unsustained());
    trials.extend(by_coordinate());
    trials
}

/// What the halves of a segment differ by, and half the square of the truncation of squares.
fn by_coordinate() -> Vec<Trial> {
    let tolerance = 1.0 - BY_COORDINATE.halves + 0.5 * squares(&window()).powi(2);
    constant("squares_by_coordinate", (tolerance, 0.0), |x| {
        with(|s| {
            let state = s.get_mut::<SegmentSample>().and_then(|segment| segment.state.as_mut());
            let found = state.and_then(|state| state.by_coordinate.as_mut());
            found.into_iter().for_each(|found| found.predicted = 1.0 - x);
        })
    })
}

/// Noise whose interval is about as large as the truncation.
fn noisy(claim: &Claim, sign: f64) -> Vec<Trial> {
    let level = claim.truncation / claim.noise(1.0, 1).1 / claim.quantile;
    let (noise, error) = claim.noise(level, 1);
    let tolerance = claim.quantile * error + claim.truncation;
    let trial = |x: f64, outcome| {
        let record = claim.record(claim.predicted + sign * x, &noise);
        Trial::new(claim.name, &format!("noise of {level} and {}", sign * x), record, outcome)
    };
    vec![
        trial(0.95 * tolerance - claim.error, Outcome::Holds),
        trial(1.05 * tolerance + claim.error, Outcome::Violated),
    ]
}

/// An oscillation that dies away, or comes back, by a factor of 2,000 in three quarters of the window has no average; one that
/// changes by a factor of 500 has, though it is known badly.
fn unsustained() -> Vec<Trial> {
    const NAMES: [&str; 4] =
        ["oscillation_size", "loss_decomposes", "gradient_norm_decomposes", "nearer_than_gradient_flow"];
    let changed = |factor: f64| {
        let mut record = record();
        let rate = libm::log(factor) / (0.75 * (STEPS - FIRST) as f64);
        for sample in &mut record.samples[FIRST..] {
            let size = libm::exp(rate * (sample.step - FIRST) as f64);
            sample.get_mut::<MidpointSample>().expect("a midpoint").displacement_square *= size;
        }
        record
    };
    let mut trials = vec![Trial::new("oscillation_size", "factor 500", changed(500.0), Outcome::Unresolved)];
    for factor in [2e3, 5e-4, 0.0] {
        let trial =
            |name| Trial::new(name, &format!("factor {factor}"), changed(factor), Outcome::NotReached);
        trials.extend(NAMES.map(trial));
    }
    trials
}

/// The ratio of distances and its interval, one half each, stay below 1.
fn nearer() -> Vec<Trial> {
    let steps: Vec<usize> = (FIRST..STEPS).filter(|&step| time(step) >= 0.5 * SEGMENT as f64).collect();
    let distances = Claim {
        name: "nearer_than_gradient_flow",
        predicted: 0.0,
        truncation: 0.0,
        error: 0.0,
        steps,
        size: |step| 0.005 * time(step),
        set: |s, a, _| s.get_mut::<SegmentSample>().expect("a segment").to_map = a,
        quantile: 3.499,
    };
    let level = 0.5 / distances.noise(1.0, 2).1 / distances.quantile;
    let (noise, error) = distances.noise(level, 2);
    let interval = distances.quantile * error;
    let trial = |most: f64, outcome| {
        Trial::new(distances.name, "noise", distances.record(most - interval, &noise), outcome)
    };
    vec![trial(0.95, Outcome::Holds), trial(1.05, Outcome::Violated)]
}
