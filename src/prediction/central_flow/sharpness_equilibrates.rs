//! The sharpness equilibrates at 2/eta (Cohen et al. 2021; G4).

use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::prediction::average::Average;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::largest::largest;
use crate::prediction::window::{Moment, Truncation, at_the_edge};

/// Past the edge the curvature at midpoints along the oscillation averages to 2/eta.
///
/// The theory locks several eigenvalues at 2/eta on average; the largest of them at each step is above. So the curvature
/// is measured along the eigenvectors of the central map's Sigma, weighted by it: linear in the Hessian, it has no such bias,
/// and with one critical eigenvalue it is the sharpness.
pub struct SharpnessEquilibrates;

impl Averages for SharpnessEquilibrates {
    fn name(&self) -> &'static str {
        "sharpness_equilibrates"
    }

    fn theory(&self) -> Theory {
        let statement = "past the edge the sharpness at midpoints equilibrates at 2/eta: the time average of \
                         eta tr(H Sigma) / tr(Sigma) is 2";
        Theory { statement, predicted: EDGE }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: it equilibrates at 1.5/eta", predicted: 1.5 }
    }

    fn near_control(&self) -> Theory {
        Theory { statement: "WRONG: it equilibrates at 2.05/eta", predicted: 2.05 }
    }

    fn average(&self) -> &'static str {
        "mean of eta sum_i sigma_i q_i' H(w*_t) q_i over mean of tr(Sigma)"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let measured: Vec<&Moment<'_>> = moments.iter().filter(|m| !m.segment.curvature.is_empty()).collect();
        let weighted = |m: &&Moment<'_>| {
            m.map.sigma.iter().zip(&m.segment.curvature).fold(0.0, |sum, (sigma, c)| sum + sigma * c)
        };
        let curvature: Vec<f64> = measured.iter().map(weighted).collect();
        let traces: Vec<f64> = measured.iter().map(|m| m.map.trace()).collect();
        let average = Average::ratio(&curvature, &traces);
        let truncation = Truncation::over(&moments);
        // An eigenvector off by the relative residual r changes its curvature by r^2.
        let residual = largest(moments.iter().map(|m| m.map.residual));
        let error = EDGE * residual * residual;
        Ok(vec![Some(Estimate::new(average, truncation.of_sharpness(), error, moments.len()))])
    }
}
