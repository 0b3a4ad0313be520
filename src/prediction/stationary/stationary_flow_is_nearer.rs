//! The flow of a state that is always at rest follows the optimizer (D13).

use super::less_on_average;
use crate::experiment::Record;
use crate::prediction::{Finding, Judgement, Prediction};
use crate::process::{Kind, Sample, StationaryFlowSample, stationary_flow};

/// From where the state has come to rest midpoints are nearer to the stationary flow than to the flow whose preconditioner stays what it was there.
pub struct StationaryFlowIsNearer;

impl Prediction for StationaryFlowIsNearer {
    fn name(&self) -> &'static str {
        "stationary_flow_is_nearer"
    }

    fn statement(&self) -> &'static str {
        "once the state is at rest, midpoints are nearer to the stationary flow than to the flow with the preconditioner of the start"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&stationary_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: they are nearer to the flow with the preconditioner of the start";
        Finding { claim: judge(self.statement(), record, true), control: judge(control, record, false) }
    }
}

/// The fewest steps of the flow.
const SHORTEST: usize = 200;

/// The ratio of the mean distances over the second half of the flow's steps: less than 1, or, as the control, not less.
fn judge(statement: &str, record: &Record, is_less: bool) -> Judgement {
    let flows: Vec<&StationaryFlowSample> = record.samples.iter().filter_map(Sample::get).collect();
    if flows.len() < SHORTEST {
        let steps = flows.len();
        let reason = format!("the stationary flow has {steps} steps; {SHORTEST} are needed");
        return Judgement::not_reached(statement, reason);
    }
    let late = flows[flows.len() / 2..].iter().map(|flow| (flow.to_midpoint, flow.frozen));
    let (to_flow, to_frozen): (Vec<f64>, Vec<f64>) = late.unzip();
    let reason = "ratio of mean distances over the second half of the steps since the state has come to rest, where all start: nearer means below 1. The error is the \
                  99 % interval";
    less_on_average((statement, is_less), (&to_flow, &to_frozen), reason)
}
