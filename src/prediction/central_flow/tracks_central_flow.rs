//! From `w_0` gradient descent tracks the central flow through the first blow-up (Cohen et al. 2025; G10).

use crate::experiment::Record;
use crate::prediction::largest::largest;
use crate::prediction::window::{FromStart, averaging, from_start};
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{Kind, MapSample, central_flow, gradient_flow, segments};

/// The distance of midpoints to the central map from `w_0` stays within the oscillation and the kick of the first blow-up,
/// to the end of the first segment.
pub struct TracksCentralFlow;

impl Prediction for TracksCentralFlow {
    fn name(&self) -> &'static str {
        "tracks_central_flow"
    }

    fn statement(&self) -> &'static str {
        "from w_0 on gradient descent tracks the central map: past the first blow-up their distance stays within its kick"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&gradient_flow::KIND, &central_flow::KIND, &segments::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: from w_0 on gradient descent tracks gradient flow";
        Finding {
            claim: judge(self.statement(), record, |m| m.map.to_midpoint),
            control: judge(control, record, |m| m.midpoint.to_gradient_flow),
        }
    }
}

/// The largest distance of the midpoints past the first blow-up, over the central flow's path length to the end.
fn judge(statement: &str, record: &Record, distance: impl Fn(&FromStart<'_>) -> Option<f64>) -> Judgement {
    let moments = match from_start(record) {
        Ok(moments) => moments,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    // A control may have become too stiff to go on: what it was until then counts.
    let distances: Vec<f64> = moments.iter().map_while(&distance).collect();
    if distances.is_empty() {
        return Judgement::not_reached(statement, "gradient flow stopped before the first segment");
    }
    let (first, last) = (moments[0], moments[moments.len() - 1]);
    let path = last.central.path;
    let farthest = largest(distances.iter().copied());
    let oscillation = largest(moments.iter().map(|m| m.map.trace)).sqrt();
    let entered = record.samples.iter().position(|s| s.get::<MapSample>().is_some_and(|map| map.trace > 0.0));
    let since = entered.unwrap_or(first.sample.step);
    let until = record.samples.iter().skip(since).take_while(|s| s.step <= last.sample.step);
    let kick = 2.0 * averaging(until);
    let values = Values {
        predicted: 0.0,
        measured: farthest / path,
        discrepancy: farthest / path,
        tolerance: (oscillation + kick) / path,
        numerical_error: 0.0,
    };
    let reason = format!(
        "largest distance past the transient of the first blow-up, from step {} to step {}, over the path length {path:.3}: {:.4} at first, {:.4} at the \
         end. Allowed is the size of the oscillation, the largest sqrt(tr Sigma) = {oscillation:.4}, and the kick, twice the largest \
         |y| / (eta |grad S|) = {:.4} since the map has come to the edge: so far is the point at which the sharpness is 2/eta. The map \
         has no error of integration; the central flow, with {} substeps, is {:.4} from it at the end, which is Euler's error from \
         before the edge",
        first.sample.step,
        last.sample.step,
        distances[0],
        distances[distances.len() - 1],
        0.5 * kick,
        record.substeps,
        last.map.distance.unwrap_or(f64::NAN),
    );
    Judgement::new(statement, values, reason).resolving(1.0)
}
