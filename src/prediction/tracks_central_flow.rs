//! Gradient descent tracks the central flow to the end of the run (Cohen et al. 2025; G10).

use super::window::{at_the_edge, built_up, edge};
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;

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

/// The largest distance of the midpoints at the edge, over the central flow's path length to its end.
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
    // A run that starts at the edge has no distances yet: those of its first steps stand for them.
    let since_entry = edge(record).map_or(&[][..], |step| &record.samples[step..]);
    let entering = since_entry.iter().find_map(|s| {
        let resolution = s.companion.as_ref()?.distance;
        (resolution > 0.0).then_some((s.midpoint.as_ref()?.to_gradient_flow?, resolution))
    });
    let (perturbation, resolution) = entering.unwrap_or((f64::INFINITY, f64::INFINITY));
    let growth = (last.companion.distance / resolution).max(1.0);
    let lag = built_up(record).and_then(|step| record.samples[step].flows_apart).unwrap_or(f64::INFINITY);
    let flow_error = last.sample.gradient_flow.as_ref().map_or(0.0, |f| f.error);
    let values = Values {
        predicted: 0.0,
        measured: farthest / path,
        discrepancy: farthest / path,
        tolerance: (perturbation * growth + lag + oscillation) / path,
        numerical_error: if gradient_flow { flow_error } else { last.companion.distance } / path,
    };
    let reason = "largest distance at the edge over the central flow's path length. Allowed is what the theory neglects: the \
                  distance with which gradient descent, being Euler's method with unit steps, arrives at the edge (to \
                  gradient flow, the theories being one until there), times the growth of such a perturbation since then as \
                  the companion shows it; that gradient descent follows gradient flow until its oscillation has built up (the \
                  distance of the two flows then); and the oscillation's own size, the largest sqrt(tr Sigma). The numerical \
                  error is the distance to the companion flow with twice the substep";
    Judgement::new(statement, values, reason)
}
