//! The oscillation is along the weights that the multiplier of the program says (D14: `diag Sigma = eta^2 diag Y / 2`).

use super::at_rest;
use crate::experiment::Record;
use crate::prediction::{
    Finding, Judgement, Prediction, Values,
    window::{Truncation, at_the_edge},
};
use crate::process::{ByWeight, Kind, segments, stationary_preconditioner};

/// `E (w_t - w*_t)_i^2` and `Y_ii` have the same direction, in natural coordinates.
pub struct OscillationByWeight;

impl Prediction for OscillationByWeight {
    fn name(&self) -> &'static str {
        "oscillation_by_weight"
    }

    fn statement(&self) -> &'static str {
        "by weight, in natural coordinates, the squares of the oscillation are those of the multiplier"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&segments::KIND, &stationary_preconditioner::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: they are the same for all weights";
        Finding {
            claim: judge(self.statement(), record, |found| found.cosine),
            control: judge(control, record, |found| found.uniform),
        }
    }
}

/// The sums over all of the time at rest, which the last point has.
fn judge(statement: &str, record: &Record, cosine: impl Fn(&ByWeight) -> f64) -> Judgement {
    let judged = at_rest(record).and_then(|points| Ok((points, at_the_edge(record)?)));
    let (points, moments) = match judged {
        Ok(judged) => judged,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let last = points.last().and_then(|point| Some((point.oscillation?, point.oscillation?.halves?)));
    let Some((found, halves)) = last else {
        return Judgement::not_reached(statement, "the state has not been at rest for long enough");
    };
    let truncation = 0.5 * Truncation::over(&moments).of_squares().powi(2);
    let values = Values {
        predicted: 1.0,
        measured: cosine(&found),
        discrepancy: 1.0 - cosine(&found),
        tolerance: (1.0 - halves) + truncation,
        numerical_error: 0.0,
    };
    let reason = "the cosine between sums over all steps since the state has come to rest. Allowed are what two halves of the time that take turns leave in the \
                  cosine between them, four times the part of chance in all of it, and half the square of the truncation of averages of squares";
    Judgement::new(statement, values, reason).with_parts(1.0 - halves, truncation).resolving(1.0)
}
