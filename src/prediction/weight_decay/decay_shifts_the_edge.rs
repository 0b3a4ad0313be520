//! Weight decay shifts the edge of stability: the sharpness of the loss alone equilibrates at `2/eta - gamma` (D21, the one claim).

use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::prediction::average::Average;
use crate::prediction::estimate::{Averages, Estimate, Estimates, Theory};
use crate::prediction::largest::largest;
use crate::prediction::window::{Moment, Truncation, at_the_edge};

/// At the edge `eta (S + gamma) = 2` on average, S the sharpness of L without the decay.
///
/// It is measured as a share of the shift: with c the effective curvature along the oscillation, which is 2 at the edge as it is with the decay,
/// and s by how much it would be beyond 2 at the edge of L alone ([`crate::process::DiscreteSample::shift`], `eta gamma` for gradient descent),
/// `1 + (2 - c) / s` is 1 where the edge is shifted, and 0 where `c = 2 + s`, that is `eta S = 2`. So what is known of c to some tolerance is
/// known of the share to that over s: statistics, truncation and the error of the eigenpairs are those of `sharpness_equilibrates`, over s.
/// Where s is small no run can tell the two apart, and the verdict is that nothing is resolved.
pub struct DecayShiftsTheEdge;

impl Averages for DecayShiftsTheEdge {
    fn name(&self) -> &'static str {
        "decay_shifts_the_edge"
    }

    fn theory(&self) -> Theory {
        let statement = "weight decay shifts the edge: eta (S + gamma) is 2 on average, S the sharpness of the loss alone; measured as a share of \
                         the shift eta gamma, or what the rule makes of it";
        Theory { statement, predicted: 1.0 }
    }

    fn control(&self) -> Theory {
        Theory { statement: "WRONG: eta S is 2, whatever the decay", predicted: 0.0 }
    }

    fn near_control(&self) -> Theory {
        Theory { statement: "WRONG: eta (S + gamma / 2) is 2", predicted: 0.5 }
    }

    fn average(&self) -> &'static str {
        "1 and the mean of sum_i sigma_i (2 - c_i) over that of s tr(Sigma), c_i the effective curvature at midpoints along the eigenvectors of Sigma \
         and s the shift of the edge, by which all that is allowed is divided"
    }

    fn estimates(&self, record: &Record) -> Result<Estimates, String> {
        let moments = at_the_edge(record)?;
        let measured: Vec<&Moment<'_>> = moments.iter().filter(|m| !m.segment.curvature.is_empty()).collect();
        let shifts: Option<Vec<f64>> = measured.iter().map(|m| m.sample.discrete.shift).collect();
        let Some(shifts) = shifts else {
            return Err("each weight has a step of its own, so that decay in the gradient shifts each eigenvalue by something else".into());
        };
        if shifts.contains(&0.0) {
            return Err("there are steps at which weights do not decay".into());
        }
        let traces: Vec<f64> = measured.iter().map(|m| m.map.trace()).collect();
        let below = |m: &&Moment<'_>| {
            m.map.sigma.iter().zip(&m.segment.curvature).fold(0.0, |sum, (sigma, c)| sum + sigma * (EDGE - c))
        };
        let below: Vec<f64> = measured.iter().map(below).collect();
        let shifted: Vec<f64> = traces.iter().zip(&shifts).map(|(trace, shift)| trace * shift).collect();
        let share: Vec<f64> = below.iter().zip(&shifted).map(|(below, shifted)| below + shifted).collect();
        let shift = shifted.iter().sum::<f64>() / traces.iter().sum::<f64>();
        let truncation = Truncation::over(&moments).of_sharpness();
        let residual = largest(moments.iter().map(|m| m.map.residual));
        let error = EDGE * residual * residual;
        let average = Average::ratio(&share, &shifted);
        Ok(vec![Some(Estimate::new(average, truncation / shift, error / shift, moments.len()))])
    }
}
