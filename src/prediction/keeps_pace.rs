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
        "steps that midpoints have gone along the central map since the second quarter of the segment, over those that it has"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = in_segments(record);
        let segments = moments.chunk_by(|a, b| a.segment.start == b.segment.start);
        let (steps, gone): (Vec<f64>, Vec<f64>) =
            segments.flat_map(|segment| since(segment, record.segment)).unzip();
        if steps.is_empty() {
            return Err("no segment had its time".to_string());
        }
        let average = Average::ratio(&gone, &steps);
        let truncation = Truncation::over(&moments);
        // Errors of eigenvectors have no preferred direction: along the path is one of p.
        let error = eigenpair_error(&moments) / (record.dim as f64).sqrt();
        Ok(vec![Some(Estimate::new(average, truncation.of_pace(), error, steps.len()))])
    }
}

/// For each step of the last quarter of a segment of so many steps the time since its second quarter, along the central map and
/// along the midpoints: what the start was off by, and the first steps of the map, do not count.
fn since(segment: &[Moment<'_>], length: usize) -> Vec<(f64, f64)> {
    let time = |m: &Moment<'_>| m.sample.step - m.segment.start;
    let early: Vec<&Moment<'_>> =
        segment.iter().filter(|m| (length / 4..length / 2).contains(&time(m))).collect();
    let mean =
        |of: &dyn Fn(&Moment<'_>) -> f64| early.iter().map(|m| of(m)).sum::<f64>() / early.len() as f64;
    let (start, ahead) = (mean(&|m| time(m) as f64), mean(&|m| m.segment.ahead));
    let late = segment.iter().filter(|m| time(m) >= 3 * length / 4);
    late.map(|m| (time(m) as f64 - start, time(m) as f64 - start + m.segment.ahead - ahead)).collect()
}
