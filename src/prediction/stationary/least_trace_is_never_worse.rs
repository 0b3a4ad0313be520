//! Without the gradient in the program its preconditioner is never worse (Cohen et al. 2025, part 3; D14 b).

use super::{less, points};
use crate::experiment::Record;
use crate::prediction::{Finding, Judgement, Prediction};
use crate::process::{Kind, StationarySample, stationary_preconditioner};

/// Both minimise over the same P: `tr P + q(P) <= tr P' + q(P')` and `tr P' <= tr P`, P' of least trace and `q = |grad L|^2 / eta^2` in the inverse, so that
/// `q(P) <= q(P')`: what comes out otherwise is a fault of the numerics.
pub struct LeastTraceIsNeverWorse;

impl Prediction for LeastTraceIsNeverWorse {
    fn name(&self) -> &'static str {
        "least_trace_is_never_worse"
    }

    fn statement(&self) -> &'static str {
        "in the inverse of the preconditioner of least trace |grad L|^2 is never less than in that of the stationary one"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&stationary_preconditioner::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: it is never more";
        Finding { claim: judge(self.statement(), record, false), control: judge(control, record, true) }
    }
}

fn judge(statement: &str, record: &Record, swapped: bool) -> Judgement {
    let ratio = |point: &StationarySample| {
        let StationarySample {
            decrease, least_trace_decrease, trace, least_trace, gap, least_trace_gap, ..
        } = point;
        let error = gap.abs() * (trace + decrease) + least_trace_gap.abs() * least_trace;
        match swapped {
            false => (decrease / least_trace_decrease, error / least_trace_decrease),
            true => (least_trace_decrease / decrease, error / decrease),
        }
    };
    let reason = "the largest ratio at any point. By the sum of the two inequalities it is at most 1 but for what either value is off by, by its bounds";
    less(statement, points(record).map(ratio), reason)
}
