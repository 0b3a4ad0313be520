//! Before the edge the central map is the optimizer itself (G8: without critical eigenvalues Sigma is zero).

use crate::experiment::Record;
use crate::prediction::largest::largest;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{Kind, MapSample, MidpointSample, Sample, central_map, midpoints};

/// As long as Sigma is zero `m_t = w_t`: the clocks, the learning rates and the starting points of all are the same.
pub struct CentralMapIsDescent;

impl Prediction for CentralMapIsDescent {
    fn name(&self) -> &'static str {
        "central_map_is_descent"
    }

    fn statement(&self) -> &'static str {
        "before the edge the central map is the optimizer itself: the same start, the same step, the same time"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &central_map::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the central map is the optimizer one step before";
        Finding {
            claim: judge(self.statement(), record, |s| s.get::<MapSample>().map(|map| map.to_descent)),
            control: judge(control, record, |s| Some(s.discrete.step_length)),
        }
    }
}

fn judge(statement: &str, record: &Record, distance: impl Fn(&Sample) -> Option<f64>) -> Judgement {
    let before =
        record.samples.iter().take_while(|s| s.get::<MapSample>().is_some_and(|map| map.trace == 0.0));
    let before: Vec<&Sample> = before.collect();
    let distances: Vec<f64> = before.iter().skip(1).filter_map(|s| distance(s)).collect();
    if distances.is_empty() {
        return Judgement::not_reached(
            statement,
            "the central map is at the edge of stability from its start",
        );
    }
    let farthest = largest(distances.into_iter());
    let values = Values {
        predicted: 0.0,
        measured: farthest,
        discrepancy: farthest,
        tolerance: rounding(record, &before),
        numerical_error: 0.0,
    };
    let reason = "largest distance of the central map to gradient descent while its Sigma is zero; allowed is rounding, eps |w| a \
                  step, carried on by the largest factor |1 - eta lambda| of each step where that is above 1";
    let path: f64 = before.iter().map(|s| s.discrete.step_length).sum();
    Judgement::new(statement, values, reason).resolving(path)
}

/// Rounding of the weights at each step, carried along.
fn rounding(record: &Record, samples: &[&Sample]) -> f64 {
    let at_a_step = 4.0 * f64::EPSILON * record.largest_norm;
    samples.iter().fold(0.0, |error, s| {
        let sharpness = s.get::<MidpointSample>().and_then(|m| m.eigenvalues.first().copied()).unwrap_or(0.0);
        error * (sharpness - 1.0).abs().max(1.0) + at_a_step
    })
}
