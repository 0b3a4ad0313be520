//! The outputs of the network are on average those of the central flow plus half of their curvature against Sigma (talk).

use crate::experiment::Record;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::window::{Moment, Truncation, at_the_edge};
use crate::process::{Kind, OutputsSample, outputs, segments};

/// `E f(w_t) = f(w(t)) + 1/2 <H_f, Sigma(t)>` for each output f of each example: Taylor's expansion to second order around the
/// central flow, where the mean displacement is zero and its covariance Sigma.
///
/// All outputs together: with `c = 1/2 <H_f, Sigma>` a number each, `E <f(w_t) - f(w(t)), c> = |c|^2`.
pub struct OutputsAverage;

impl Averages for OutputsAverage {
    fn name(&self) -> &'static str {
        "outputs_average"
    }

    fn theory(&self) -> Theory {
        let statement = "the time-averaged outputs are those of the central flow plus <H_f, Sigma> / 2, H_f each one's Hessian";
        Theory { statement, predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: the time-averaged outputs are those of the central flow", predicted: 0.0 }
    }

    fn near_control(&self) -> Theory {
        let statement = "WRONG: they are those of the central flow plus <H_f, Sigma> / 4";
        Theory { statement, predicted: 0.5 }
    }

    fn average(&self) -> &'static str {
        "with c = <H_f, Sigma> / 2, a number for each output: mean of <f(w_t) - f(w(t)), c> over mean of |c|^2, along the central map"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&segments::KIND, &outputs::KIND]
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let terms = |m: &Moment<'_>| {
            let here = m.sample.get::<OutputsSample>()?;
            here.excess.zip(here.expected)
        };
        if moments.iter().all(|moment| terms(moment).is_none()) {
            return Err("the outputs were not recorded".into());
        }
        // What the expansion leaves out of an output is of the order of what it leaves out of the gradient, of which both keep the
        // terms of second order in the displacement.
        let estimate = Estimate::of_squares(&moments, terms);
        let truncation = estimate.truncation + Truncation::over(&moments).gradient;
        Ok(vec![Some(Estimate { truncation, ..estimate })])
    }
}
