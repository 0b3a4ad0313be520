//! A suite file word by word, each value with its place, before any value has been judged.

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::known::RunBy;
use super::predictions::RawPredictions;
use crate::prediction::Outcome;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSuite {
    pub description: String,
    #[serde(default = "everywhere")]
    pub run_by: Vec<RunBy>,
    pub experiment: Spanned<Vec<RawExperiment>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExperiment {
    pub name: Spanned<String>,
    pub seeds: Spanned<Vec<u64>>,
    pub predictions: Spanned<RawPredictions>,
    #[serde(default)]
    pub finding: Vec<RawFinding>,
    pub learning_rate: Spanned<f64>,
    pub steps: Spanned<usize>,
    pub weight_decay: Option<Spanned<f64>>,
    pub decoupled_weight_decay: Option<Spanned<f64>>,
    pub warm_up: Option<Spanned<usize>>,
    pub frozen: Option<Spanned<bool>>,
    pub segment: Option<Spanned<usize>>,
    /// Read by its kind.
    #[serde(rename = "optimizer")]
    pub _optimizer: Option<IgnoredAny>,
    /// Read by its kind.
    #[serde(rename = "schedule")]
    pub _schedule: Option<IgnoredAny>,
    /// Read by its kind.
    #[serde(rename = "objective")]
    pub _objective: IgnoredAny,
    #[serde(default)]
    pub numerics: RawNumerics,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFinding {
    pub prediction: Spanned<String>,
    #[serde(default)]
    pub pooled: bool,
    pub seeds: Spanned<Vec<u64>>,
    pub verdict: Spanned<Outcome>,
    pub reason: String,
}

fn everywhere() -> Vec<RunBy> {
    vec![RunBy::Verify, RunBy::Test]
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawNumerics {
    pub substeps: Option<Spanned<usize>>,
    pub eigen_tolerance: Option<Spanned<f64>>,
    pub tracked_above: Option<Spanned<f64>>,
    pub critical_above: Option<Spanned<f64>>,
    pub max_tracked: Option<Spanned<usize>>,
}
