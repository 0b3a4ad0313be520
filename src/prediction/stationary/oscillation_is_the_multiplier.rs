//! The oscillation is as large as the multiplier of the program says (D14: `Sigma = eta^2 Y / 2`).

use super::at_rest;
use crate::experiment::Record;
use crate::prediction::{
    Finding, Judgement, Prediction, Values,
    average::{Average, FREEDOM, errors_allowed},
    window::{Truncation, at_the_edge},
};
use crate::process::{Kind, segments, stationary_preconditioner};

/// `E|w_t - w*_t|^2 = eta^2 tr Y / 2`: nothing but where the state would come to rest says how large the oscillation is.
pub struct OscillationIsTheMultiplier;

impl Prediction for OscillationIsTheMultiplier {
    fn name(&self) -> &'static str {
        "oscillation_is_the_multiplier"
    }

    fn statement(&self) -> &'static str {
        "the oscillation is the multiplier of the convex program: E|w_t - w*_t|^2 is eta^2 tr Y / 2"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&segments::KIND, &stationary_preconditioner::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: it is eta^2 tr Y, the multiplier of H <= P";
        Finding { claim: judge(self.statement(), record, 1.0), control: judge(control, record, 2.0) }
    }
}

fn judge(statement: &str, record: &Record, predicted: f64) -> Judgement {
    let judged = at_rest(record).and_then(|points| Ok((points, at_the_edge(record)?)));
    let (points, moments) = match judged {
        Ok(judged) => judged,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let sizes =
        points.iter().filter_map(|point| Some((point.oscillation?.measured, point.oscillation?.predicted)));
    let (measured, multipliers): (Vec<f64>, Vec<f64>) = sizes.unzip();
    let ratio = Average::ratio(&measured, &multipliers);
    let (interval, truncation) =
        (errors_allowed(1, FREEDOM) * ratio.standard_error, Truncation::over(&moments).of_squares());
    let values = Values {
        predicted,
        measured: ratio.mean,
        discrepancy: (ratio.mean - predicted).abs(),
        tolerance: interval + truncation,
        numerical_error: 0.0,
    };
    let reason = "ratio of means over the points since the state has come to rest, each of the twenty steps before it. Allowed are its 99 % interval and \
                  the truncation of averages of squares; the program is solved to 1e-8";
    Judgement::new(statement, values, reason).with_parts(interval, truncation).resolving(1.0)
}
