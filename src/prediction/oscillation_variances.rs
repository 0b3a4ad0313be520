//! Sigma predicts the variance of the oscillations along each of its eigenvectors (talk; G11).

use super::window::{Average, Moment, SHORTEST, after_blow_up, at_the_edge, errors_allowed, truncation};
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;

/// Time-averaged `<q_i, w_t - w*_t>^2` against the eigenvalue of Sigma.
pub struct OscillationVariances;

impl Prediction for OscillationVariances {
    fn name(&self) -> &'static str {
        "oscillation_variances"
    }

    fn statement(&self) -> &'static str {
        "along each eigenvector of Sigma the mean squared oscillation <q, w_t - w*_t>^2 is the eigenvalue of Sigma"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the variances are twice the eigenvalues of Sigma";
        Finding { claim: judge(self.statement(), record, 1.0), control: judge(control, record, 2.0) }
    }
}

/// The ratio of measured and predicted variance for the eigenvector that fits worst.
fn judge(statement: &str, record: &Record, factor: f64) -> Judgement {
    let moments = match at_the_edge(record) {
        Ok(moments) => moments,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let most = moments.iter().map(|m| m.central.sigma.len()).max().unwrap_or(0);
    let ratios: Vec<Average> =
        (0..most).filter_map(|i| ratio(after_blow_up(&moments, record, i), i)).collect();
    let allowed = errors_allowed(ratios.len());
    let truncated = truncation(&moments);
    let excess = |r: &Average| (r.mean - factor).abs() / (allowed * r.standard_error + truncated);
    let Some(worst) = ratios.iter().max_by(|a, b| excess(a).total_cmp(&excess(b))) else {
        return Judgement::not_reached(
            statement,
            format!("no eigenvalue of Sigma is positive for {SHORTEST} steps"),
        );
    };
    let trace = |m: &Moment<'_>| m.central.trace();
    let fine: f64 = moments.iter().map(trace).sum();
    let coarse: f64 = moments.iter().map(|m| m.companion.trace).sum();
    let values = Values {
        predicted: factor,
        measured: worst.mean,
        discrepancy: (worst.mean - factor).abs(),
        tolerance: allowed * worst.standard_error + truncated,
        numerical_error: (fine / coarse - 1.0).abs(),
    };
    let reason = format!(
        "measured over predicted variance for the worst of {} eigenvectors; allowed are {allowed:.2} standard errors \
         (99 % for all together) and the truncation of the theory, the mean of (eta S - 2)^2; the \
         numerical error is the change of tr Sigma when the substep is doubled",
        ratios.len()
    );
    Judgement::new(statement, values, reason)
}

fn ratio(moments: &[Moment<'_>], i: usize) -> Option<Average> {
    let at = |m: &Moment<'_>| {
        let (variance, x) = (m.central.positive_sigma(i)?, m.central.oscillation.get(i)?);
        Some((x * x, variance))
    };
    let (measured, predicted): (Vec<f64>, Vec<f64>) = moments.iter().filter_map(at).unzip();
    (measured.len() >= SHORTEST).then(|| Average::ratio(&measured, &predicted))
}
