//! With one critical eigenvalue the complementarity problem gives the talk's sigma^2 (G7).

use crate::dynamics::SingleEigenvalue;
use crate::experiment::Record;
use crate::prediction::worst::worst;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{CentralSample, Kind, central_flow};

/// `sigma^2 = 2 <-grad L, grad S> / |grad S|^2`.
pub struct SingleCriticalEigenvalue;

impl Prediction for SingleCriticalEigenvalue {
    fn name(&self) -> &'static str {
        "single_critical_eigenvalue"
    }

    fn statement(&self) -> &'static str {
        "with one critical eigenvalue the complementarity problem gives sigma^2 = 2 <-grad L, grad S> / |grad S|^2, or what a \
         preconditioner with a state makes of it"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&central_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: sigma^2 is half of that, the factor 2 missing";
        Finding { claim: judge(self.statement(), record, 1.0), control: judge(control, record, 0.5) }
    }
}

/// All points of the central flow with exactly one critical eigenvalue and sigma^2 > 0.
pub(super) fn points(record: &Record) -> impl Iterator<Item = SingleEigenvalue> + '_ {
    let singles = record.samples.iter().filter_map(|s| s.get::<CentralSample>()?.single);
    // Not `> 0`: a NaN is a point too.
    singles.filter(|single| single.closed_form != 0.0)
}

/// Rounding of an inner product of p terms relative to the lengths of the two vectors, `sqrt(p) eps` on average. It is not
/// relative to the product: where the vectors are nearly orthogonal the terms cancel, and the identities judge by lengths.
pub(super) fn rounding(record: &Record) -> f64 {
    f64::EPSILON * (record.dim as f64).sqrt()
}

/// Roundings that an identity allows.
pub(super) const ALLOWED: f64 = 10.0;

fn judge(statement: &str, record: &Record, factor: f64) -> Judgement {
    let at = |single: SingleEigenvalue| Values {
        predicted: factor * single.closed_form,
        measured: single.solved,
        discrepancy: (single.solved - factor * single.closed_form).abs() / unit(&single),
        tolerance: ALLOWED * rounding(record),
        numerical_error: rounding(record),
    };
    let Some(values) = worst(points(record).map(at)) else {
        return Judgement::not_reached(
            statement,
            "the central flow never had exactly one critical eigenvalue",
        );
    };
    let reason = "an identity: the difference in units of 2 |grad L| / |grad S|, the largest that sigma^2 can be; allowed are ten \
                  times, and numerical is once, the rounding of <grad L, grad S>, sqrt(p) eps of the two lengths; shown for \
                  the worst point of the flow with one critical eigenvalue";
    Judgement::new(statement, values, reason)
}

/// `2 |grad L| / |grad S|`, which is sigma^2 over the cosine between the two.
fn unit(single: &SingleEigenvalue) -> f64 {
    single.closed_form / single.cosine
}
