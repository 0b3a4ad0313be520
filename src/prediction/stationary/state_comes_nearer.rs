//! The state of RMSProp comes nearer to the stationary one (Cohen et al. 2025, part 3; P7).

use super::{at_rest, less_on_average, points};
use crate::experiment::Record;
use crate::prediction::{Finding, Judgement, Prediction};
use crate::process::{Kind, stationary_preconditioner};

/// `1 - cos(nu_t, nu)` is less at rest than when the run comes to the edge.
pub struct StateComesNearer;

impl Prediction for StateComesNearer {
    fn name(&self) -> &'static str {
        "state_comes_nearer"
    }

    fn statement(&self) -> &'static str {
        "at the edge the state comes nearer to the stationary one: 1 - cos(nu_t, nu) falls"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&stationary_preconditioner::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: it goes away from it";
        Finding { claim: judge(self.statement(), record, true), control: judge(control, record, false) }
    }
}

/// The first memories at the edge, with which others are compared.
const FIRST: f64 = 3.0;

/// The mean at rest over the mean in the first memories at the edge: less, or, as the control, not less.
fn judge(statement: &str, record: &Record, is_less: bool) -> Judgement {
    let late = match at_rest(record) {
        Ok(late) => late,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let early: Vec<f64> = points(record)
        .filter(|point| point.memories > 0.0 && point.memories <= FIRST)
        .map(|point| 1.0 - point.cosine)
        .collect();
    if early.is_empty() {
        return Judgement::not_reached(statement, "no point was looked at as the run came to the edge");
    }
    let late: Vec<f64> = late.iter().map(|point| 1.0 - point.cosine).collect();
    let before = vec![early.iter().sum::<f64>() / early.len() as f64; late.len()];
    let reason = "mean of 1 - cos since the state has come to rest over that of the first three memories at the edge: nearer means below \
                  1. The error is the 99 % interval of the later one";
    less_on_average((statement, is_less), (&late, &before), reason)
}
