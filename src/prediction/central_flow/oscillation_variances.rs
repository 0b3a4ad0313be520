//! Sigma predicts the variance of the oscillations along each of its eigenvectors (talk; G11).

use crate::experiment::Record;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::window::{Moment, SHORTEST, after_blow_up, at_the_edge};

/// Time-averaged `<q_i, w_t - w*_t>^2` against the eigenvalue of Sigma.
pub struct OscillationVariances;

impl Averages for OscillationVariances {
    fn name(&self) -> &'static str {
        "oscillation_variances"
    }

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
        let (variance, x) = (m.map.positive_sigma(i)?, m.oscillation(i)?);
        Some((x * x, variance))
    };
    Some(Estimate::of_squares(moments, at)).filter(|estimate| estimate.steps >= SHORTEST)
}
