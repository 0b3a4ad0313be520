//! The program of the stationary preconditioner is solved, at every point (D14).

use super::{less, points};
use crate::experiment::Record;
use crate::prediction::{Finding, Judgement, Prediction, largest::largest};
use crate::process::{Kind, StationarySample, stationary_preconditioner};

/// Bounds from either side meet, and `nu = g^2 + 2 nu diag Y` holds weight by weight.
pub struct OptimalityCertified;

impl Prediction for OptimalityCertified {
    fn name(&self) -> &'static str {
        "optimality_certified"
    }

    fn statement(&self) -> &'static str {
        "the convex program is solved: bounds from either side meet, and nu = g^2 + 2 nu diag Y by weight"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&stationary_preconditioner::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the multiplier is half as large";
        Finding {
            claim: judge(self.statement(), record, |point| point.stationarity),
            control: judge(control, record, |point| point.half_stationarity),
        }
    }
}

/// What the solver stops at, of the relative gap of the program and of stationarity, and by how much bounds are exceeded then.
const SOLVED: f64 = 1e-8;

/// The share of the trace of Y, at most `p / 2`, that its columns leave out.
const LEFT_OUT: f64 = 1e-8;

/// The point and the condition that are farthest beyond what they are allowed.
fn judge(statement: &str, record: &Record, stationarity: impl Fn(&StationarySample) -> f64) -> Judgement {
    let by_weight = SOLVED + LEFT_OUT * record.dim as f64;
    let ratio = |point: &StationarySample| {
        let others = [point.gap.abs(), point.least_trace_gap.abs(), point.infeasibility, point.excess];
        let worst = largest(others.into_iter()) / SOLVED;
        largest([worst, stationarity(point) / by_weight].into_iter())
    };
    let reason = "the largest of what is left of the conditions, over what the solver leaves by design: 1e-8 of what is minimised, of the \
                  bounds and of nu (it stops at 1e-10 and 1e-9), and 1e-8 of the trace of Y, which is p / 2 at most";
    less(statement, points(record).map(|point| (ratio(point), 0.0)), reason)
}
