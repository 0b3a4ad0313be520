//! What a run leaves behind: time series, probe results, costs and the bits of its final weights.

use serde::{Deserialize, Serialize};

use super::ascent::Ascent;
use super::central_flow::SingleEigenvalue;
use super::probe::ProbeResults;

/// A run of one experiment with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The number of parameters p.
    pub dim: usize,
    /// The learning rate eta.
    pub learning_rate: f64,
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

/// A step of a segment: the theory started anew at a midpoint, `step - start` steps ago.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentSample {
    /// The step at whose midpoint the segment began.
    pub start: usize,
    /// The central map.
    pub map: CentralSample,
    /// The distance of the midpoint to the central map.
    pub to_map: f64,
    /// By how many steps the midpoint is ahead of the central map: `<w*_t - m_t, v> / |v|^2`, v the map's velocity.
    pub ahead: f64,
    /// The distance of the midpoint to gradient flow from the same start.
    pub to_gradient_flow: Option<f64>,
    /// The distance of the central map to the central flow from the same start, along the first segment.
    pub map_to_flow: Option<f64>,
    /// `eta q_i' H(w*_t) q_i` at the midpoint along the eigenvectors q_i of the map's Sigma, at every few steps.
    pub curvature: Vec<f64>,
    /// What the theory's expansion leaves out at the amplitude of the oscillation, at the same steps.
    pub rest: Option<ExpansionRest>,
}

/// What the expansion of the gradient to second order in the oscillation leaves out, with `x_i = sqrt(sigma_i)` along the
/// eigenvectors q_i of the central map's Sigma, `F = 1/2 grad <H, Sigma>` and
/// `R = sum_i [1/2 (g(m + x_i q_i) + g(m - x_i q_i)) - g(m)] - F`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExpansionRest {
    /// `|R| / |F|`: the relative error of the force of the oscillation.
    pub force: f64,
    /// `eta |<R, v>| / |v|^2`, v the map's velocity: the relative error of the pace.
    pub pace: f64,
    /// `eta sum_i sigma_i |q_i' (g(m + x_i q_i) - g(m - x_i q_i)) / (2 x_i) - q_i' H(m) q_i| / tr Sigma`: the difference between the
    /// curvature over the oscillation, which gradient descent feels, and that at its middle.
    pub curvature: f64,
    /// `|F|^2 / tr(H Sigma H)`: the mean gradient is `g + F`, orthogonal to F, so that the square of it is less by this than
    /// `|g|^2`, which the theory says.
    pub gradient: f64,
}

impl Sample {
    /// The central flow from `w_0`, or once that has ended the central map of the segment.
    pub fn central(&self) -> Option<&CentralSample> {
        self.central_flow.as_ref().or(self.segment.as_ref().map(|segment| &segment.map))
    }
}

/// Gradient descent at an iterate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiscreteSample {
    /// `L(w_t)`.
    pub loss: f64,
    /// `|grad L(w_t)|^2`.
    pub gradient_square: f64,
    /// `|w_{t+1} - w_t|`.
    pub step_length: f64,
}

/// The midpoint of an iterate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MidpointSample {
    /// The loss at the midpoint.
    pub loss: f64,
    /// Tracked effective eigenvalues, descending.
    pub eigenvalues: Vec<f64>,
    /// The largest relative residual of the eigenpairs.
    pub residual: f64,
    /// `<-grad L, grad S>` at the midpoint: the rate of progressive sharpening under gradient flow, over eta.
    pub sharpening: f64,
    /// `|grad S|^2` at the midpoint.
    pub sharpness_gradient_square: f64,
    /// The length of the path of midpoints so far.
    pub path: f64,
    /// `|w_t - w*_t|^2`.
    pub displacement_square: f64,
    /// The distance of the midpoint to gradient flow.
    pub to_gradient_flow: Option<f64>,
    /// The distance of the midpoint to the central flow.
    pub to_central_flow: Option<f64>,
}

/// Gradient flow at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowSample {
    /// The loss.
    pub loss: f64,
    /// The effective sharpness.
    pub sharpness: f64,
    /// The sum of estimated local errors so far.
    pub error: f64,
    /// The path length so far.
    pub path: f64,
    /// What the error of Euler's method with unit steps amounts to along the flow.
    pub euler_error: f64,
}

/// The central flow at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CentralSample {
    /// The loss.
    pub loss: f64,
    /// `|grad L|^2`.
    pub gradient_square: f64,
    /// The critical effective eigenvalues and the next one, descending.
    pub eigenvalues: Vec<f64>,
    /// The largest relative residual of the eigenpairs.
    pub residual: f64,
    /// The eigenvalues of Sigma, descending, one a critical eigenvalue.
    pub sigma: Vec<f64>,
    /// `<q_i, w_t - w*_t>` along the eigenvectors q_i of Sigma; empty before t = 1.
    pub oscillation: Vec<f64>,
    /// The most by which a direction's effective eigenvalue would rise in a substep without Sigma.
    pub rise: f64,
    /// `tr(H Sigma H)`.
    pub gradient_variance: f64,
    /// Violation of the complementarity conditions.
    pub complementarity: f64,
    /// The same for half of Sigma, which is wrong.
    pub half_complementarity: f64,
    /// The closed form for one critical eigenvalue.
    pub single: Option<SingleEigenvalue>,
    /// The path length so far.
    pub path: f64,
    /// The change of the loss in the worst substep since the last step; none at the start.
    pub ascent: Option<Ascent>,
}

impl CentralSample {
    /// `tr Sigma`.
    pub fn trace(&self) -> f64 {
        self.sigma.iter().fold(0.0, |sum, sigma| sum + sigma)
    }

    /// The i-th eigenvalue of Sigma if it is positive beyond rounding: more than 1e-9 of the trace.
    pub fn positive_sigma(&self, i: usize) -> Option<f64> {
        self.sigma.get(i).copied().filter(|&sigma| sigma > 1e-9 * self.trace())
    }
}

/// The central map from `w_0`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapSample {
    /// Its distance to the central flow with n substeps: n - 1 times the latter's global error, both being of first order.
    pub distance: Option<f64>,
    /// Its distance to gradient descent's iterate.
    pub to_descent: f64,
    /// Its distance to gradient descent's midpoint.
    pub to_midpoint: Option<f64>,
    /// The largest effective eigenvalue along it.
    pub sharpness: f64,
    /// `tr Sigma` along it.
    pub trace: f64,
    /// `tr(H Sigma H)` along it.
    pub gradient_variance: f64,
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

    /// Equally long named time series, NaN where a process has no value.
    pub fn columns(&self) -> Vec<(String, Vec<f64>)> {
        let mut columns = Vec::new();
        let mut add = |name: &str, value: &dyn Fn(&Sample) -> Option<f64>| {
            let column = self.samples.iter().map(|s| value(s).unwrap_or(f64::NAN)).collect();
            columns.push((name.to_string(), column));
        };
        add("step", &|s| Some(s.step as f64));
        add("loss", &|s| Some(s.discrete.loss));
        add("gradient_square", &|s| Some(s.discrete.gradient_square));
        add("midpoint_loss", &|s| Some(s.midpoint.as_ref()?.loss));
        add("gradient_flow_loss", &|s| Some(s.gradient_flow.as_ref()?.loss));
        add("central_flow_loss", &|s| Some(s.central_flow.as_ref()?.loss));
        add("central_flow_gradient_square", &|s| Some(s.central_flow.as_ref()?.gradient_square));
        add("trace_sigma", &|s| Some(s.central_flow.as_ref()?.trace()));
        add("trace_h_sigma_h", &|s| Some(s.central_flow.as_ref()?.gradient_variance));
        add("displacement_square", &|s| Some(s.midpoint.as_ref()?.displacement_square));
        add("sharpening", &|s| Some(s.midpoint.as_ref()?.sharpening));
        add("midpoint_to_gradient_flow", &|s| s.midpoint.as_ref()?.to_gradient_flow);
        add("midpoint_to_central_flow", &|s| s.midpoint.as_ref()?.to_central_flow);
        add("central_flow_to_central_map", &|s| s.central_map.as_ref()?.distance);
        add("midpoint_to_central_map", &|s| s.central_map.as_ref()?.to_midpoint);
        add("flows_apart", &|s| s.flows_apart);
        add("segment_start", &|s| Some(s.segment.as_ref()?.start as f64));
        add("segment_loss", &|s| Some(s.segment.as_ref()?.map.loss));
        add("segment_trace_sigma", &|s| Some(s.segment.as_ref()?.map.trace()));
        add("segment_trace_h_sigma_h", &|s| Some(s.segment.as_ref()?.map.gradient_variance));
        add("segment_midpoint_to_central_map", &|s| Some(s.segment.as_ref()?.to_map));
        add("segment_midpoint_to_gradient_flow", &|s| s.segment.as_ref()?.to_gradient_flow);
        add("segment_central_map_to_central_flow", &|s| s.segment.as_ref()?.map_to_flow);
        add("segment_midpoint_ahead", &|s| Some(s.segment.as_ref()?.ahead));
        add("path", &|s| Some(s.midpoint.as_ref()?.path));
        add("gradient_flow_sharpness", &|s| Some(s.gradient_flow.as_ref()?.sharpness));
        for i in 0..self.most(|s| s.midpoint.as_ref().map_or(0, |m| m.eigenvalues.len())) {
            let value = |s: &Sample| s.midpoint.as_ref()?.eigenvalues.get(i).copied();
            add(&format!("midpoint_eigenvalue_{}", i + 1), &value);
        }
        for i in 0..self.most(|s| s.central_flow.as_ref().map_or(0, |c| c.eigenvalues.len())) {
            let value = |s: &Sample| s.central_flow.as_ref()?.eigenvalues.get(i).copied();
            add(&format!("central_flow_eigenvalue_{}", i + 1), &value);
        }
        for i in 0..self.most(|s| s.central_flow.as_ref().map_or(0, |c| c.sigma.len())) {
            let value = |s: &Sample| s.central_flow.as_ref()?.sigma.get(i).copied();
            add(&format!("sigma_{}", i + 1), &value);
            let value = |s: &Sample| s.central_flow.as_ref()?.oscillation.get(i).copied();
            add(&format!("oscillation_{}", i + 1), &value);
        }
        columns
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

    fn most(&self, count: impl Fn(&Sample) -> usize) -> usize {
        self.samples.iter().map(count).max().unwrap_or(0)
    }
}
