//! What the reduction of curvature is good for: the optimizer against the ablated flow, which lacks it.

use super::average::{Average, FREEDOM, errors_allowed};
use super::{Finding, Judgement, Prediction, Values};
use crate::experiment::Record;
use crate::process::{AblatedSample, Kind, MidpointSample, Sample, ablated_flow, midpoints};

/// What the optimizer and the ablated flow have at a step: the mean of which is to be less.
pub type Terms = fn(&Sample, &MidpointSample, &AblatedSample) -> Option<(f64, f64)>;

/// The claim that in the end the first of the terms is less than the second; the control is that it is the other way round.
pub struct Ablation {
    /// The name in suite files.
    pub name: &'static str,
    /// The claim in one sentence.
    pub statement: &'static str,
    /// The control in one.
    pub control: &'static str,
    /// What is compared.
    pub terms: Terms,
}

impl Prediction for Ablation {
    fn name(&self) -> &'static str {
        self.name
    }

    fn statement(&self) -> &'static str {
        self.statement
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &ablated_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        Finding {
            claim: judge(self.statement, record, self.terms, false),
            control: judge(self.control, record, self.terms, true),
        }
    }
}

/// Judges whether the first of the terms is less than the second in the last quarter of the ablated flow's steps, of which there are to
/// be as many as a segment has at least; swapped it is the control.
fn judge(statement: &str, record: &Record, terms: Terms, swapped: bool) -> Judgement {
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
    let values = Values::less_than_one(ratio.mean, errors_allowed(1, FREEDOM) * ratio.standard_error);
    let reason = "ratio of means over the last quarter of the steps since the first segment began, where both started at the same \
                  midpoint: less means below 1. The error is the 99 % interval; half the substep moves the ratio by 1e-3 at most \
                  on the shipped runs, a tenth of it or less";
    Judgement::new(statement, values, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::Outcome;
    use crate::prediction::synthetic::truth::{self, FIRST, SEGMENT, STEPS};

    const LOSS: Terms = |_, midpoint, ablated| Some((midpoint.loss, ablated.loss));

    fn verdict(change: impl Fn(usize, &mut AblatedSample)) -> Outcome {
        let record = truth::with(|s| {
            let step = s.step;
            s.get_mut().into_iter().for_each(|ablated| change(step, ablated));
        });
        judge("claim", &record, LOSS, false).verdict
    }

    #[test]
    fn what_counts_is_the_end() {
        let quarter = STEPS - (STEPS - FIRST) / 4;
        let late = |step: usize| if step < quarter { 0.5 } else { 2.0 };
        assert_eq!(verdict(|step, ablated| ablated.loss = late(step)), Outcome::Holds);
        assert_eq!(verdict(|step, ablated| ablated.loss = 1.0 / late(step)), Outcome::Violated);
    }

    #[test]
    fn a_segment_is_needed() {
        for (steps, expected) in [(SEGMENT - 1, Outcome::NotReached), (SEGMENT, Outcome::Holds)] {
            let mut record = truth::record();
            record.samples[FIRST + steps..].iter_mut().for_each(Sample::remove::<AblatedSample>);
            assert_eq!(judge("claim", &record, LOSS, false).verdict, expected, "{steps} steps");
        }
    }
}
