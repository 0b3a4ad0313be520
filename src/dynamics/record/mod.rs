//! What a run leaves behind: time series, probe results, costs and the bits of its final weights.

mod central_flow;
mod central_map;
mod descent;
mod gradient_flow;
mod midpoints;
mod segments;

pub use central_flow::CentralSample;
pub use central_map::MapSample;
pub use descent::DiscreteSample;
pub use gradient_flow::FlowSample;
pub use midpoints::MidpointSample;
pub use segments::{ByCoordinate, ExpansionRest, SegmentSample, StateSample};

use serde::{Deserialize, Serialize};

use super::probe::ProbeResults;
use super::series::Quantity;

/// A run of one experiment with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The number of parameters p.
    pub dim: usize,
    /// The learning rate eta.
    pub learning_rate: f64,
    /// R / h: a step of the mean path by R times the mean gradient, over the edge step h ([`crate::optimizer::UpdateRule`]); 1 for gradient
    /// descent.
    pub pace: f64,
    /// q: beyond the edge by y an oscillation grows by `1 + q y` a step; 1 for gradient descent.
    pub growth: f64,
    /// By how much an oscillation is larger where gradients are taken than in the weights; 1 for gradient descent.
    pub amplification: f64,
    /// Whether the rule's preconditioner has a state.
    pub adaptive: bool,
    /// The steps that were asked for.
    pub steps: usize,
    /// The largest norm of gradient descent's weights.
    pub largest_norm: f64,
    /// Euler substeps of the central flow a step.
    pub substeps: usize,
    /// The length of a segment.
    pub segment: usize,
    /// The relative residual that eigenpairs were to reach.
    pub eigen_tolerance: f64,
    /// One sample a step.
    pub samples: Vec<Sample>,
    /// What the probes found.
    pub probes: ProbeResults,
    /// Processes that stopped early.
    pub stops: Vec<Stop>,
    /// True if the run was cancelled.
    pub cancelled: bool,
    /// HVPs used for eigenpairs: at the midpoints, along gradient flow, the central flow and the central map from `w_0`, in
    /// segments.
    pub products: [usize; 5],
    /// SHA-256 of the bits of the final weights: gradient descent, gradient flow, central flow, central map.
    pub hashes: [String; 4],
}

/// A process that stopped early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Which process.
    pub process: String,
    /// The step at which it stopped.
    pub step: usize,
    /// Why.
    pub reason: String,
}

/// One step of all processes. A process that has stopped has no sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The step t.
    pub step: usize,
    /// Gradient descent at w_t.
    pub discrete: DiscreteSample,
    /// Its midpoint w*_t, from t = 1 on.
    pub midpoint: Option<MidpointSample>,
    /// Gradient flow at time t.
    pub gradient_flow: Option<FlowSample>,
    /// The central flow at time t.
    pub central_flow: Option<CentralSample>,
    /// The central map from `w_0`: the central flow with one substep a step.
    pub central_map: Option<MapSample>,
    /// The distance between gradient flow and the central flow.
    pub flows_apart: Option<f64>,
    /// The segment that this step belongs to.
    pub segment: Option<SegmentSample>,
}

impl Sample {
    /// What stands in the series and belongs to two processes.
    pub(super) const QUANTITIES: &[Quantity<Self>] =
        &[Quantity::number("to_central_flow", "w", "the distance to the central flow", |s| s.flows_apart)];

    /// The central flow from `w_0`, or once that has ended the central map of the segment.
    pub fn central(&self) -> Option<&CentralSample> {
        self.central_flow.as_ref().or(self.segment.as_ref().map(|segment| &segment.map))
    }
}

impl Record {
    /// A message for each process that stopped early.
    pub fn stopped(&self) -> Option<String> {
        let messages: Vec<_> = self
            .stops
            .iter()
            .map(|s| format!("{} stopped at step {}: {}", s.process, s.step, s.reason))
            .collect();
        (!messages.is_empty()).then(|| messages.join("; "))
    }

    /// Takes note that the run was cancelled in this step, of which nothing is kept: its numbers may be what solvers make
    /// of a run that has ended.
    pub(super) fn cancel(&mut self, step: usize) {
        self.cancelled = true;
        self.samples.retain(|sample| sample.step < step);
        self.stops.retain(|stop| stop.step < step);
        self.probes.expansions.retain(|found| found.step < step);
        self.probes.quadratic_models.retain(|found| found.step < step);
        self.probes.edges.retain(|found| found.step < step);
        self.probes.actions.retain(|found| found.step < step);
        self.probes.distances.retain(|found| found.step < step);
        self.probes.eigenpairs.retain(|found| found.step < step);
    }

    /// True if the run was cancelled before its end.
    pub fn interrupted(&self) -> bool {
        self.cancelled
    }

    /// The HVPs that each process spent on eigenpairs, in words.
    pub fn costs(&self) -> String {
        let [midpoints, gradient_flow, central_flow, central_map, segments] = self.products;
        format!(
            "HVPs: midpoints {midpoints}, gradient flow {gradient_flow}, central flow {central_flow}, \
             central map {central_map}, segments {segments}"
        )
    }

    /// The HVPs that certificates took, if any, in words.
    pub fn certificate_costs(&self) -> Option<String> {
        let certificates = self.probes.products;
        (certificates > 0).then(|| format!("HVPs of certificates: {certificates}"))
    }

    /// A readable digest of the run for golden files: eight rows of every series, costs and hashes of exact bits.
    pub fn golden_summary(&self) -> String {
        use std::fmt::Write;
        let mut out = String::new();
        let _ = writeln!(out, "parameters {}, steps {} of {}", self.dim, self.samples.len(), self.steps);
        let _ = writeln!(out, "{}", self.costs());
        if let Some(stopped) = self.stopped() {
            let _ = writeln!(out, "{stopped}");
        }
        let last = self.samples.len().saturating_sub(1);
        let rows: Vec<usize> = (0..8).map(|i| i * last / 7).collect();
        for (name, values) in self.columns() {
            let cells: Vec<String> = rows
                .iter()
                .filter_map(|&row| values.get(row))
                .map(|x| if x.is_nan() { "-".into() } else { format!("{x:.6e}") })
                .collect();
            let _ = writeln!(out, "{name}: {}", cells.join(" "));
        }
        for (name, hash) in
            ["gradient descent", "gradient flow", "central flow", "central map"].iter().zip(&self.hashes)
        {
            let _ = writeln!(out, "bits of {name}: {hash}");
        }
        out
    }
}
