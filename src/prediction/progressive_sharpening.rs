//! Before the edge the sharpness rises (Cohen et al. 2021; G2).

use super::average::{Average, FREEDOM, errors_allowed};
use super::window::edge;
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;

/// Progressive sharpening: `<-grad L, grad S> > 0` on average before the edge.
pub struct ProgressiveSharpening;

const FEWEST: usize = 10;

impl Prediction for ProgressiveSharpening {
    fn name(&self) -> &'static str {
        "progressive_sharpening"
    }

    fn statement(&self) -> &'static str {
        "before the edge the gradient step raises the sharpness: the mean of <-grad L, grad S> is positive"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the gradient step lowers the sharpness, <-grad L, grad S> is negative";
        Finding { claim: judge(self.statement(), record, 1.0), control: judge(control, record, -1.0) }
    }
}

/// The discrepancy is by how much the mean is on the other side of zero than `sign` says.
fn judge(statement: &str, record: &Record, sign: f64) -> Judgement {
    let Some(edge) = edge(record) else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let rates: Vec<f64> = record.samples[..edge]
        .iter()
        .filter_map(|s| s.midpoint.as_ref())
        .map(|m| record.learning_rate * record.learning_rate * m.sharpening)
        .collect();
    if rates.len() < FEWEST {
        return Judgement::not_reached(statement, format!("fewer than {FEWEST} steps before the edge"));
    }
    let average = Average::of(&rates);
    let interval = errors_allowed(1, FREEDOM) * average.standard_error;
    let values = Values {
        predicted: 0.0,
        measured: average.mean,
        discrepancy: (-sign * average.mean).max(0.0),
        tolerance: 0.0,
        numerical_error: if sign * average.mean > interval { 0.0 } else { interval },
    };
    let reason = "change of eta S a step, which must be positive, so the shortfall allowed is 0; a mean that is not beyond zero \
                  by its 99 % interval resolves nothing, so that interval stands for the error";
    Judgement::new(statement, values, reason)
}
