//! Reads suite files. Whatever is not accepted is refused with its file, line, key and value.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::known::{KnownFinding, RunBy};
use super::raw::{RawExperiment, RawFinding, RawNumerics, RawSuite};
use super::sweep::{self, Place, Swept};
use super::{Case, ExperimentSpec, SuiteError, limits, predictions};
use crate::dynamics::Numerics;
use crate::experiment::{DEFAULT_SEGMENT, Settings};
use crate::objective;
use crate::optimizer;
use crate::prediction::Prediction;
use crate::source::{Parsed, Refusal, Source, line_after};

/// A suite: experiments and the predictions checked on them.
#[derive(Clone)]
pub struct Suite {
    /// The file's name without `.toml`.
    pub name: String,
    /// The file as it was named.
    pub file: String,
    /// What the suite is for.
    pub description: String,
    /// Who runs it without being told to.
    pub run_by: Vec<RunBy>,
    /// The experiments in the order of the file.
    pub experiments: Vec<Experiment>,
}

/// An experiment of a suite.
#[derive(Clone)]
pub struct Experiment {
    /// What is run.
    pub spec: ExperimentSpec,
    /// The seeds it is run with.
    pub seeds: Vec<u64>,
    /// The predictions checked on every run.
    pub predictions: Vec<&'static dyn Prediction>,
    /// Where predictions are known not to hold.
    pub findings: Vec<KnownFinding>,
    /// The settings in which it differs from other experiments of a sweep.
    pub swept: Vec<Swept>,
    /// The line of its name.
    pub line: usize,
}

/// Reads the suite file at `path`.
pub fn load(path: &Path) -> Result<Suite, SuiteError> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| SuiteError::Unreadable {
        file: file.clone(),
        message: format!("cannot be read ({error}): accepted is a suite file in TOML"),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Refusal {
            file: file.clone(),
            line: line_after(valid),
            message: "not UTF-8: accepted is text in UTF-8".into(),
        }
    })?;
    parse(&file, &text)
}

/// Parses `text`, the content of the suite file named `file`.
pub fn parse(file: &str, text: &str) -> Result<Suite, SuiteError> {
    let source = Source::new(file, text);
    let mut document = DeTable::parse(text).map_err(|error| source.misread(error))?;
    let places = sweep::write_out(&source, document.get_mut())?;
    let parts = parts(document.get_ref());
    let raw = RawSuite::deserialize(Deserializer::from(document)).map_err(|error| source.misread(error))?;
    let name = Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if raw.experiment.get_ref().is_empty() {
        let message = "experiment = []: accepted are one or more experiments";
        return Err(source.refuse(raw.experiment.span(), message).into());
    }
    let experiments = raw.experiment.into_inner().into_iter().zip(places).zip(parts);
    let experiments = experiments.map(|((raw, place), parts)| experiment(&source, raw, place, parts));
    let suite = Suite {
        name,
        file: file.to_string(),
        description: raw.description,
        run_by: raw.run_by,
        experiments: experiments.collect::<Parsed<_>>()?,
    };
    check_distinct(std::slice::from_ref(&suite))?;
    Ok(suite)
}

/// Refuses two experiments of the same name, in one suite or in two.
pub fn check_distinct(suites: &[Suite]) -> Result<(), SuiteError> {
    let mut seen = std::collections::BTreeMap::new();
    for suite in suites {
        for experiment in &suite.experiments {
            let name = experiment.spec.name.as_str();
            if let Some((file, line)) = seen.insert(name, (&suite.file, experiment.line)) {
                let message = format!(
                    "name = \"{name}\": accepted are names that no other experiment has, \
                     but {file}, line {line} has it"
                );
                return Err(Refusal { file: suite.file.clone(), line: experiment.line, message }.into());
            }
        }
    }
    Ok(())
}

impl Suite {
    /// Every experiment with every seed, in the order of the file.
    pub fn cases(&self) -> Vec<Case> {
        self.experiments.iter().flat_map(|experiment| experiment.cases(&self.name)).collect()
    }
}

impl Experiment {
    /// The experiment with every seed, as a part of the suite of that name.
    pub fn cases(&self, suite: &str) -> Vec<Case> {
        let case = |&seed| Case {
            suite: suite.to_string(),
            spec: self.spec.clone(),
            seed,
            predictions: self.predictions.clone(),
            findings: self.findings.iter().filter(|known| known.seeds.contains(&seed)).cloned().collect(),
            swept: self.swept.clone(),
            all_processes: false,
        };
        self.seeds.iter().map(case).collect()
    }

    /// The claims that are judged on all seeds together as well: those about averages, if there are several seeds.
    pub fn pooled(&self) -> Vec<&'static dyn Prediction> {
        let several = self.seeds.len() > 1;
        let claims = self.predictions.iter().copied();
        claims.filter(|claim| several && claim.averages().is_some()).collect()
    }
}

/// What kinds read of an experiment, each its own part.
struct Parts<'i> {
    objective: Spanned<DeValue<'i>>,
    optimizer: Option<Spanned<DeValue<'i>>>,
    schedule: Option<Spanned<DeValue<'i>>>,
}

/// Those of a document's experiments; the reader of the rest says where there is no objective.
fn parts<'i>(document: &DeTable<'i>) -> Vec<Parts<'i>> {
    let experiments = document.get("experiment").and_then(|value| value.get_ref().as_array());
    let parts = |experiment: &Spanned<DeValue<'i>>| {
        let part = |key: &str| experiment.get_ref().get(key).cloned();
        let (objective, optimizer) = (part("objective")?, part("optimizer"));
        Some(Parts { objective, optimizer, schedule: part("schedule") })
    };
    experiments.into_iter().flatten().filter_map(parts).collect()
}

/// An experiment with those parts, at that place of a sweep.
fn experiment(source: &Source, raw: RawExperiment, place: Place, parts: Parts<'_>) -> Parsed<Experiment> {
    let place = place.named(source.check("name", &raw.name, |name| limits::name(name))?);
    source.check("name", &raw.name, |_| limits::name_ending(&place.ending))?;
    let name = raw.name.get_ref().clone() + &place.ending;
    let objective = objective::read(source, parts.objective)?;
    let mut settings = Settings {
        frozen: raw.frozen.as_ref().is_some_and(|frozen| *frozen.get_ref()),
        optimizer: optimizer::read(source, parts.optimizer)?,
        learning_rate: *source.check("learning_rate", &raw.learning_rate, |&x| limits::learning_rate(x))?,
        schedule: optimizer::read_schedule(source, parts.schedule)?,
        steps: *source.check("steps", &raw.steps, |&x| limits::steps(x))?,
        weight_decay: source.or("weight_decay", &raw.weight_decay, 0.0, limits::weight_decay)?,
        decoupled_weight_decay: 0.0,
        warm_up: source.or("warm_up", &raw.warm_up, 0, limits::warm_up)?,
        segment: source.or("segment", &raw.segment, DEFAULT_SEGMENT, limits::segment)?,
        numerics: numerics(source, &raw.numerics)?,
    };
    // What is accepted of it depends on all of these.
    settings.decoupled_weight_decay =
        source.or("decoupled_weight_decay", &raw.decoupled_weight_decay, 0.0, |gamma| {
            limits::decoupled_weight_decay(gamma, &settings)
        })?;
    source.or("frozen", &raw.frozen, false, |frozen| limits::frozen(frozen, &settings))?;
    let seeds = source.check("seeds", &raw.seeds, |seeds| limits::seeds(seeds))?.clone();
    let predictions = predictions::chosen(source, &raw.predictions, &settings, &place.swept)?;
    let findings = raw.finding.iter().map(|raw| finding(source, raw, &predictions, &seeds));
    Ok(Experiment {
        findings: findings.collect::<Parsed<_>>()?,
        spec: ExperimentSpec { name, objective, settings },
        seeds,
        predictions,
        swept: place.swept,
        line: source.line(raw.name.span()),
    })
}

fn numerics(source: &Source, raw: &RawNumerics) -> Parsed<Numerics> {
    let usual = Numerics::default();
    let numerics = Numerics {
        substeps: source.or("substeps", &raw.substeps, usual.substeps, limits::substeps)?,
        eigen_tolerance: source.or(
            "eigen_tolerance",
            &raw.eigen_tolerance,
            usual.eigen_tolerance,
            limits::eigen_tolerance,
        )?,
        tracked_above: raw.tracked_above.as_ref().map_or(usual.tracked_above, |x| *x.get_ref()),
        critical_above: raw.critical_above.as_ref().map_or(usual.critical_above, |x| *x.get_ref()),
        max_tracked: source.or("max_tracked", &raw.max_tracked, usual.max_tracked, limits::max_tracked)?,
    };
    for (key, threshold) in [("tracked_above", &raw.tracked_above), ("critical_above", &raw.critical_above)] {
        source.or(key, threshold, 0.0, |_| {
            limits::thresholds(numerics.tracked_above, numerics.critical_above)
        })?;
    }
    Ok(numerics)
}

fn finding(
    source: &Source,
    raw: &RawFinding,
    predictions: &[&'static dyn Prediction],
    seeds: &[u64],
) -> Parsed<KnownFinding> {
    let names: Vec<&'static str> = predictions.iter().map(|prediction| prediction.name()).collect();
    source.check("prediction", &raw.prediction, |name| limits::one_of(name, &names))?;
    source.check("seeds", &raw.seeds, |chosen| limits::some_of(chosen, seeds, raw.pooled))?;
    source.check("verdict", &raw.verdict, |&verdict| limits::not_holding(verdict))?;
    let name = names.into_iter().find(|name| name == raw.prediction.get_ref());
    Ok(KnownFinding {
        prediction: name.expect("checked above"),
        seeds: raw.seeds.get_ref().clone(),
        pooled: raw.pooled,
        verdict: *raw.verdict.get_ref(),
        reason: raw.reason.clone(),
    })
}

#[cfg(test)]
mod tests;
