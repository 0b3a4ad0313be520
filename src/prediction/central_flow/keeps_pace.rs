//! Gradient descent moves along the central flow at its pace: the clocks agree (Cohen et al. 2025; G10).

use crate::experiment::Record;
use crate::prediction::average::Average;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::window::{Moment, Truncation, eigenpair_error, in_segments};

/// After T steps of a segment the midpoint is T steps along the central map.
///
/// A distance of paths hardly tells a wrong learning rate, for paths run along each other. `ahead`, the distance of the
/// midpoint from the map along its velocity, in steps, does: the other directions in which midpoints differ from the path
/// lie along `grad S`, and there the flow at the edge does not move.
pub struct KeepsPace;

impl Averages for KeepsPace {
    fn name(&self) -> &'static str {
        "keeps_pace"
    }

    fn theory(&self) -> Theory {
        let statement =
            "gradient descent moves along the central flow at its pace: T steps take it as far as time T";
        Theory { statement, predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: the pace is that of a learning rate 10 % larger", predicted: 1.1 }
    }

    fn near_control(&self) -> Theory {
        Theory { statement: "WRONG: the pace is that of a learning rate 1 % larger", predicted: 1.01 }
    }

    fn average(&self) -> &'static str {
        "steps that midpoints have gone along the central map since the second quarter of the segment, over those that it has"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = in_segments(record);
        let segments = moments.chunk_by(|a, b| a.segment.start == b.segment.start);
        let paces: Vec<Average> = segments.filter_map(|segment| pace(segment, record.segment)).collect();
        if paces.is_empty() {
            return Err("no segment had its time".to_string());
        }
        let n = paces.len() as f64;
        let mean = paces.iter().map(|pace| pace.mean).sum::<f64>() / n;
        let square = paces.iter().map(|pace| pace.standard_error.powi(2)).sum::<f64>();
        let standard_error = (square / (n * n) + of_state(&moments).powi(2)).sqrt();
        let average = Average { mean, standard_error };
        // Errors of eigenvectors have no preferred direction: along the path is one of p.
        let error = eigenpair_error(&moments) / (record.dim as f64).sqrt();
        Ok(vec![Some(Estimate::new(average, Truncation::over(&moments).of_pace(), error, moments.len()))])
    }
}

/// The standard error that the pace has by that of the state of a preconditioner: steps go with its root.
fn of_state(moments: &[Moment<'_>]) -> f64 {
    let states = moments.iter().filter_map(|m| m.segment.state.as_ref());
    let (measured, predicted): (Vec<f64>, Vec<f64>) =
        states.map(|state| (state.size, state.predicted)).unzip();
    if measured.is_empty() { 0.0 } else { 0.5 * Average::ratio(&measured, &predicted).standard_error }
}

/// The pace of midpoints along the central map between the second quarter of a segment of `length` steps and the last: what
/// the start was off by, and the first steps of the map, do not count. The mean of `ahead` over a quarter is known as well as a
/// single value of it, whose scatter is taken around the line through the two: cycles may be as long as a quarter.
fn pace(segment: &[Moment<'_>], length: usize) -> Option<Average> {
    let time = |m: &Moment<'_>| m.sample.step - m.segment.start;
    let within = |from: usize, to: usize| -> Vec<(f64, f64)> {
        let part = segment.iter().filter(|m| (from..to).contains(&time(m)));
        part.map(|m| (time(m) as f64, m.segment.ahead)).collect()
    };
    let middle = |points: &[(f64, f64)]| {
        let n = points.len() as f64;
        points.iter().fold((0.0, 0.0), |(t, a), point| (t + point.0 / n, a + point.1 / n))
    };
    let (early, late) = (within(length / 4, length / 2), within(3 * length / 4, length));
    if early.is_empty() || late.last()?.0 < (length - 1) as f64 {
        return None;
    }
    let ((t0, a0), (t1, a1)) = (middle(&early), middle(&late));
    let slope = (a1 - a0) / (t1 - t0);
    let all = within(length / 4, length);
    let square = all.iter().map(|(t, a)| (a - a0 - slope * (t - t0)).powi(2)).sum::<f64>() / all.len() as f64;
    Some(Average { mean: 1.0 + slope, standard_error: (2.0 * square).sqrt() / (t1 - t0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::synthetic::truth;
    use crate::process::SegmentSample;

    /// Who gains a step in a hundred on the central map is faster than it by 1 %, and who loses one is slower.
    #[test]
    fn the_pace_of_who_is_ahead_is_above_one() {
        for gain in [0.01, -0.01] {
            let record = truth::with(|s| {
                let step = s.step;
                let ahead =
                    |segment: &mut SegmentSample| segment.ahead = gain * (step - segment.start) as f64;
                s.get_mut().into_iter().for_each(ahead);
            });
            let estimates = KeepsPace.estimates(&record).expect("segments have their time");
            let value = estimates[0].as_ref().expect("one").mean;
            assert!((value - 1.0 - gain).abs() < 1e-12, "{value}");
        }
    }
}
