//! A suite file word by word, each value with its place, before any value has been judged.

use serde::Deserialize;
use toml::Spanned;

use super::known::RunBy;
use super::optimizer::RawOptimizer;
use super::predictions::RawPredictions;
use crate::model::mlp::Activation;
use crate::objective::{Crossing, DataName, Leaving, Loss, MatrixValley};
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
    pub optimizer: Option<Spanned<RawOptimizer>>,
    pub learning_rate: Spanned<f64>,
    pub steps: Spanned<usize>,
    pub segment: Option<Spanned<usize>>,
    pub objective: Spanned<RawObjective>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawObjective {
    pub network: Option<RawNetwork>,
    pub quadratic: Option<RawQuadratic>,
    pub valley: Option<RawValley>,
    pub matrix_valley: Option<Spanned<MatrixValley>>,
    pub crossing: Option<Spanned<Crossing>>,
    pub leaving: Option<Spanned<Leaving>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNetwork {
    pub data: DataName,
    pub examples: Spanned<usize>,
    pub hidden: Vec<Spanned<usize>>,
    pub activation: Activation,
    pub loss: Loss,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuadratic {
    pub spectrum: Spanned<Vec<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawValley {
    pub curvature: Spanned<f64>,
    pub slope: Spanned<f64>,
    pub directions: Spanned<usize>,
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
