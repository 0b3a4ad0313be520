//! At rest the state of RMSProp is the stationary one (Cohen et al. 2025, part 3; P7, D14 a).

use super::at_rest;
use crate::experiment::Record;
use crate::prediction::{
    Finding, Judgement, Prediction, Values,
    window::{Truncation, at_the_edge},
};
use crate::process::{Kind, StationarySample, segments, stationary_preconditioner};

/// `cos(nu_t, nu)` is 1 but for what nu_t fluctuates by; of a state that is the same for all weights, or of the gradient without an oscillation, it is not.
pub struct StateIsStationary;

impl Prediction for StateIsStationary {
    fn name(&self) -> &'static str {
        "state_is_stationary"
    }

    fn statement(&self) -> &'static str {
        "at rest the state is, by weight, the stationary one: the mean of cos(nu_t, nu) is 1"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&segments::KIND, &stationary_preconditioner::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: it is the same for all weights, or the square of the gradient without an oscillation, whichever is nearer";
        let nearer = |point: &StationarySample| {
            if point.uniform > point.without || point.uniform.is_nan() {
                point.uniform
            } else {
                point.without
            }
        };
        Finding {
            claim: judge(self.statement(), record, |point| point.cosine),
            control: judge(control, record, nearer),
        }
    }
}

fn judge(statement: &str, record: &Record, cosine: impl Fn(&StationarySample) -> f64) -> Judgement {
    let judged = at_rest(record).and_then(|points| Ok((points, at_the_edge(record)?)));
    let (points, moments) = match judged {
        Ok(judged) => judged,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let pairs: Vec<(f64, f64)> =
        points.iter().filter_map(|point| Some((cosine(point), 1.0 - point.before?))).collect();
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / pairs.len() as f64;
    let (measured, apart) = (mean(&mut pairs.iter().map(|p| p.0)), mean(&mut pairs.iter().map(|p| p.1)));
    let truncation = 0.5 * Truncation::over(&moments).of_squares().powi(2);
    let values = Values {
        predicted: 1.0,
        measured,
        discrepancy: 1.0 - measured,
        tolerance: apart + truncation,
        numerical_error: 0.0,
    };
    let reason = "relative errors of weights with the variance v leave v / 2 to a cosine of 1. Allowed are what two states three memories apart \
                  leave in the cosine between them, v of chance, and what the state moved meanwhile; and half the square of the truncation \
                  of averages of squares";
    Judgement::new(statement, values, reason).with_parts(apart, truncation).resolving(1.0)
}
