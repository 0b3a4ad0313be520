//! Along the central flow no eigenvalue of the Hessian exceeds 2/eta (talk, condition 1; G9).

use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::prediction::excess::{Excess, MARGIN};
use crate::prediction::largest::largest;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{FlowSample, Kind, central_flow, central_map, gradient_flow};

/// `eta lambda_1 <= 2` along the central flow.
pub struct CentralFlowStaysStable;

impl Prediction for CentralFlowStaysStable {
    fn name(&self) -> &'static str {
        "central_flow_stays_stable"
    }

    fn statement(&self) -> &'static str {
        "along the central flow no eigenvalue of the Hessian exceeds 2/eta"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&gradient_flow::KIND, &central_flow::KIND, &central_map::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: along gradient flow no eigenvalue of the Hessian exceeds 2/eta";
        match Excess::of(record) {
            Ok(excess) => {
                Finding { claim: claim(self.statement(), &excess), control: wrong(control, record) }
            }
            Err(reason) => Finding {
                claim: Judgement::not_reached(self.statement(), &reason),
                control: Judgement::not_reached(control, &reason),
            },
        }
    }
}

fn claim(statement: &str, excess: &Excess) -> Judgement {
    let reason = "the largest eta lambda over the run may exceed 2 by 1 %, the resolution of the claim. Numerical are the \
                  eigenpairs' residual and the integrator's error, the difference from the central map with n times the substep, \
                  if that shows an excess larger as the second order of a substep says; otherwise nothing is resolved";
    judge(statement, (excess.flow, excess.error()), reason)
}

fn wrong(statement: &str, record: &Record) -> Judgement {
    let flow: Vec<&FlowSample> = record.samples.iter().filter_map(|s| s.get::<FlowSample>()).collect();
    let sharpness = largest(flow.iter().map(|f| f.sharpness));
    // By how much the sharpness changes over a distance, along the path, times how far the flow may be off.
    let slopes = flow.windows(2).map(|f| {
        let (rise, length) = ((f[1].sharpness - f[0].sharpness).abs(), f[1].path - f[0].path);
        if rise == 0.0 { 0.0 } else { rise / length * f[1].error }
    });
    let error = largest(slopes) + sharpness * record.eigen_tolerance;
    let reason = "the largest eta lambda along gradient flow, with the same margin; numerical are the eigenpairs' tolerance and \
                  the flow's own error times the slope of the sharpness along its path";
    judge(statement, ((sharpness - EDGE).max(0.0), error), reason)
}

fn judge(statement: &str, (excess, numerical_error): (f64, f64), reason: &str) -> Judgement {
    let values = Values {
        predicted: EDGE,
        measured: EDGE + excess,
        discrepancy: excess,
        tolerance: MARGIN,
        numerical_error,
    };
    Judgement::new(statement, values, reason)
}
