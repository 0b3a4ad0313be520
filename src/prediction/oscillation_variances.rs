//! Sigma predicts the variance of the oscillations along each of its eigenvectors (talk; G11).

use super::average::Average;
use super::estimate::{self, Averages, Estimate, Estimates, Theory};
use super::window::{Moment, SHORTEST, Truncation, after_blow_up, at_the_edge, eigenpair_error};
use super::{Finding, Prediction};
use crate::dynamics::Record;

/// Time-averaged `<q_i, w_t - w*_t>^2` against the eigenvalue of Sigma.
pub struct OscillationVariances;

impl Prediction for OscillationVariances {
    fn name(&self) -> &'static str {
        "oscillation_variances"
    }

    fn statement(&self) -> &'static str {
        self.theory().statement
    }

    fn judge(&self, record: &Record) -> Finding {
        estimate::judge(self, record)
    }

    fn averages(&self) -> Option<&dyn Averages> {
        Some(self)
    }
}

impl Averages for OscillationVariances {
    fn theory(&self) -> Theory {
        let statement = "along each eigenvector of Sigma the mean squared oscillation <q, w_t - w*_t>^2 is the eigenvalue of Sigma";
        Theory { statement, predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: the variances are twice the eigenvalues of Sigma", predicted: 2.0 }
    }

    fn near_control(&self) -> Theory {
        Theory { statement: "WRONG: the variances are 1.5 times the eigenvalues of Sigma", predicted: 1.5 }
    }

    fn average(&self) -> &'static str {
        "mean of <q_i, w_t - w*_t>^2 over mean of the eigenvalue of Sigma"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let most = moments.iter().map(|m| m.map.sigma.len()).max().unwrap_or(0);
        Ok((0..most).map(|i| ratio(after_blow_up(&moments, i), i)).collect())
    }
}

fn ratio(moments: &[Moment<'_>], i: usize) -> Option<Estimate> {
    let at = |m: &Moment<'_>| {
        let (variance, x) = (m.map.positive_sigma(i)?, m.map.oscillation.get(i)?);
        Some((x * x, variance))
    };
    let (measured, predicted): (Vec<f64>, Vec<f64>) = moments.iter().filter_map(at).unzip();
    let average = (measured.len() >= SHORTEST).then(|| Average::ratio(&measured, &predicted))?;
    Some(Estimate::new(
        average,
        Truncation::over(moments).of_squares(),
        eigenpair_error(moments),
        measured.len(),
    ))
}
