//! After the edge gradient descent splits from gradient flow (talk; G3).

use crate::experiment::Record;
use crate::prediction::largest::largest;
use crate::prediction::window::edge;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{
    CentralSample, FlowSample, Kind, MidpointSample, central_flow, gradient_flow, midpoints,
};

/// After the edge the distance to gradient flow grows faster than the path; before it, slower.
pub struct SplitsFromGradientFlow;

/// The fewest steps before the edge: the distance and the path on entry are what the growth after it is measured by.
const FEWEST: usize = 10;

impl Prediction for SplitsFromGradientFlow {
    fn name(&self) -> &'static str {
        "splits_from_gradient_flow"
    }

    fn statement(&self) -> &'static str {
        "after the edge gradient descent splits from gradient flow: their distance grows faster than the path length"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &gradient_flow::KIND, &central_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: it splits from gradient flow before the edge already";
        match Split::of(record) {
            Ok(split) => Finding {
                claim: judge(self.statement(), &split.entry, &split.end),
                control: judge(control, &split.halfway, &split.entry),
            },
            Err(reason) => Finding {
                claim: Judgement::not_reached(self.statement(), &reason),
                control: Judgement::not_reached(control, &reason),
            },
        }
    }
}

/// The distance to gradient flow half-way to the edge, on entry, and at the end.
struct Split {
    halfway: Point,
    entry: Point,
    end: Point,
}

/// The distance to gradient flow at one step.
struct Point {
    distance: f64,
    /// Gradient flow's path length.
    path: f64,
    /// Gradient flow's error.
    error: f64,
    /// The largest `sqrt(tr Sigma)` at the steps before.
    oscillation: f64,
}

impl Split {
    fn of(record: &Record) -> Result<Self, String> {
        let edge = edge(record).ok_or("the central flow never entered the edge of stability")?;
        if edge < FEWEST {
            return Err(format!(
                "the run begins too near the edge: {edge} steps before it, {FEWEST} are needed"
            ));
        }
        let last = (edge + 1..record.samples.len()).rev().find_map(|step| {
            // What the theory itself says of this run: the distance of the central flow from gradient flow.
            Some((record.samples[step].get::<FlowSample>()?.to_central_flow?, Point::at(record, step)?))
        });
        let (Some(halfway), Some(entry), Some((predicted, end))) =
            (Point::at(record, edge / 2), Point::at(record, edge), last)
        else {
            return Err("gradient flow stopped before the edge, or too early after it".to_string());
        };
        if exponent(&entry, &Point { distance: predicted, ..end }) <= 1.0 {
            let reason = "by the end of the run the central flow has not split from gradient flow faster than the path grows";
            return Err(reason.to_string());
        }
        Ok(Self { halfway, entry, end })
    }
}

impl Point {
    fn at(record: &Record, step: usize) -> Option<Self> {
        let sample = &record.samples[step];
        let flow = sample.get::<FlowSample>()?;
        let distance = sample.get::<MidpointSample>()?.to_gradient_flow?;
        let central = record.samples[..step].iter().filter_map(|s| s.get::<CentralSample>());
        let oscillation = largest(central.map(|c| c.trace())).sqrt();
        let point = Self { distance, path: flow.path, error: flow.error, oscillation };
        (distance > 0.0 && flow.path > 0.0).then_some(point)
    }
}

/// `log(d_2 / d_1) / log(l_2 / l_1)`: the exponent of the distance d as a power of the path length l.
fn exponent(first: &Point, second: &Point) -> f64 {
    libm::log(second.distance / first.distance) / libm::log(second.path / first.path)
}

fn judge(statement: &str, first: &Point, second: &Point) -> Judgement {
    let exponent = exponent(first, second);
    let growth = libm::log(second.path / first.path);
    let error = (first.error / first.distance + second.error / second.distance) / growth;
    let above_zero = |x: f64| if x <= 0.0 { 0.0 } else { x };
    let values = Values {
        predicted: 1.0,
        measured: exponent,
        discrepancy: above_zero(1.0 - exponent),
        tolerance: second.oscillation / second.distance / growth,
        // An exponent above 1 is no shortfall, of which only the part of its error counts that could make it one.
        numerical_error: if exponent >= 1.0 { above_zero(1.0 - exponent + error) } else { error },
    };
    let reason = "exponent of the distance as a power of gradient flow's path length from the edge to the end (for the control: \
                  from half-way to the edge to the edge), which must exceed 1. It may fall short by what the oscillation does \
                  to the distance at the end, the largest sqrt(tr Sigma) until then over that distance, over the logarithm of the \
                  growth of the path: within it the theory does not say where gradient descent is. The numerical error is that \
                  of the flow";
    Judgement::new(statement, values, reason)
}
