//! The squared gradient norm is that of the central flow plus `tr(H Sigma H)` on average (Cohen et al. 2025; G13).

use crate::experiment::Record;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::window::{Moment, Truncation, at_the_edge};

/// `E |grad L(w_t)|^2 = |grad L(w(t))|^2 + tr(H Sigma H)`.
pub struct GradientNormDecomposes;

impl Averages for GradientNormDecomposes {
    fn name(&self) -> &'static str {
        "gradient_norm_decomposes"
    }

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
        let terms = |m: &Moment<'_>| {
            let base = if record.adaptive { m.midpoint.gradient_square } else { m.map.gradient_square };
            Some((m.sample.discrete.gradient_square - base, m.map.gradient_variance))
        };
        let estimate = Estimate::of_squares(&moments, terms);
        let truncation = estimate.truncation + Truncation::over(&moments).gradient;
        Ok(vec![Some(Estimate { truncation, ..estimate })])
    }
}
