//! The squared gradient norm is that of the central flow plus `tr(H Sigma H)` on average (Cohen et al. 2025; G13).

use super::average::Average;
use super::estimate::{self, Averages, Estimate, Estimates, Theory};
use super::window::{Truncation, at_the_edge, eigenpair_error};
use super::{Finding, Prediction};
use crate::dynamics::Record;

/// `E |grad L(w_t)|^2 = |grad L(w(t))|^2 + tr(H Sigma H)`.
pub struct GradientNormDecomposes;

impl Prediction for GradientNormDecomposes {
    fn name(&self) -> &'static str {
        "gradient_norm_decomposes"
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

impl Averages for GradientNormDecomposes {
    fn theory(&self) -> Theory {
        let statement =
            "the time-averaged squared gradient norm is that of the central flow plus tr(H Sigma H)";
        Theory { statement, predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: it is that of the central flow plus tr(H Sigma H) / 2", predicted: 0.5 }
    }

    fn near_control(&self) -> Theory {
        Theory { statement: "WRONG: it is that of the central flow plus 1.1 tr(H Sigma H)", predicted: 1.1 }
    }

    fn average(&self) -> &'static str {
        "mean excess of |grad L|^2 over the central map's, over mean tr(H Sigma H)"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let (excess, predicted): (Vec<f64>, Vec<f64>) = moments
            .iter()
            .map(|m| (m.sample.discrete.gradient_square - m.map.gradient_square, m.map.gradient_variance))
            .unzip();
        let average = Average::ratio(&excess, &predicted);
        let error = eigenpair_error(&moments);
        Ok(vec![Some(Estimate::new(average, Truncation::over(&moments).of_squares(), error, moments.len()))])
    }
}
