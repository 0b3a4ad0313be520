//! The preconditioner of least trace is better than the longest stable step of gradient descent (Cohen et al. 2025, part 3; P7, D14 c).

use super::{less, points};
use crate::experiment::Record;
use crate::prediction::{Finding, Judgement, Prediction};
use crate::process::{Kind, StationarySample, stationary_preconditioner};

/// `|grad L|^2` in the inverse of P, by which the loss falls, is more than in that of `S / 2`, which is stable as well.
pub struct LeastTraceBeatsUniformSteps;

impl Prediction for LeastTraceBeatsUniformSteps {
    fn name(&self) -> &'static str {
        "least_trace_beats_uniform_steps"
    }

    fn statement(&self) -> &'static str {
        "at the edge the loss falls faster with the preconditioner of least trace than with the longest stable step for all weights"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&stationary_preconditioner::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: it falls more slowly";
        Finding { claim: judge(self.statement(), record, false), control: judge(control, record, true) }
    }
}

fn judge(statement: &str, record: &Record, swapped: bool) -> Judgement {
    let ratio = |point: &StationarySample| {
        let StationarySample { uniform_decrease, least_trace_decrease, .. } = point;
        let ratio = uniform_decrease / least_trace_decrease;
        if swapped { (1.0 / ratio, SOLVED / ratio) } else { (ratio, SOLVED * ratio) }
    };
    let reason = "the largest ratio at any point at the edge. P of least trace is known to the root of the gap of its program, 1e-10, 1e-4 with all \
                  of it in one weight";
    less(statement, points(record).filter(|point| point.memories > 0.0).map(ratio), reason)
}

/// What P is known to.
const SOLVED: f64 = 1e-4;
