//! A step of gradient descent is eta times the gradient (talk).

use crate::experiment::Record;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::Kind;

/// `|w_{t+1} - w_t| = eta |grad L(w_t)|`: the learning rate that acts is the one that the theory is given.
pub struct StepsByTheGradient;

impl Prediction for StepsByTheGradient {
    fn name(&self) -> &'static str {
        "steps_by_the_gradient"
    }

    fn statement(&self) -> &'static str {
        "each step is eta times the gradient: |w_{t+1} - w_t| / |grad L(w_t)| is eta"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: each step is 1.001 eta times the gradient";
        let eta = record.learning_rate;
        Finding { claim: judge(self.statement(), record, eta), control: judge(control, record, 1.001 * eta) }
    }
}

fn judge(statement: &str, record: &Record, predicted: f64) -> Judgement {
    let worst = record
        .samples
        .iter()
        .map(|s| {
            (
                s.discrete.step_length / s.discrete.gradient_square.sqrt(),
                rounding(record, s.discrete.step_length),
            )
        })
        .filter(|(ratio, rounding)| ratio.is_finite() && *rounding < MOST_ROUNDING)
        .max_by(|a, b| (a.0 - predicted).abs().total_cmp(&(b.0 - predicted).abs()));
    let Some((measured, rounding)) = worst else {
        return Judgement::not_reached(
            statement,
            "no step was long enough to be told from the rounding of the weights",
        );
    };
    let values = Values {
        predicted,
        measured,
        discrepancy: (measured - predicted).abs(),
        tolerance: rounding * predicted,
        numerical_error: 0.0,
    };
    let reason = "the step at which the ratio is farthest from the prediction; allowed is rounding: of p weights, each by half an ulp \
                  of its size, relative to the step, and of the two norms";
    Judgement::new(statement, values, reason).resolving(predicted)
}

/// Steps whose length is lost in rounding by more are not judged.
const MOST_ROUNDING: f64 = 1e-4;

/// Relative rounding of a step's length: `eps |w|` of the weights over the step, and of sums of p squares.
fn rounding(record: &Record, step_length: f64) -> f64 {
    f64::EPSILON * (record.largest_norm / step_length + record.dim as f64)
}
