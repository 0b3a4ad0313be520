//! Gradient descent moves along the central flow at its pace: the clocks agree (Cohen et al. 2025; G10).

use super::average::Average;
use super::estimate::{self, Averages, Estimate, Estimates, Theory};
use super::window::{Moment, Truncation, eigenpair_error, in_segments};
use super::{Finding, Prediction};
use crate::dynamics::Record;

/// After T steps of a segment the midpoint is T steps along the central map.
///
/// A distance of paths hardly tells a wrong learning rate, for paths run along each other. `ahead`, the distance of the
/// midpoint from the map along its velocity, in steps, does: the other directions in which midpoints differ from the path
/// lie along `grad S`, and there the flow at the edge does not move.
pub struct KeepsPace;

impl Prediction for KeepsPace {
    fn name(&self) -> &'static str {
        "keeps_pace"
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

impl Averages for KeepsPace {
    fn theory(&self) -> Theory {
        let statement =
            "gradient descent moves along the central flow at its pace: T steps take it as far as time T";
        Theory { statement, predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: the pace is that of a learning rate 10 % larger", predicted: 1.1 }
    }

    fn near_control(&self) -> Theory {
        Theory { statement: "WRONG: the pace is that of a learning rate 2 % larger", predicted: 1.02 }
    }

    fn average(&self) -> &'static str {
        "steps that midpoints have gone along the central map since the start of the segment, over those that it has"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = in_segments(record);
        // The last quarter of each whole segment, where what the start was off by counts least.
        let late = |m: &&Moment<'_>| 4 * (m.sample.step - m.segment.start) >= 3 * record.segment;
        let late: Vec<&Moment<'_>> = moments.iter().filter(late).collect();
        if late.is_empty() {
            return Err("no segment had its time".to_string());
        }
        let steps: Vec<f64> = late.iter().map(|m| (m.sample.step - m.segment.start) as f64).collect();
        let gone: Vec<f64> = late.iter().zip(&steps).map(|(m, steps)| steps + m.segment.ahead).collect();
        let average = Average::ratio(&gone, &steps);
        let truncation = Truncation::over(&moments);
        // Errors of eigenvectors have no preferred direction: along the path is one of p.
        let error = eigenpair_error(&moments) / (record.dim as f64).sqrt();
        Ok(vec![Some(Estimate::new(average, truncation.of_pace(), error, late.len()))])
    }
}
