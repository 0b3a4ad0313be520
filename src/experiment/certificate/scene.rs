//! What a certificate sees of a run at one step.

use crate::dynamics::CentralFlow;
use crate::process::{CentralSample, Now, Others, Sample, Tracking, central_flow, segments};

/// The optimizer and all processes at one step, to look at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The optimizer.
    pub now: Now<'a>,
    /// The processes.
    pub others: Others<'a>,
    /// The relative residual that eigenpairs were to reach.
    pub eigen_tolerance: f64,
    /// What was recorded of the step.
    pub sample: &'a Sample,
}

impl<'a> Scene<'a> {
    /// The central flow from `w_0`, or once that has ended the central map of the segment.
    pub fn central(&self) -> Option<&'a CentralFlow> {
        let flow = self.others.find::<central_flow::Flow>().map(central_flow::Flow::flow);
        flow.or(self.others.find::<segments::Segments>().and_then(segments::Segments::map))
    }

    /// The processes with eigenpairs that were recorded at this step; segments where the central flow from `w_0` has ended.
    pub fn tracking(&self) -> Vec<Tracking<'a>> {
        let has_flow = self.sample.get::<CentralSample>().is_some();
        let mut all = self.others.tracking(&self.now);
        all.retain(|tracking| self.sample.has(tracking.process));
        all.retain(|tracking| !has_flow || tracking.process != segments::KIND.name);
        all
    }
}
