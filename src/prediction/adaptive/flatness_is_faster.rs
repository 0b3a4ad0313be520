//! The reduction of curvature, by the longer steps that it allows, makes the loss fall faster: the ablated flow is behind (Cohen et al. 2025, part 2, acceleration via regularization; R6, D13).

use crate::experiment::Record;
use crate::prediction::ablation::{Terms, judge};
use crate::prediction::{Finding, Prediction};
use crate::process::{Kind, ablated_flow, midpoints};

/// The reduction of curvature, by the longer steps that it allows, makes the loss fall faster: the ablated flow is behind.
pub struct FlatnessIsFaster;

const TERMS: Terms = |_, midpoint, ablated| Some((midpoint.loss, ablated.loss));

impl Prediction for FlatnessIsFaster {
    fn name(&self) -> &'static str {
        "flatness_is_faster"
    }

    fn statement(&self) -> &'static str {
        "the loss at midpoints is less than along the ablated flow"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &ablated_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: without its reduction of curvature the loss falls faster";
        Finding {
            claim: judge(self.statement(), record, TERMS, false),
            control: judge(control, record, TERMS, true),
        }
    }
}
