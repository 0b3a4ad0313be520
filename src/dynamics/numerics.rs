//! Numerical settings of flows and processes.

use serde::{Deserialize, Serialize};

use crate::eigen::TrackerSettings;

/// Numerical settings: they change how precisely the theory is evaluated, never the theory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Numerics {
    /// Euler substeps of the central flow a step, at least 2; the central map takes one, so that their distance tells the
    /// error of the flow.
    pub substeps: usize,
    /// Relative residual at which eigenpairs are accepted.
    pub eigen_tolerance: f64,
    /// Effective eigenvalues at the midpoints of gradient descent are tracked above this.
    pub tracked_above: f64,
    /// Effective eigenvalues of the central flow above this enter the complementarity problem.
    pub critical_above: f64,
    /// The largest number of eigenvalues tracked, at most 16.
    pub max_tracked: usize,
}

impl Default for Numerics {
    fn default() -> Self {
        Self { substeps: 2, eigen_tolerance: 1e-5, tracked_above: 1.5, critical_above: 1.95, max_tracked: 10 }
    }
}

impl Numerics {
    /// How eigenvalues above a threshold are tracked with these settings.
    pub fn tracking(&self, threshold: f64, seed: u64) -> TrackerSettings {
        TrackerSettings {
            threshold,
            tolerance: self.eigen_tolerance,
            max_count: self.max_tracked,
            seed,
            ..TrackerSettings::default()
        }
    }
}
