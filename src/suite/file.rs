//! Reads suite files. Whatever is not accepted is refused with its file, line, key and value.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use super::known::{KnownFinding, RunBy};
use super::raw::{
    RawExperiment, RawFinding, RawNetwork, RawNumerics, RawObjective, RawQuadratic, RawSuite, RawValley,
};
use super::{Case, ExperimentSpec, SuiteError, did_you_mean, limits};
use crate::dynamics::{DEFAULT_SEGMENT, Numerics, Settings};
use crate::objective::{NetworkSpec, ObjectiveSpec};
use crate::prediction::{self, Prediction};

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
        SuiteError::Invalid {
            file: file.clone(),
            line: line_after(valid),
            message: "not UTF-8: accepted is text in UTF-8".into(),
        }
    })?;
    parse(&file, &text)
}

/// Parses `text`, the content of the suite file named `file`.
pub fn parse(file: &str, text: &str) -> Result<Suite, SuiteError> {
    let source = Source { file, text };
    let raw: RawSuite = toml::from_str(text).map_err(|error| source.misread(error))?;
    let name = Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if raw.experiment.get_ref().is_empty() {
        return Err(
            source.refuse(raw.experiment.span(), "experiment = []: accepted are one or more experiments")
        );
    }
    let experiments = raw.experiment.into_inner().into_iter().map(|raw| source.experiment(raw));
    let suite = Suite {
        name,
        file: file.to_string(),
        description: raw.description,
        run_by: raw.run_by,
        experiments: experiments.collect::<Result<_, _>>()?,
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
                return Err(SuiteError::Invalid {
                    file: suite.file.clone(),
                    line: experiment.line,
                    message: format!(
                        "name = \"{name}\": accepted are names that no other experiment has, \
                         but {file}, line {line} has it"
                    ),
                });
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
        };
        self.seeds.iter().map(case).collect()
    }
}

/// The text of a suite file, from which errors quote.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

type Parsed<T> = Result<T, SuiteError>;

impl Source<'_> {
    fn experiment(&self, raw: RawExperiment) -> Parsed<Experiment> {
        let name = self.check("name", &raw.name, |name| limits::name(name))?.clone();
        let objective = self.objective(&raw.objective)?;
        let settings = Settings {
            learning_rate: *self.check("learning_rate", &raw.learning_rate, |&x| limits::learning_rate(x))?,
            steps: *self.check("steps", &raw.steps, |&x| limits::steps(x))?,
            segment: self.or("segment", &raw.segment, DEFAULT_SEGMENT, limits::segment)?,
            numerics: self.numerics(&raw.numerics)?,
        };
        let seeds = self.check("seeds", &raw.seeds, |seeds| limits::seeds(seeds))?.clone();
        let predictions = self.predictions(&raw.predictions)?;
        let findings = raw.finding.iter().map(|finding| self.finding(finding, &predictions, &seeds));
        Ok(Experiment {
            findings: findings.collect::<Parsed<_>>()?,
            spec: ExperimentSpec { name, objective, settings },
            seeds,
            predictions,
            line: self.line(raw.name.span()),
        })
    }

    fn objective(&self, raw: &Spanned<RawObjective>) -> Parsed<ObjectiveSpec> {
        let RawObjective { network, quadratic, valley, matrix_valley, crossing, leaving } = raw.get_ref();
        let given: Vec<ObjectiveSpec> = [
            network.as_ref().map(|raw| self.network(raw)),
            quadratic.as_ref().map(|raw| self.quadratic(raw)),
            valley.as_ref().map(|raw| self.valley(raw)),
            matrix_valley.as_ref().map(|raw| {
                let valley = self.check("matrix_valley", raw, limits::matrix_valley)?;
                Ok(ObjectiveSpec::MatrixValley(valley.clone()))
            }),
            crossing.as_ref().map(|raw| {
                Ok(ObjectiveSpec::Crossing(self.check("crossing", raw, limits::crossing)?.clone()))
            }),
            leaving
                .as_ref()
                .map(|raw| Ok(ObjectiveSpec::Leaving(self.check("leaving", raw, limits::leaving)?.clone()))),
        ]
        .into_iter()
        .flatten()
        .collect::<Parsed<_>>()?;
        let [objective] = <[ObjectiveSpec; 1]>::try_from(given).map_err(|_| {
            self.refuse(
                raw.span(),
                "objective must be exactly one function: accepted is one of network, quadratic, valley, \
                 matrix_valley, crossing, leaving",
            )
        })?;
        Ok(objective)
    }

    fn network(&self, raw: &RawNetwork) -> Parsed<ObjectiveSpec> {
        let widths =
            raw.hidden.iter().map(|width| self.check("hidden width", width, |&x| limits::width(x)).copied());
        Ok(ObjectiveSpec::Network(NetworkSpec {
            data: raw.data,
            examples: *self.check("examples", &raw.examples, |&x| limits::examples(x, raw.data))?,
            hidden: widths.collect::<Parsed<_>>()?,
            activation: raw.activation,
            loss: raw.loss,
        }))
    }

    fn quadratic(&self, raw: &RawQuadratic) -> Parsed<ObjectiveSpec> {
        let spectrum = self.check("spectrum", &raw.spectrum, |spectrum| limits::spectrum(spectrum))?;
        Ok(ObjectiveSpec::Quadratic { spectrum: spectrum.clone() })
    }

    fn valley(&self, raw: &RawValley) -> Parsed<ObjectiveSpec> {
        Ok(ObjectiveSpec::Valley {
            curvature: *self.check("curvature", &raw.curvature, |&x| limits::finite(x))?,
            slope: *self.check("slope", &raw.slope, |&x| limits::finite(x))?,
            directions: *self.check("directions", &raw.directions, |&x| limits::directions(x))?,
        })
    }

    fn numerics(&self, raw: &RawNumerics) -> Parsed<Numerics> {
        let usual = Numerics::default();
        let numerics = Numerics {
            substeps: self.or("substeps", &raw.substeps, usual.substeps, limits::substeps)?,
            eigen_tolerance: self.or(
                "eigen_tolerance",
                &raw.eigen_tolerance,
                usual.eigen_tolerance,
                limits::eigen_tolerance,
            )?,
            tracked_above: raw.tracked_above.as_ref().map_or(usual.tracked_above, |x| *x.get_ref()),
            critical_above: raw.critical_above.as_ref().map_or(usual.critical_above, |x| *x.get_ref()),
            max_tracked: self.or("max_tracked", &raw.max_tracked, usual.max_tracked, limits::max_tracked)?,
        };
        for (key, threshold) in
            [("tracked_above", &raw.tracked_above), ("critical_above", &raw.critical_above)]
        {
            self.or(key, threshold, 0.0, |_| {
                limits::thresholds(numerics.tracked_above, numerics.critical_above)
            })?;
        }
        Ok(numerics)
    }

    fn predictions(&self, raw: &Spanned<Vec<Spanned<String>>>) -> Parsed<Vec<&'static dyn Prediction>> {
        if raw.get_ref().is_empty() {
            return Err(self
                .refuse(raw.span(), &format!("predictions = []: accepted are one or more of {}", known())));
        }
        let mut found: Vec<&'static dyn Prediction> = Vec::new();
        for name in raw.get_ref() {
            let prediction = prediction::find(name.get_ref()).ok_or_else(|| self.unknown_prediction(name))?;
            if found.iter().any(|other| other.name() == prediction.name()) {
                let message =
                    format!("predictions: \"{}\" twice: accepted is each name once", prediction.name());
                return Err(self.refuse(name.span(), &message));
            }
            found.push(prediction);
        }
        Ok(found)
    }

    fn finding(
        &self,
        raw: &RawFinding,
        predictions: &[&'static dyn Prediction],
        seeds: &[u64],
    ) -> Parsed<KnownFinding> {
        let names: Vec<&'static str> = predictions.iter().map(|prediction| prediction.name()).collect();
        self.check("prediction", &raw.prediction, |name| limits::one_of(name, &names))?;
        self.check("seeds", &raw.seeds, |chosen| limits::some_of(chosen, seeds))?;
        self.check("verdict", &raw.verdict, |&verdict| limits::not_holding(verdict))?;
        let name = names.into_iter().find(|name| name == raw.prediction.get_ref());
        Ok(KnownFinding {
            prediction: name.expect("checked above"),
            seeds: raw.seeds.get_ref().clone(),
            pooled: raw.pooled,
            verdict: *raw.verdict.get_ref(),
            reason: raw.reason.clone(),
        })
    }

    fn unknown_prediction(&self, name: &Spanned<String>) -> SuiteError {
        let names = prediction::registry().iter().map(|prediction| prediction.name());
        let meant = did_you_mean(name.get_ref(), names);
        let message = format!(
            "predictions: there is no prediction \"{}\".{meant} Accepted are {}",
            name.get_ref(),
            known()
        );
        self.refuse(name.span(), &message)
    }

    /// The value of `key`, or the usual one where the file has none.
    fn or<T: Copy>(
        &self,
        key: &str,
        value: &Option<Spanned<T>>,
        usual: T,
        rule: impl FnOnce(T) -> Result<(), String>,
    ) -> Parsed<T> {
        value.as_ref().map_or(Ok(usual), |value| self.check(key, value, |&x| rule(x)).copied())
    }

    fn check<'v, T>(
        &self,
        key: &str,
        value: &'v Spanned<T>,
        rule: impl FnOnce(&T) -> Result<(), String>,
    ) -> Parsed<&'v T> {
        rule(value.get_ref()).map(|()| value.get_ref()).map_err(|accepted| {
            let written = self.text.get(value.span()).unwrap_or_default();
            let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
            self.refuse(value.span(), &format!("{key} = {written}: {accepted}"))
        })
    }

    fn refuse(&self, span: Range<usize>, message: &str) -> SuiteError {
        SuiteError::Invalid {
            file: self.file.to_string(),
            line: self.line(span),
            message: message.to_string(),
        }
    }

    /// An error of the TOML parser, with the key and the line that it is about.
    fn misread(&self, mut error: toml::de::Error) -> SuiteError {
        let span = error.span().unwrap_or(0..0);
        let quoted = self.text.lines().nth(self.line(span.clone()) - 1).unwrap_or_default().trim();
        error.set_input(None); // so that it names the key instead of quoting
        let message = plain(error.to_string().trim());
        self.refuse(span, &format!("{message}\n  {quoted}"))
    }

    fn line(&self, span: Range<usize>) -> usize {
        line_after(&self.text.as_bytes()[..span.start.min(self.text.len())])
    }
}

/// The parser's message in words that need no Rust.
fn plain(message: &str) -> String {
    let words = [
        ("\n", " "),
        ("expected usize", "expected a whole number, 0 or more"),
        ("expected u64", "expected a whole number, 0 or more"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected an array"),
        ("sequence,", "array,"),
    ];
    words.iter().fold(message.to_string(), |message, (from, to)| message.replace(from, to))
}

/// The names of all predictions.
fn known() -> String {
    prediction::registry().iter().map(|prediction| prediction.name()).collect::<Vec<_>>().join(", ")
}

fn line_after(text: &[u8]) -> usize {
    1 + text.iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests;
