//! Claims about averages: an estimate a run, estimates of several runs pooled, and the judgement of either.

use super::average::{Average, FREEDOM, errors_allowed};
use super::{Finding, Judgement, Values};
use crate::dynamics::Record;

/// What the average of a run, or of several, says about a number that the theory predicts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The measured number.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The degrees of freedom of the standard error.
    pub freedom: f64,
    /// The order of what the theory neglects.
    pub truncation: f64,
    /// What numerical error could explain.
    pub numerical_error: f64,
    /// The number of steps it is taken over.
    pub steps: usize,
}

/// From so many runs on the scatter between them is taken for the standard error of their mean: it needs no model of the
/// correlation within a run, and has as many degrees of freedom as Student's quantile is good for.
const RUNS_TO_SCATTER: usize = 6;

impl Estimate {
    /// The estimate by an average over one run.
    pub fn new(average: Average, truncation: f64, numerical_error: f64, steps: usize) -> Self {
        let Average { mean, standard_error } = average;
        Self { mean, standard_error, freedom: FREEDOM, truncation, numerical_error, steps }
    }

    /// The mean over independent runs, weighted by their steps.
    ///
    /// With weights `w_s` that sum to 1 its variance is `sum w_s^2 e_s^2`, e_s the runs' own standard errors, with
    /// `(sum w_s^2 e_s^2)^2 / sum (w_s^4 e_s^4 / f_s)` degrees of freedom (Welch and Satterthwaite); from six runs on it
    /// is `n/(n-1) sum w_s^2 (m_s - m)^2` with `n - 1`. It falls as one over the number of runs; truncation and
    /// numerical error, which may be the same in each, do not fall.
    pub fn pool(runs: &[Estimate]) -> Option<Self> {
        let steps: usize = runs.iter().map(|run| run.steps).sum();
        let weighted = |value: &dyn Fn(&Estimate) -> f64| {
            runs.iter().fold(0.0, |sum, run| sum + run.steps as f64 / steps as f64 * value(run))
        };
        let mean = weighted(&|run| run.mean);
        let squares = |value: &dyn Fn(&Estimate) -> f64| -> Vec<f64> {
            runs.iter().map(|run| (run.steps as f64 / steps as f64 * value(run)).powi(2)).collect()
        };
        let (variance, freedom) = if runs.len() >= RUNS_TO_SCATTER {
            let n = runs.len() as f64;
            (n / (n - 1.0) * squares(&|run| run.mean - mean).iter().sum::<f64>(), n - 1.0)
        } else {
            let squares = squares(&|run| run.standard_error);
            let variance: f64 = squares.iter().sum();
            let parts = squares.iter().zip(runs).map(|(square, run)| square * square / run.freedom);
            (variance, variance * variance / parts.sum::<f64>().max(f64::MIN_POSITIVE))
        };
        (runs.len() > 1).then_some(Self {
            mean,
            standard_error: variance.sqrt(),
            freedom: freedom.max(FREEDOM.min(runs.len() as f64 - 1.0)),
            truncation: weighted(&|run| run.truncation),
            numerical_error: weighted(&|run| run.numerical_error),
            steps,
        })
    }

    fn statistics(&self, comparisons: usize) -> f64 {
        errors_allowed(comparisons, self.freedom) * self.standard_error
    }
}

/// A theory of an average: what it says and the number it predicts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theory {
    /// The theory in one sentence.
    pub statement: &'static str,
    /// The number.
    pub predicted: f64,
}

/// A claim about averages. It is judged on each run, beside a control that each run must reject, and on all runs of an
/// experiment together, beside a control that is nearer to the theory.
pub trait Averages: Sync {
    /// The theory.
    fn theory(&self) -> Theory;

    /// A wrong theory that a single run must reject.
    fn control(&self) -> Theory;

    /// A wrong theory, nearer to the right one, that the runs of an experiment must reject together.
    fn near_control(&self) -> Theory;

    /// An estimate a comparison (for instance an eigenvector of Sigma), `None` where the run has too little for one; or
    /// why there are none at all.
    fn estimates(&self, record: &Record) -> Result<Estimates, String>;

    /// What is averaged, for the reason beside a verdict.
    fn average(&self) -> &'static str;
}

/// The estimates of a run, one a comparison.
pub type Estimates = Vec<Option<Estimate>>;

/// Judges a claim about averages and its control on one run.
pub fn judge(claim: &dyn Averages, record: &Record) -> Finding {
    let estimates = claim.estimates(record);
    let judge = |theory: Theory| match &estimates {
        Ok(estimates) => judge_worst(claim, theory, estimates, "of this run"),
        Err(reason) => Judgement::not_reached(theory.statement, reason),
    };
    Finding { claim: judge(claim.theory()), control: judge(claim.control()) }
}

/// Judges a claim about averages and its near control on the estimates of several runs; `None` if fewer than two runs have
/// any.
pub fn judge_pooled(claim: &dyn Averages, runs: &[Estimates]) -> Option<Finding> {
    let most = runs.iter().map(Vec::len).max()?;
    let of = |i: usize| -> Vec<Estimate> { runs.iter().filter_map(|run| *run.get(i)?).collect() };
    let pooled: Estimates = (0..most).map(|i| Estimate::pool(&of(i))).collect();
    let runs = (0..most).map(|i| of(i).len()).max().unwrap_or(0);
    let which = format!("of {runs} runs pooled");
    let judge = |theory: Theory| judge_worst(claim, theory, &pooled, &which);
    pooled
        .iter()
        .any(Option::is_some)
        .then(|| Finding { claim: judge(claim.theory()), control: judge(claim.near_control()) })
}

/// The judgement by the comparison that fits worst.
fn judge_worst(
    claim: &dyn Averages,
    theory: Theory,
    estimates: &[Option<Estimate>],
    which: &str,
) -> Judgement {
    let known: Vec<&Estimate> = estimates.iter().flatten().collect();
    let comparisons = known.len();
    let allowed = |e: &Estimate| e.statistics(comparisons) + e.truncation;
    let excess = |e: &Estimate| (e.mean - theory.predicted).abs() / (allowed(e) + e.numerical_error);
    let Some(worst) = known.into_iter().max_by(|a, b| excess(a).total_cmp(&excess(b))) else {
        return Judgement::not_reached(theory.statement, "too few steps for an average");
    };
    let values = Values {
        predicted: theory.predicted,
        measured: worst.mean,
        discrepancy: (worst.mean - theory.predicted).abs(),
        tolerance: allowed(worst),
        numerical_error: worst.numerical_error,
    };
    let reason = format!(
        "{}, over {} steps {which}{}; allowed are {:.2} standard errors, {:.2e} (99 % for all together), and the truncation of \
         the theory, {:.2e}: E x^2 y^2 / E x^2 with y = eta S - 2, what the expansion leaves out at x^2 = Sigma, times the \
         kurtosis of x, and how fast Sigma changes; the numerical error is that of the eigenpairs",
        claim.average(),
        worst.steps,
        if comparisons > 1 { format!(", for the worst of {comparisons}") } else { String::new() },
        errors_allowed(comparisons, worst.freedom),
        worst.statistics(comparisons),
        worst.truncation,
    );
    Judgement::new(theory.statement, values, reason)
        .with_parts(worst.statistics(comparisons), worst.truncation)
        .resolving(if theory.predicted == 0.0 { 1.0 } else { theory.predicted })
}
