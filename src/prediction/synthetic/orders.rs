//! Claims about orders and closed forms, measured by probes.

use std::f64::consts::LOG2_E;

use super::trial::{Allowed, Trial, constant};
use super::truth::{halvings, record};
use crate::experiment::Record;

/// The changes of the local order in the last halving and in the one before.
const CHANGES: [f64; 2] = [0.02, 0.04];

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![];
    for sign in [1.0, -1.0] {
        trials.extend(expansion(sign));
        trials.extend(euler_term(sign));
        // 1e-6 of the largest coordinate, 1; the numerical error is what the probe says, 1e-7.
        trials.extend(constant("quadratic_modes", (1e-6, 1e-7), |x| {
            changed(|r| r.probes.quadratic_models[0].modes[0].coordinates[7] += sign * x)
        }));
    }
    // Of a mode that grows, 1.5^20 is the largest coordinate.
    let largest = 1.5_f64.powi(20);
    trials.extend(constant("quadratic_modes", (1e-6 * largest, 1e-7), |x| {
        changed(|r| r.probes.quadratic_models[0].modes[1].coordinates[3] += x)
    }));
    trials
}

/// The local order is `3 + c x + d x^2`, of which the changes a and b leave `5/3 |a| + 1/3 |b|` at most; twice that is
/// allowed, and 0.001. Rounding is 1/2000 of each of the two errors that the order is made of.
fn expansion(sign: f64) -> Vec<Trial> {
    let tolerance = 2.0 * (5.0 / 3.0 * CHANGES[0] + 1.0 / 3.0 * CHANGES[1]) + 1e-3;
    let rounding = 2.0 * 5e-4 * LOG2_E;
    constant("third_order_expansion", (tolerance, rounding), |x| {
        let last = 3.0 + sign * x;
        let before = last - CHANGES[0];
        let errors = halvings(1.0, &[3.0, before - CHANGES[1], before, last]);
        changed(|r| {
            let found = &mut r.probes.expansions[0];
            found.floor = errors.iter().map(|error| 5e-4 * error).collect();
            found.error = errors.clone();
        })
    })
}

/// The order is off by what it changes in a halving; twice that is allowed, and 0.001. The error of both distances counts.
fn euler_term(sign: f64) -> Vec<Trial> {
    const CHANGE: f64 = 0.05;
    let errors = move |x: f64| halvings(1.0, &[2.0 + sign * x - CHANGE, 2.0 + sign * x]);
    let rounding = move |x: f64| {
        let errors = errors(x);
        LOG2_E * 1e-4 * (1.0 / errors[1] + 1.0 / errors[2])
    };
    Allowed(|_| 2.0 * CHANGE + 1e-3, rounding).trials("euler_term", "order off by", |x| {
        changed(|r| (r.probes.euler_drifts[0].rest, r.probes.euler_drifts[0].error) = (errors(x), 1e-4))
    })
}

fn changed(change: impl Fn(&mut Record)) -> Record {
    let mut record = record();
    change(&mut record);
    record
}
