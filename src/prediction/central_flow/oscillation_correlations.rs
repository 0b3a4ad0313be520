//! Oscillations along different eigenvectors of Sigma are uncorrelated (talk; G11).

use crate::experiment::Record;
use crate::numeric::pairs;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::window::{Moment, SHORTEST, after_blow_up, at_the_edge};

/// The off-diagonal terms of the oscillation covariance in the eigenbasis of Sigma are zero.
pub struct OscillationCorrelations;

impl Averages for OscillationCorrelations {
    fn name(&self) -> &'static str {
        "oscillation_correlations"
    }

    fn theory(&self) -> Theory {
        let statement = "oscillations along different eigenvectors of Sigma are uncorrelated";
        Theory { statement, predicted: 0.0 }
    }

    fn control(&self) -> Theory {
        let statement =
            "WRONG: oscillations along different eigenvectors of Sigma move in unison, correlation 1";
        Theory { statement, predicted: 1.0 }
    }

    fn near_control(&self) -> Theory {
        let statement = "WRONG: oscillations along different eigenvectors of Sigma have correlation 1/2";
        Theory { statement, predicted: 0.5 }
    }

    fn average(&self) -> &'static str {
        "mean of <q_i, w_t - w*_t> <q_j, w_t - w*_t> over the mean root of the product of the eigenvalues of Sigma"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let most = moments.iter().map(|m| m.map.sigma.len()).max().unwrap_or(0);
        let different = pairs(most).filter(|(i, j)| i != j);
        Ok(different.map(|(i, j)| correlation(after_blow_up(&moments, i.max(j)), i, j)).collect())
    }
}

fn correlation(moments: &[Moment<'_>], i: usize, j: usize) -> Option<Estimate> {
    let at = |m: &Moment<'_>| {
        let scale = (m.map.positive_sigma(i)? * m.map.positive_sigma(j)?).sqrt();
        Some((m.oscillation(i)? * m.oscillation(j)?, scale))
    };
    Some(Estimate::of_squares(moments, at)).filter(|estimate| estimate.steps >= SHORTEST)
}
