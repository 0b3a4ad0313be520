//! When the theory is started anew.

use crate::process::{MapSample, MidpointSample, Sample};

/// When segments start: the first one after the transient of the first blow-up, the next ones where the last has ended.
///
/// The central map enters the edge at some step, the oscillation of gradient descent then first exceeds its predicted size and
/// first is below it again. This takes as long as the transient of a cycle takes; as much time again is left for it to settle.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Schedule {
    amplification: f64,
    entered: Option<usize>,
    exceeded: bool,
    settled: Option<usize>,
}

impl Schedule {
    /// Of a rule whose oscillation is larger by this factor where gradients are taken.
    pub(super) fn new(amplification: f64) -> Self {
        Self { amplification, ..Self::default() }
    }

    /// Takes in the size of the oscillation and its prediction of a step.
    pub(super) fn observe(&mut self, sample: &Sample) {
        let trace = sample.get::<MapSample>().map_or(0.0, |map| map.trace) / self.amplification.powi(2);
        let Some(midpoint) = sample.get::<MidpointSample>().filter(|_| trace > 0.0 && self.settled.is_none())
        else {
            return;
        };
        let entered = *self.entered.get_or_insert(sample.step);
        if midpoint.displacement_square > trace {
            self.exceeded = true;
        } else if self.exceeded {
            self.settled = Some(sample.step + (sample.step - entered));
        }
    }

    /// The step at which the first segment starts, once that is known.
    pub(super) fn settled(&self) -> Option<usize> {
        self.settled
    }
}
