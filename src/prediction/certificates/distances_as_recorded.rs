//! Recorded distances are those of the weights.

use crate::experiment::{Probe, Record};
use crate::prediction::{Finding, Prediction, recomputation};
use crate::process::{Kind, certified};

/// Steps of gradient descent, distances between all processes and displacements along Sigma's eigenvectors, recomputed.
pub struct DistancesAsRecorded;

impl Prediction for DistancesAsRecorded {
    fn name(&self) -> &'static str {
        "distances_as_recorded"
    }

    fn statement(&self) -> &'static str {
        "a step of gradient descent is -eta grad L, and recorded distances and displacements are those of the weights"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        certified()
    }

    fn probes(&self) -> Vec<Probe> {
        vec![Probe::Distances]
    }

    fn judge(&self, record: &Record) -> Finding {
        let judge = |statement: &str, control: bool| {
            let comparisons = record.probes.distances.iter().flat_map(|certificate| &certificate.comparisons);
            recomputation::judge(
                statement,
                comparisons,
                |c| if control { c.control } else { Some(c.difference) },
                "recomputed from the weights at eight steps of the run; only rounding is allowed",
            )
        };
        Finding {
            claim: judge(self.statement(), false),
            control: judge("WRONG: distances to the central flow are to where it is one substep later", true),
        }
    }
}
