//! The mean square of the oscillation is `tr Sigma` (talk; G11).

use super::average::Average;
use super::estimate::{self, Averages, Estimate, Estimates, Theory};
use super::window::{Truncation, at_the_edge, eigenpair_error};
use super::{Finding, Prediction};
use crate::dynamics::Record;

/// `E |w_t - w*_t|^2 = tr Sigma`.
pub struct OscillationSize;

impl Prediction for OscillationSize {
    fn name(&self) -> &'static str {
        "oscillation_size"
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

impl Averages for OscillationSize {
    fn theory(&self) -> Theory {
        Theory { statement: "the mean squared oscillation |w_t - w*_t|^2 is tr(Sigma)", predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: the mean squared oscillation is 3/2 tr(Sigma)", predicted: 1.5 }
    }

    fn near_control(&self) -> Theory {
        Theory { statement: "WRONG: the mean squared oscillation is 1.1 tr(Sigma)", predicted: 1.1 }
    }

    fn average(&self) -> &'static str {
        "mean of |w_t - w*_t|^2 over mean of tr(Sigma)"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let (measured, predicted): (Vec<f64>, Vec<f64>) =
            moments.iter().map(|m| (m.midpoint.displacement_square, m.map.trace())).unzip();
        let average = Average::ratio(&measured, &predicted);
        let error = eigenpair_error(&moments);
        Ok(vec![Some(Estimate::new(average, Truncation::over(&moments).of_squares(), error, moments.len()))])
    }
}
