//! Gradient descent tracks the central flow to the end of the run (Cohen et al. 2025; G10).

use super::window::{at_the_edge, edge};
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::{Record, Sample};

/// The distance of midpoints to the central flow stays within what the theory neglects, while gradient flow's grows.
pub struct TracksCentralFlow;

impl Prediction for TracksCentralFlow {
    fn name(&self) -> &'static str {
        "tracks_central_flow"
    }

    fn statement(&self) -> &'static str {
        "gradient descent tracks the central flow to the end: their distance stays small against the path length"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: gradient descent tracks gradient flow to the end";
        Finding { claim: judge(self.statement(), record, false), control: judge(control, record, true) }
    }
}

/// The largest distance at the edge, over the length of the path of the midpoints to its end.
fn judge(statement: &str, record: &Record, gradient_flow: bool) -> Judgement {
    let moments = match at_the_edge(record) {
        Ok(moments) => moments,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let distances: Option<Vec<f64>> = moments
        .iter()
        .map(|m| if gradient_flow { m.midpoint.to_gradient_flow } else { m.midpoint.to_central_flow })
        .collect();
    let Some(distances) = distances else {
        return Judgement::not_reached(statement, "gradient flow stopped before the end of the run");
    };
    let last = moments.last().expect("the window is not empty");
    let path = last.central.path;
    let farthest = distances.into_iter().fold(0.0, f64::max);
    let oscillation = moments.iter().map(|m| m.central.trace()).fold(0.0, f64::max).sqrt();
    let companion = |sample: &Sample| sample.companion.as_ref().map(|c| c.distance);
    let at_entry = edge(record).and_then(|entry| companion(&record.samples[entry])).unwrap_or(f64::INFINITY);
    let growth = (last.companion.distance / at_entry).max(1.0);
    let flow_error = last.sample.gradient_flow.as_ref().map_or(0.0, |f| f.error);
    let values = Values {
        predicted: 0.0,
        measured: farthest / path,
        discrepancy: farthest / path,
        tolerance: (last.central.euler_error * growth + oscillation) / path,
        numerical_error: if gradient_flow { flow_error } else { last.companion.distance } / path,
    };
    let reason = "largest distance at the edge over the central flow's path length; allowed is what the theory neglects: \
                  gradient descent being Euler's method with unit steps, half the largest speed along the central flow (its \
                  local errors telescope) times the growth of a perturbation since the edge, as measured by the companion, and the oscillation's own size, the largest sqrt(tr Sigma); the numerical error is the distance to the \
                  companion flow with twice the substep";
    Judgement::new(statement, values, reason)
}
