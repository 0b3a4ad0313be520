//! The reduction of curvature by the oscillation makes the path flatter: the ablated flow, without it, ends sharper (Cohen et al. 2025, part 2, acceleration via regularization; R6, D13).

use crate::experiment::Record;
use crate::prediction::ablation::{Terms, judge};
use crate::prediction::{Finding, Prediction};
use crate::process::{Kind, ablated_flow, midpoints};

/// The reduction of curvature by the oscillation makes the path flatter: the ablated flow, without it, ends sharper.
pub struct CurvatureIsReduced;

const TERMS: Terms = |s, midpoint, ablated| {
    let sharpness = midpoint.eigenvalues.first()? / s.discrete.edge_step;
    Some((sharpness, ablated.sharpness?))
};

impl Prediction for CurvatureIsReduced {
    fn name(&self) -> &'static str {
        "curvature_is_reduced"
    }

    fn statement(&self) -> &'static str {
        "the sharpness is less than along the ablated flow, whose weights do not feel the oscillation"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &ablated_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: without its reduction of curvature the flow ends flatter";
        Finding {
            claim: judge(self.statement(), record, TERMS, false),
            control: judge(control, record, TERMS, true),
        }
    }
}
