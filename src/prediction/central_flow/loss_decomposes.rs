//! The loss of gradient descent is that of the central flow plus `tr Sigma / eta` on average (talk; G12).

use crate::experiment::Record;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::window::{Moment, at_the_edge};

/// `E L(w_t) = L(w(t)) + tr Sigma(t) / eta`.
pub struct LossDecomposes;

impl Averages for LossDecomposes {
    fn name(&self) -> &'static str {
        "loss_decomposes"
    }

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
        "mean excess of the loss over the central map's (over that at midpoints, where a preconditioner has a state, since the loss \
         falls more by the path's drift than it oscillates), over mean tr(Sigma) / eta"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let terms = |m: &Moment<'_>| {
            let base = if record.adaptive { m.midpoint.loss } else { m.map.loss };
            Some((m.sample.discrete.loss - base, m.size() / m.map.edge_step))
        };
        Ok(vec![Some(Estimate::of_squares(&moments, terms))])
    }
}
