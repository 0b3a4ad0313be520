//! With one critical eigenvalue the complementarity problem gives the talk's sigma^2 (G7).

use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::{Record, SingleEigenvalue};

/// `sigma^2 = 2 <-grad L, grad S> / |grad S|^2`.
pub struct SingleCriticalEigenvalue;

impl Prediction for SingleCriticalEigenvalue {
    fn name(&self) -> &'static str {
        "single_critical_eigenvalue"
    }

    fn statement(&self) -> &'static str {
        "with one critical eigenvalue the complementarity problem gives sigma^2 = 2 <-grad L, grad S> / |grad S|^2"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: sigma^2 = <-grad L, grad S> / |grad S|^2, the factor 2 missing";
        Finding { claim: judge(self.statement(), record, 1.0), control: judge(control, record, 0.5) }
    }
}

/// All points of the central flow with exactly one critical eigenvalue and sigma^2 > 0.
pub(super) fn points(record: &Record) -> impl Iterator<Item = SingleEigenvalue> + '_ {
    let singles = record.samples.iter().filter_map(|s| s.central_flow.as_ref()?.single);
    singles.filter(|single| single.closed_form > 0.0)
}

/// Rounding of an inner product of p terms, `sqrt(p) eps` on average, amplified by its cancellation, `1 / cosine`;
/// ten of these are allowed.
pub(super) fn rounding(record: &Record, single: &SingleEigenvalue) -> f64 {
    10.0 * f64::EPSILON * (record.dim as f64).sqrt() / single.cosine
}

fn judge(statement: &str, record: &Record, factor: f64) -> Judgement {
    let excess = |s: &SingleEigenvalue| relative(s, factor) / rounding(record, s);
    let Some(worst) = points(record).max_by(|a, b| excess(a).total_cmp(&excess(b))) else {
        return Judgement::not_reached(
            statement,
            "the central flow never had exactly one critical eigenvalue",
        );
    };
    let values = Values {
        predicted: factor * worst.closed_form,
        measured: worst.solved,
        discrepancy: relative(&worst, factor),
        tolerance: rounding(record, &worst),
        numerical_error: 0.0,
    };
    let reason = "an identity: relative rounding of <grad L, grad S>, ten times sqrt(p) eps over the cosine between the two; \
                  shown for the worst point of the flow with one critical eigenvalue";
    Judgement::new(statement, values, reason)
}

fn relative(single: &SingleEigenvalue, factor: f64) -> f64 {
    let predicted = factor * single.closed_form;
    (single.solved - predicted).abs() / predicted
}
