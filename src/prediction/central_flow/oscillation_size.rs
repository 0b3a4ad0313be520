//! The mean square of the oscillation is `tr Sigma` (talk; G11).

use crate::experiment::Record;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::window::{Moment, at_the_edge};

/// `E |w_t - w*_t|^2 = tr Sigma`.
pub struct OscillationSize;

impl Averages for OscillationSize {
    fn name(&self) -> &'static str {
        "oscillation_size"
    }

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
        let terms = |m: &Moment<'_>| Some((m.midpoint.displacement_square, m.size()));
        Ok(vec![Some(Estimate::of_squares(&moments, terms))])
    }
}
