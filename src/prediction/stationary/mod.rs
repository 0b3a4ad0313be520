//! The claims about the stationary preconditioner of RMSProp and Adam: their state comes to it, by the oscillation that it needs.

use super::average::{Average, FREEDOM, errors_allowed};
use super::largest::largest;
use super::{About, Group, Judgement, Values};
use crate::experiment::Record;
use crate::process::stationary_preconditioner::AT_REST;
use crate::process::{Sample, StationarySample};

mod least_trace_beats_uniform_steps;
mod least_trace_is_never_worse;
mod optimality_certified;
mod oscillation_by_weight;
mod oscillation_is_the_multiplier;
mod state_comes_nearer;
mod state_is_stationary;
mod stationary_flow_is_nearer;

/// In the order of the source.
pub(super) const GROUP: Group = Group {
    name: "stationary",
    meaning: "the preconditioner at which RMSProp comes to rest, by a convex program, whose multiplier is the oscillation",
    about: About::Roots,
    predictions: &[
        &optimality_certified::OptimalityCertified,
        &state_comes_nearer::StateComesNearer,
        &state_is_stationary::StateIsStationary,
        &oscillation_is_the_multiplier::OscillationIsTheMultiplier,
        &oscillation_by_weight::OscillationByWeight,
        &least_trace_is_never_worse::LeastTraceIsNeverWorse,
        &least_trace_beats_uniform_steps::LeastTraceBeatsUniformSteps,
        &stationary_flow_is_nearer::StationaryFlowIsNearer,
    ],
};

/// The fewest points over which an average is judged: two a batch.
const FEWEST: usize = 9;

/// All points of a run at which the program was solved.
fn points(record: &Record) -> impl Iterator<Item = &StationarySample> {
    record.samples.iter().filter_map(Sample::get)
}

/// Those at which the state has come to rest, or why there are too few.
fn at_rest(record: &Record) -> Result<Vec<&StationarySample>, String> {
    let points: Vec<_> = points(record).filter(|point| point.past <= AT_REST).collect();
    if points.len() < FEWEST {
        let found = points.len();
        return Err(format!(
            "the state has come to rest at {found} points that were looked at; {FEWEST} are needed"
        ));
    }
    Ok(points)
}

/// The claim that the first of two numbers is less than the second at the worst of some points, each with the numerical error of
/// their ratio.
fn less(statement: &str, ratios: impl Iterator<Item = (f64, f64)>, reason: &str) -> Judgement {
    let ratios: Vec<(f64, f64)> = ratios.collect();
    if ratios.is_empty() {
        return Judgement::not_reached(statement, "the program was not solved at any point");
    }
    let most = largest(ratios.iter().map(|&(ratio, _)| ratio));
    let error = largest(ratios.iter().map(|&(_, error)| error));
    Judgement::new(statement, Values::less_than_one(most, error), reason)
}

/// The claim that the first of two means over time is less than the second, or that it is not, with the interval of their ratio as the
/// error.
fn less_on_average(
    (statement, is_less): (&str, bool),
    (first, second): (&[f64], &[f64]),
    reason: &str,
) -> Judgement {
    let ratio = Average::ratio(first, second);
    let (measured, numerical_error) = (ratio.mean, errors_allowed(1, FREEDOM) * ratio.standard_error);
    let short = if measured > 1.0 { 0.0 } else { 1.0 - measured };
    let values = if is_less {
        Values::less_than_one(measured, numerical_error)
    } else {
        Values { predicted: 1.0, measured, discrepancy: short, tolerance: 0.0, numerical_error }
    };
    Judgement::new(statement, values, reason)
}
