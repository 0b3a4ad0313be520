//! By how much the critical eigenvalues of the central flow exceed 2/eta, and how much of that is numerical.
//!
//! The integrator imposes the bound on the eigenvalues linearised over a substep, afresh in each one. So what is left is of
//! second order, `dt^2 / 2` times the second derivative of an eigenvalue along the path, and does not add up: **n times the
//! substep leaves n^2 times the excess**. A wrong force leaves an excess of first order (with half of the force an eigenvalue
//! rises by one substep's rise too far) or one that does not depend on the substep. So an excess counts as the
//! integrator's only if the central map, with n times the substep, shows it larger by `n^(3/2)`, half-way between first and
//! second order. An eigenvalue may also pass from below the critical threshold to beyond the edge within one substep,
//! unseen; then the excess is a matter of chance, bounded by a substep's rise, and resolves nothing.

use super::largest::largest;
use super::window::edge;
use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::process::{CentralSample, MapSample};

/// How far `eta lambda` may be from 2: 1 %. The theory leaves nothing open here; this is the resolution of the claims.
pub(super) const MARGIN: f64 = 0.01 * EDGE;

/// The excess `max(0, eta lambda_1 - 2)` along the central flow and the central map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Excess {
    /// The factor by which the excess must grow with n times the substep: `n^(3/2)`.
    order_factor: f64,
    /// The largest of the flow.
    pub flow: f64,
    /// The largest of the map.
    central_map: f64,
    /// The largest difference between the two at a time.
    apart: f64,
    /// The most by which an eigenvalue would rise in a substep without Sigma.
    rise: f64,
    /// What the eigenpairs' residual may contribute.
    residual: f64,
}

impl Excess {
    /// The excess over a run that comes to the edge from below, or why there is none.
    pub fn of(record: &Record) -> Result<Self, String> {
        premise(record)?;
        let excess = |sharpness: Option<f64>| match sharpness.unwrap_or(f64::NAN) - EDGE {
            excess if excess <= 0.0 => 0.0,
            excess => excess,
        };
        let flow = record.samples.iter().filter_map(|s| {
            let flow = s.get::<CentralSample>()?;
            let map = s.get::<MapSample>().map(|c| c.sharpness);
            Some((excess(flow.eigenvalues.first().copied()), excess(map)))
        });
        let central = || record.samples.iter().filter_map(|s| s.get::<CentralSample>());
        let worst = largest(central().map(|c| c.residual).chain([record.eigen_tolerance]));
        Ok(Self {
            order_factor: libm::pow(record.substeps as f64, 1.5),
            flow: largest(flow.clone().map(|(flow, _)| flow)),
            central_map: largest(flow.clone().map(|(_, map)| map)),
            apart: largest(flow.map(|(flow, map)| (flow - map).abs())),
            rise: largest(central().map(|c| c.rise)),
            residual: 2.0 * EDGE * worst,
        })
    }

    /// What numerical error can explain: the residual, once in the pairs that a substep starts from and once in
    /// those at its end, and the integrator's error, which follows from the difference from the central map if that
    /// falls by `n^(3/2)` at least. An excess that does not fall with the order resolves nothing below [`MARGIN`]; beyond it, it may be off by twice that
    /// difference, or be an eigenvalue that came up unseen.
    pub fn error(&self) -> f64 {
        let unresolved = match self.flow <= MARGIN {
            true => MARGIN,
            false => self.rise + 2.0 * self.apart,
        };
        self.residual + if self.falls() { self.apart / (self.order_factor - 1.0) } else { unresolved }
    }

    /// Whether the excess is the integrator's by its order, or the eigenpairs' by its size.
    fn falls(&self) -> bool {
        self.flow <= self.residual
            || self.central_map + self.residual >= self.order_factor * (self.flow - self.residual)
    }
}

/// The central flow is defined from below the edge.
pub(super) fn premise(record: &Record) -> Result<(), String> {
    let start = record.samples.iter().find_map(|s| s.get::<CentralSample>()?.eigenvalues.first());
    if let Some(start) = start.filter(|&&start| start.is_nan() || start > EDGE) {
        return Err(format!("the run starts beyond the edge of stability, at eta S = {start:.3}"));
    }
    match edge(record) {
        None => Err("the central flow never entered the edge of stability".to_string()),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excess(flow: f64, central_map: f64, apart: f64) -> Excess {
        Excess { order_factor: 8.0_f64.sqrt(), flow, central_map, apart, rise: 1e-3, residual: 1e-5 }
    }

    #[test]
    fn only_an_excess_of_second_order_is_the_integrators() {
        assert!(excess(1e-3, 4e-3, 3e-3).error() < MARGIN / 4.0);
        // Of first order, as a force half as large leaves it; constant; smaller with twice the substep.
        for map in [2e-3, 1e-3, 0.0] {
            assert!(excess(1e-3, map, 1e-3).error() >= MARGIN, "{map}");
        }
        // Too small to be told from the eigenpairs' residual.
        assert!(excess(1e-5, 0.0, 1e-5).error() < 1e-4);
    }

    #[test]
    fn beyond_the_margin_only_what_both_substeps_agree_on_is_certain() {
        assert!(0.05 - excess(0.05, 0.05, 0.0).error() > MARGIN);
        assert!(0.05 - excess(0.05, 0.01, 0.04).error() < MARGIN);
        let unseen = Excess { rise: 0.1, ..excess(0.05, 0.05, 0.0) };
        assert!(0.05 - unseen.error() < MARGIN);
    }
}
