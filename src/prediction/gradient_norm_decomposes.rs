//! The squared gradient norm is that of the central flow plus `tr(H Sigma H)` on average (Cohen et al. 2025; G13).

use super::window::{Moment, at_the_edge};
use super::{Finding, Judgement, Prediction, decomposition};
use crate::dynamics::Record;

/// `E |grad L(w_t)|^2 = |grad L(w(t))|^2 + tr(H Sigma H)`.
pub struct GradientNormDecomposes;

impl Prediction for GradientNormDecomposes {
    fn name(&self) -> &'static str {
        "gradient_norm_decomposes"
    }

    fn statement(&self) -> &'static str {
        "the time-averaged squared gradient norm is that of the central flow plus tr(H Sigma H)"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: it is that of the central flow plus tr(H Sigma H) / 2";
        Finding { claim: judge(self.statement(), record, 1.0), control: judge(control, record, 0.5) }
    }
}

fn judge(statement: &str, record: &Record, factor: f64) -> Judgement {
    decomposition::judge(
        statement,
        factor,
        at_the_edge(record),
        decomposition::Terms {
            measured: |m: &Moment<'_>| m.sample.discrete.gradient_square,
            base: |m: &Moment<'_>| m.central.gradient_square,
            oscillation: |m: &Moment<'_>| m.central.gradient_variance,
            coarse: |m: &Moment<'_>| m.companion.gradient_square + m.companion.gradient_variance,
            drift: |_: &Moment<'_>| 0.0,
        },
    )
}
