//! The loss never increases along the central flow (talk; G9).

use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;

/// `dL/dt <= 0` along the central flow, while the loss of gradient descent goes up and down.
pub struct CentralFlowDescends;

/// A loss is a sum of terms, each rounded: relative rounding of a mean of up to 1e4 of them.
const ROUNDING: f64 = 1e4 * f64::EPSILON;

impl Prediction for CentralFlowDescends {
    fn name(&self) -> &'static str {
        "central_flow_descends"
    }

    fn statement(&self) -> &'static str {
        "the loss never increases along the central flow"
    }

    fn judge(&self, record: &Record) -> Finding {
        let flow = record.samples.iter().rev().find_map(|s| s.central_flow.as_ref()).map(|c| c.loss_increase);
        let losses: Vec<f64> = record.samples.iter().map(|s| s.discrete.loss).collect();
        let descent =
            losses.windows(2).map(|l| (l[1] - l[0]) / l[0].abs().max(f64::MIN_POSITIVE)).reduce(f64::max);
        let control = "WRONG: the loss never increases along gradient descent";
        Finding {
            claim: judge(self.statement(), record, flow),
            control: judge(control, record, descent.map(|increase| increase.max(0.0))),
        }
    }
}

fn judge(statement: &str, record: &Record, increase: Option<f64>) -> Judgement {
    let Some(increase) = increase.filter(|_| super::window::edge(record).is_some()) else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let values = Values {
        predicted: 0.0,
        measured: increase,
        discrepancy: increase,
        tolerance: ROUNDING,
        numerical_error: 0.0,
    };
    let reason =
        "the largest relative increase of the loss in one (sub)step; only rounding of a mean is allowed";
    Judgement::new(statement, values, reason)
}
