//! The loss of gradient descent is that of the central flow plus `tr Sigma / eta` on average (talk; G12).

use super::average::Average;
use super::estimate::{self, Averages, Estimate, Estimates, Theory};
use super::window::{Truncation, at_the_edge, eigenpair_error};
use super::{Finding, Prediction};
use crate::dynamics::Record;

/// `E L(w_t) = L(w(t)) + tr Sigma(t) / eta`.
pub struct LossDecomposes;

impl Prediction for LossDecomposes {
    fn name(&self) -> &'static str {
        "loss_decomposes"
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

impl Averages for LossDecomposes {
    fn theory(&self) -> Theory {
        let statement = "the time-averaged loss is that of the central flow plus tr(Sigma) / eta";
        Theory { statement, predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        let statement = "WRONG: the time-averaged loss is that of the central flow plus tr(Sigma) / (2 eta)";
        Theory { statement, predicted: 0.5 }
    }

    fn near_control(&self) -> Theory {
        let statement = "WRONG: the time-averaged loss is that of the central flow plus 1.1 tr(Sigma) / eta";
        Theory { statement, predicted: 1.1 }
    }

    fn average(&self) -> &'static str {
        "mean excess of the loss over the central map's, over mean tr(Sigma) / eta"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let (excess, predicted): (Vec<f64>, Vec<f64>) = moments
            .iter()
            .map(|m| (m.sample.discrete.loss - m.map.loss, m.map.trace() / record.learning_rate))
            .unzip();
        let average = Average::ratio(&excess, &predicted);
        let error = eigenpair_error(&moments);
        Ok(vec![Some(Estimate::new(average, Truncation::over(&moments).of_squares(), error, moments.len()))])
    }
}
