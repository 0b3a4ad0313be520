//! Claims about averages: an estimate a run, estimates of several runs pooled, and the judgement of either.

use super::average::{Average, FREEDOM, errors_allowed};
use super::window::{Moment, Truncation, eigenpair_error};
use super::{Finding, Judgement, Outcome, Prediction, Values};
use crate::experiment::Record;
use crate::process::{Kind, segments};

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

    /// The ratio of the means of two series of squares of the oscillation over a run: measured and predicted, at those moments
    /// that have both.
    pub fn of_squares(moments: &[Moment<'_>], terms: impl Fn(&Moment<'_>) -> Option<(f64, f64)>) -> Self {
        let (measured, predicted): (Vec<f64>, Vec<f64>) = moments.iter().filter_map(terms).unzip();
        let average = Average::ratio(&measured, &predicted);
        let truncation = Truncation::over(moments).of_squares();
        Self::new(average, truncation, eigenpair_error(moments), measured.len())
    }

    /// The mean over independent runs, weighted by `w_s = 1 / (e_s^2 + t_s^2)`: e_s their standard errors with `f_s` degrees of
    /// freedom, t_s their truncations, which tell how far a run may be off for other reasons.
    ///
    /// With shares `p_s = w_s / sum w_s` its variance is `sum p_s^2 e_s^2` with `(sum p_s^2 e_s^2)^2 / sum (p_s^4 e_s^4 / f_s)`
    /// degrees of freedom (Welch and Satterthwaite), times `1 + 4 sum p_s (1 - p_s) / f_s`, because the weights are estimates
    /// (Meier 1953). From six runs on it is what their scatter says, `sum p_s (m_s - m)^2 / (n - 1)` with
    /// `n - 1` degrees of freedom. Either falls as one over the number of runs; truncation and numerical error, which may be
    /// the same in each, do not. A run whose mean is NaN makes that of all NaN; one too short for a standard error, or
    /// without one, is left out.
    pub fn pool(runs: &[Estimate]) -> Option<Self> {
        let runs: Vec<&Estimate> =
            runs.iter().filter(|run| run.standard_error > 0.0 || run.mean.is_nan()).collect();
        let weight = |run: &Estimate| 1.0 / (run.standard_error.powi(2) + run.truncation.powi(2));
        let total = runs.iter().fold(0.0, |sum, run| sum + weight(run));
        let shares: Vec<f64> = runs.iter().map(|run| weight(run) / total).collect();
        let weighted = |value: &dyn Fn(f64, &Estimate) -> f64| {
            shares.iter().zip(&runs).fold(0.0, |sum, (&share, run)| sum + share * value(share, run))
        };
        let mean = weighted(&|_, run| run.mean);
        let n = runs.len() as f64;
        let (variance, freedom) = if runs.len() >= RUNS_TO_SCATTER {
            (weighted(&|_, run| (run.mean - mean).powi(2)) / (n - 1.0), n - 1.0)
        } else {
            let square = |share: f64, run: &Estimate| share * run.standard_error.powi(2);
            let variance = weighted(&square);
            let parts = weighted(&|share, run| square(share, run).powi(2) * share / run.freedom);
            let of_weights = 1.0 + 4.0 * weighted(&|share, run| (1.0 - share) / run.freedom);
            (variance * of_weights, variance * variance / parts)
        };
        (runs.len() > 1).then(|| Self {
            mean,
            standard_error: variance.sqrt(),
            freedom,
            truncation: weighted(&|_, run| run.truncation),
            numerical_error: weighted(&|_, run| run.numerical_error),
            steps: runs.iter().map(|run| run.steps).sum(),
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
    /// The name in suite files.
    fn name(&self) -> &'static str;

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

    /// The processes that have it.
    fn processes(&self) -> &'static [&'static Kind] {
        &[&segments::KIND]
    }
}

/// A claim about averages is a prediction: what differs between such claims is what is averaged.
impl<A: Averages> Prediction for A {
    fn name(&self) -> &'static str {
        Averages::name(self)
    }

    fn statement(&self) -> &'static str {
        self.theory().statement
    }

    fn processes(&self) -> &'static [&'static Kind] {
        Averages::processes(self)
    }

    fn judge(&self, record: &Record) -> Finding {
        judge(self, record)
    }

    fn averages(&self) -> Option<&dyn Averages> {
        Some(self)
    }
}

/// The estimates of a run, one a comparison.
pub type Estimates = Vec<Option<Estimate>>;

/// Judges a claim about averages and its control on one run.
fn judge(claim: &dyn Averages, record: &Record) -> Finding {
    let estimates = claim.estimates(record);
    let judge = |theory: Theory| match &estimates {
        Ok(estimates) => judge_worst(claim, theory, estimates, "of this run"),
        Err(reason) => Judgement::not_reached(theory.statement, reason),
    };
    finding(judge(claim.theory()), judge(claim.control()))
}

/// A claim that holds tells nothing where its control is not rejected: nothing is resolved then.
pub(super) fn finding(mut claim: Judgement, control: Judgement) -> Finding {
    if claim.verdict == Outcome::Holds && control.verdict != Outcome::Violated {
        claim.verdict = Outcome::Unresolved;
        claim.reason += "; unresolved, for the control is not rejected";
    }
    Finding { claim, control }
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
    pooled.iter().any(Option::is_some).then(|| finding(judge(claim.theory()), judge(claim.near_control())))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Stream;

    fn estimate(mean: f64, standard_error: f64) -> Estimate {
        let average = Average { mean, standard_error };
        Estimate::new(average, 0.01, 0.001, 500)
    }

    /// Runs whose errors and error estimates are random: the pooled interval covers the truth about as often as it promises.
    #[test]
    fn pooled_intervals_cover_the_truth() {
        for runs in [2, 3, 5, 6, 12] {
            let mut stream = Stream::new(runs as u64, "pool");
            let covered = (0..1000)
                .filter(|_| {
                    let estimates: Vec<Estimate> = (0..runs)
                        .map(|i| {
                            let error = 0.01 * (1.0 + i as f64);
                            let square: f64 = (0..FREEDOM as usize).map(|_| stream.normal().powi(2)).sum();
                            estimate(1.0 + error * stream.normal(), error * (square / FREEDOM).sqrt())
                        })
                        .collect();
                    let pooled = Estimate::pool(&estimates).expect("two or more");
                    (pooled.mean - 1.0).abs() <= pooled.statistics(1)
                })
                .count();
            // 990 are promised, three standard deviations are 9; weights that are estimates cost a few more, at 12 runs most.
            assert!((970..=999).contains(&covered), "{runs} runs: {covered} of 1000");
        }
    }

    #[test]
    fn pooling_narrows_statistics_but_neither_truncation_nor_numerical_error() {
        let one = estimate(1.0, 0.02);
        let four = Estimate::pool(&[one; 4]).expect("pooled");
        let corrected = 0.01 * (1.0 + 4.0 * 0.75 / FREEDOM).sqrt();
        assert!(
            (four.standard_error - corrected).abs() < 1e-12 && (four.freedom - 4.0 * FREEDOM).abs() < 1e-9
        );
        assert!((four.truncation - 0.01).abs() < 1e-15 && (four.numerical_error - 0.001).abs() < 1e-15);
        assert_eq!((four.steps, Estimate::pool(&[one])), (2000, None));
    }

    #[test]
    fn from_six_runs_on_their_scatter_decides() {
        let runs: Vec<Estimate> = (0..6).map(|i| estimate(1.0 + 0.1 * f64::from(i % 2), 0.02)).collect();
        let pooled = Estimate::pool(&runs).expect("pooled");
        assert!((pooled.mean - 1.05).abs() < 1e-12);
        assert!((pooled.standard_error - 0.05 / 5.0_f64.sqrt()).abs() < 1e-12, "{pooled:?}");
        assert_eq!(pooled.freedom, 5.0);
    }

    /// A claim that 1 is 1, beside controls that it is 1.5 and 1.1.
    struct One;

    impl Averages for One {
        fn name(&self) -> &'static str {
            "one"
        }

        fn theory(&self) -> Theory {
            Theory { statement: "it is 1", predicted: 1.0 }
        }

        fn control(&self) -> Theory {
            Theory { statement: "WRONG: it is 1.5", predicted: 1.5 }
        }

        fn near_control(&self) -> Theory {
            Theory { statement: "WRONG: it is 1.1", predicted: 1.1 }
        }

        fn estimates(&self, _: &Record) -> Result<Estimates, String> {
            Err("not measured".to_string())
        }

        fn average(&self) -> &'static str {
            "a number"
        }
    }

    #[test]
    fn a_claim_whose_near_control_is_not_rejected_is_unresolved() {
        let judged = |error: f64| {
            let runs = vec![vec![Some(Estimate { truncation: 0.0, ..estimate(1.0, error) })]; 3];
            judge_pooled(&One, &runs).expect("three runs")
        };
        let sharp = judged(0.001);
        assert_eq!((sharp.claim.verdict, sharp.control.verdict), (Outcome::Holds, Outcome::Violated));
        let vague = judged(0.1);
        assert_eq!((vague.claim.verdict, vague.control.verdict), (Outcome::Unresolved, Outcome::Holds));
    }
}
