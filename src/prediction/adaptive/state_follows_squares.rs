//! The state of the preconditioner follows the mean squares of the gradient, oscillation and all (Cohen et al. 2025, parts 2 and 3; R3, P6).

use crate::experiment::Record;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::window::{Moment, at_the_edge};

/// `nu_t` is on average what `dnu/dt = (1 - beta2)/beta2 (g^2 + diag(H Sigma H) - nu)` says.
pub struct StateFollowsSquares;

impl Averages for StateFollowsSquares {
    fn name(&self) -> &'static str {
        "state_follows_squares"
    }

    fn theory(&self) -> Theory {
        let statement = "the preconditioner's state nu is that of the central flow, which follows |grad L|^2 + tr(H Sigma H)";
        Theory { statement, predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: nu is half as large again as that of the central flow", predicted: 1.5 }
    }

    fn near_control(&self) -> Theory {
        Theory { statement: "WRONG: nu is 1.1 times that of the central flow", predicted: 1.1 }
    }

    fn average(&self) -> &'static str {
        "mean of the sum of nu over coordinates, over that of the central map"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        if moments.iter().all(|m| m.segment.state.is_none()) {
            return Err("the preconditioner has no state".to_string());
        }
        let terms = |m: &Moment<'_>| m.segment.state.as_ref().map(|state| (state.size, state.predicted));
        Ok(vec![Some(Estimate::of_squares(&moments, terms))])
    }
}
