//! Before the edge gradient descent follows gradient flow (talk; G3).

use crate::experiment::Record;
use crate::prediction::largest::largest;
use crate::prediction::window::edge;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{FlowSample, Kind, MidpointSample, central_flow, gradient_flow, midpoints};

/// Up to the edge the distance to gradient flow is what Euler's local errors add up to, small against the path.
pub struct FollowsGradientFlow;

/// The fewest steps before the edge over which the claim is judged.
const FEWEST: usize = 10;

impl Prediction for FollowsGradientFlow {
    fn name(&self) -> &'static str {
        "follows_gradient_flow"
    }

    fn statement(&self) -> &'static str {
        "before the edge gradient descent follows gradient flow: their distance over the path length is within Euler's error"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &gradient_flow::KIND, &central_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control =
            "WRONG: gradient descent follows gradient flow as far as it is integrated, at the edge too";
        let entered = edge(record).filter(|&edge| edge >= FEWEST);
        let last = record.samples.iter().rposition(|s| s.get::<FlowSample>().is_some()).unwrap_or(0);
        Finding {
            claim: judge(self.statement(), record, entered.map(|edge| (edge, edge))),
            control: judge(control, record, entered.map(|edge| (edge, last))),
        }
    }
}

/// The largest distance up to step `until`, over the path length there, against the bound as it stands at `edge`: the wrong
/// theory, too, has the rate of the smooth phase to go by.
fn judge(statement: &str, record: &Record, steps: Option<(usize, usize)>) -> Judgement {
    let Some((edge, until)) = steps else {
        let reason =
            format!("the central flow did not enter the edge of stability, or within {FEWEST} steps");
        return Judgement::not_reached(statement, reason);
    };
    let at = |step: usize| record.samples.get(step)?.get::<FlowSample>();
    let (Some(entering), Some(flow)) = (at(edge), at(until)) else {
        return Judgement::not_reached(statement, "gradient flow stopped before");
    };
    let midpoints = record.samples[..=until].iter().filter_map(|s| s.get::<MidpointSample>());
    let farthest = largest(midpoints.filter_map(|m| m.to_gradient_flow));
    let values = Values {
        predicted: 0.0,
        measured: farthest / flow.path,
        discrepancy: farthest / flow.path,
        tolerance: entering.euler_error / entering.path,
        numerical_error: flow.error / flow.path,
    };
    let reason = "gradient descent is Euler's method with unit steps: its local errors (dv/dt)/2 telescope, so half the largest \
                  speed before the edge, relative to the path there, bounds the distance; the numerical error is the flow's own";
    Judgement::new(statement, values, reason)
}
