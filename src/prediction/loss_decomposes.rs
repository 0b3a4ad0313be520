//! The loss of gradient descent is that of the central flow plus `tr Sigma / eta` on average (talk; G12).

use super::window::{Moment, at_the_edge};
use super::{Finding, Judgement, Prediction, decomposition};
use crate::dynamics::Record;

/// `E L(w_t) = L(w(t)) + tr Sigma(t) / eta`.
pub struct LossDecomposes;

impl Prediction for LossDecomposes {
    fn name(&self) -> &'static str {
        "loss_decomposes"
    }

    fn statement(&self) -> &'static str {
        "the time-averaged loss is that of the central flow plus tr(Sigma) / eta"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the time-averaged loss is that of the central flow plus tr(Sigma) / (2 eta)";
        Finding { claim: judge(self.statement(), record, 1.0), control: judge(control, record, 0.5) }
    }
}

fn judge(statement: &str, record: &Record, factor: f64) -> Judgement {
    let eta = record.learning_rate;
    decomposition::judge(
        statement,
        factor,
        at_the_edge(record),
        decomposition::Terms {
            measured: |m: &Moment<'_>| m.sample.discrete.loss,
            base: |m: &Moment<'_>| m.central.loss,
            oscillation: |m: &Moment<'_>| m.central.trace() / eta,
            coarse: |m: &Moment<'_>| m.companion.loss + m.companion.trace / eta,
            drift: |m: &Moment<'_>| m.midpoint.loss - m.central.loss,
        },
    )
}
