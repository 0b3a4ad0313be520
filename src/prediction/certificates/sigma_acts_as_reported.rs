//! The Sigma that is reported is the one that acts on the central flow.

use crate::experiment::{Probe, Record};
use crate::prediction::{Finding, Judgement, Prediction, recomputation};
use crate::process::Kind;

/// Force, velocity, substeps and `tr(H Sigma H)` follow from the reported eigenvalues and eigenvectors of Sigma.
pub struct SigmaActsAsReported;

impl Prediction for SigmaActsAsReported {
    fn name(&self) -> &'static str {
        "sigma_acts_as_reported"
    }

    fn statement(&self) -> &'static str {
        "the flow moves by -eta (grad L + 1/2 grad <H, Sigma>) dt, and tr(H Sigma H) is what it says, with the reported Sigma"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[]
    }

    fn probes(&self) -> Vec<Probe> {
        vec![Probe::Sigma]
    }

    fn judge(&self, record: &Record) -> Finding {
        let actions = &record.probes.actions;
        let judge = |statement: &str, control: bool| {
            if actions.iter().all(|action| action.trace <= 0.0) {
                return Judgement::not_reached(statement, "Sigma was zero wherever it was asked for");
            }
            let comparisons = actions.iter().flat_map(|action| &action.comparisons);
            let reason = "recomputed at some substeps of the run; allowed are rounding and, in tr(H Sigma H), the square of the \
                          eigenpairs' residual";
            recomputation::judge(
                statement,
                comparisons,
                |c| if control { c.control } else { Some(c.difference) },
                reason,
            )
        };
        Finding {
            claim: judge(self.statement(), false),
            control: judge("WRONG: it does so with a Sigma that is 1 % larger", true),
        }
    }
}
