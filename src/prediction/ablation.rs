//! What the reduction of curvature is good for: the optimizer against the ablated flow, which lacks it.

use super::average::{Average, FREEDOM, errors_allowed};
use super::{Judgement, Values};
use crate::experiment::Record;
use crate::process::{AblatedSample, MidpointSample, Sample};

/// What the optimizer and the ablated flow have at a step: the mean of which is to be less.
pub type Terms = fn(&Sample, &MidpointSample, &AblatedSample) -> Option<(f64, f64)>;

/// Judges whether the first of the terms is less than the second in the last quarter of the ablated flow's steps, of which there are to
/// be as many as a segment has at least; swapped it is the control.
pub fn judge(statement: &str, record: &Record, terms: Terms, swapped: bool) -> Judgement {
    let both = |s: &Sample| terms(s, s.get()?, s.get()?);
    let pairs: Vec<(f64, f64)> = record.samples.iter().filter_map(both).collect();
    if pairs.len() < record.segment {
        let steps = pairs.len();
        let reason = format!(
            "the ablated flow has {steps} steps to be compared; a segment, {}, is needed",
            record.segment
        );
        return Judgement::not_reached(statement, reason);
    }
    let late = pairs[pairs.len() - pairs.len() / 4..].iter();
    let pairs = late.map(|&(first, second)| if swapped { (second, first) } else { (first, second) });
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let ratio = Average::ratio(&first, &second);
    let values = Values {
        predicted: 0.0,
        measured: ratio.mean,
        discrepancy: ratio.mean,
        tolerance: 1.0,
        numerical_error: errors_allowed(1, FREEDOM) * ratio.standard_error,
    };
    let reason = "ratio of means over the last quarter of the steps since the first segment began, where both started at the same \
                  midpoint: less means below 1. The error is the 99 % interval; those of integration are the central flow's, \
                  thousandths of the path";
    Judgement::new(statement, values, reason)
}
