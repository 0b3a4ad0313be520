//! At the edge a step is as long as curvature allows: the ablated flow, which is sharper, takes smaller ones (Cohen et al. 2025, part 2, acceleration via regularization; R6, D13).

use crate::experiment::Record;
use crate::prediction::ablation::{Terms, judge};
use crate::prediction::{Finding, Prediction};
use crate::process::{Kind, ablated_flow, midpoints};

/// At the edge a step is as long as curvature allows: the ablated flow, which is sharper, takes smaller ones.
pub struct StepsGrowByFlatness;

const TERMS: Terms = |_, _, ablated| Some((ablated.mean_step, ablated.mean_step_of_descent));

impl Prediction for StepsGrowByFlatness {
    fn name(&self) -> &'static str {
        "steps_grow_by_flatness"
    }

    fn statement(&self) -> &'static str {
        "the mean step over the weights is longer than along the ablated flow"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &ablated_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: without its reduction of curvature the flow takes longer steps";
        Finding {
            claim: judge(self.statement(), record, TERMS, false),
            control: judge(control, record, TERMS, true),
        }
    }
}
