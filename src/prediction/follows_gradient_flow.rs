//! Before the edge gradient descent follows gradient flow (talk; G3).

use super::window::edge;
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;

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

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: gradient descent follows gradient flow to the end of the run, at the edge too";
        Finding {
            claim: judge(self.statement(), record, edge(record)),
            control: judge(control, record, Some(record.samples.len().saturating_sub(1))),
        }
    }
}

/// The largest distance up to step `until`, over the path length there.
fn judge(statement: &str, record: &Record, until: Option<usize>) -> Judgement {
    let before = until
        .map(|until| &record.samples[..=until])
        .filter(|_| edge(record).is_some_and(|edge| edge >= FEWEST));
    let Some((samples, flow)) = before.and_then(|s| Some((s, s.last()?.gradient_flow.as_ref()?))) else {
        let reason =
            format!("the central flow did not enter the edge of stability, or within {FEWEST} steps");
        return Judgement::not_reached(statement, reason);
    };
    let edge = edge(record).expect("checked above");
    let distances = samples.iter().filter_map(|s| s.midpoint.as_ref()?.to_gradient_flow);
    let farthest = distances.fold(0.0_f64, f64::max);
    // The bound as it stands at the edge: the wrong theory, too, has the rate of the smooth phase to go by.
    let at_edge = record.samples[edge].gradient_flow.as_ref().map_or(f64::NAN, |f| f.euler_error / f.path);
    let values = Values {
        predicted: 0.0,
        measured: farthest / flow.path,
        discrepancy: farthest / flow.path,
        tolerance: at_edge,
        numerical_error: flow.error / flow.path,
    };
    let reason = "gradient descent is Euler's method with unit steps: its local errors (dv/dt)/2 telescope, so half the largest \
                  speed before the edge, relative to the path there, bounds the distance; the numerical error is the flow's own";
    Judgement::new(statement, values, reason)
}
