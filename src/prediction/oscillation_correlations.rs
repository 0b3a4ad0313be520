//! Oscillations along different eigenvectors of Sigma are uncorrelated (talk; G11).

use super::window::{Average, Moment, SHORTEST, after_blow_up, at_the_edge, errors_allowed, truncation};
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;
use crate::numeric::pairs;

/// The off-diagonal terms of the oscillation covariance in the eigenbasis of Sigma are zero.
pub struct OscillationCorrelations;

impl Prediction for OscillationCorrelations {
    fn name(&self) -> &'static str {
        "oscillation_correlations"
    }

    fn statement(&self) -> &'static str {
        "oscillations along different eigenvectors of Sigma are uncorrelated"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control =
            "WRONG: oscillations along different eigenvectors of Sigma move in unison, correlation 1";
        Finding { claim: judge(self.statement(), record, 0.0), control: judge(control, record, 1.0) }
    }
}

/// The correlation farthest from the predicted one.
fn judge(statement: &str, record: &Record, predicted: f64) -> Judgement {
    let moments = match at_the_edge(record) {
        Ok(moments) => moments,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let most = moments.iter().map(|m| m.central.sigma.len()).max().unwrap_or(0);
    let correlations: Vec<Average> = pairs(most)
        .filter(|(i, j)| i != j)
        .filter_map(|(i, j)| correlation(after_blow_up(&moments, record, i.max(j)), i, j))
        .collect();
    let allowed = errors_allowed(correlations.len());
    let truncated = truncation(&moments);
    let excess = |c: &Average| (c.mean - predicted).abs() / (allowed * c.standard_error + truncated);
    let Some(worst) = correlations.iter().max_by(|a, b| excess(a).total_cmp(&excess(b))) else {
        let reason = format!("no two eigenvalues of Sigma are positive for {SHORTEST} steps");
        return Judgement::not_reached(statement, reason);
    };
    let values = Values {
        predicted,
        measured: worst.mean,
        discrepancy: (worst.mean - predicted).abs(),
        tolerance: allowed * worst.standard_error + truncated,
        numerical_error: 0.0,
    };
    let reason = format!(
        "the correlation of <q_i, w_t - w*_t> and <q_j, w_t - w*_t>, scaled by the predicted variances, for the worst of {} \
         pairs; allowed are {allowed:.2} standard errors (99 % for all together) and the \
         truncation of the theory, the mean of (eta S - 2)^2",
        correlations.len()
    );
    Judgement::new(statement, values, reason)
}

fn correlation(moments: &[Moment<'_>], i: usize, j: usize) -> Option<Average> {
    let at = |m: &Moment<'_>| {
        let scale = (m.central.positive_sigma(i)? * m.central.positive_sigma(j)?).sqrt();
        let x = &m.central.oscillation;
        Some((x.get(i)? * x.get(j)?, scale))
    };
    let (products, scales): (Vec<f64>, Vec<f64>) = moments.iter().filter_map(at).unzip();
    (products.len() >= SHORTEST).then(|| Average::ratio(&products, &scales))
}
