//! On the quadratic Taylor approximation each eigenvector's coordinate is multiplied by `1 - eta lambda` a step (talk; G1).

use crate::experiment::{Probe, QuadraticMode, Record};
use crate::prediction::largest::largest;
use crate::prediction::worst::worst;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::Kind;

/// Gradient descent on quadratics: converges along eigenvectors below 2/eta, oscillates with growth above.
pub struct QuadraticModes;

impl Prediction for QuadraticModes {
    fn name(&self) -> &'static str {
        "quadratic_modes"
    }

    fn statement(&self) -> &'static str {
        "on the quadratic Taylor approximation each coordinate along an eigenvector is multiplied by 1 - eta lambda a step"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[]
    }

    fn probes(&self) -> Vec<Probe> {
        vec![Probe::QuadraticModel]
    }

    fn judge(&self, record: &Record) -> Finding {
        let modes: Vec<&QuadraticMode> =
            record.probes.quadratic_models.iter().flat_map(|model| &model.modes).collect();
        let control = "WRONG: gradient flow's factor exp(-eta lambda) in place of 1 - eta lambda";
        Finding {
            claim: judge(self.statement(), &modes, |effective| 1.0 - effective),
            control: judge(control, &modes, |effective| libm::exp(-effective)),
        }
    }
}

/// The discrepancy allowed, relative to the largest coordinate. The claim is exact, so any number would do that is well above
/// rounding; after 20 steps a learning rate wrong in the seventh digit exceeds this one.
const TOLERANCE: f64 = 1e-6;

/// Compares all coordinates with `factor^t` times the first, relative to the largest coordinate on the way.
fn judge(statement: &str, modes: &[&QuadraticMode], factor: impl Fn(f64) -> f64) -> Judgement {
    // Along an eigenvector of eigenvalue 0 a quadratic has no stationary point to measure from.
    let curved = modes.iter().filter(|mode| mode.effective != 0.0);
    let Some(values) = worst(curved.map(|mode| compare(mode, &factor))) else {
        let reason = "the run ended before its quadratic model was measured, or the model is flat";
        return Judgement::not_reached(statement, reason);
    };
    let reason = "a closed form: 1e-6 of the largest coordinate is allowed, and numerical is what the eigenvector's residual and \
                  rounding, carried along by the factors, may contribute (shown for the worst of three eigenvectors at three \
                  points over 20 steps)";
    Judgement::new(statement, values, reason)
}

fn compare(mode: &QuadraticMode, factor: &impl Fn(f64) -> f64) -> Values {
    let mut predicted = mode.coordinates.first().copied().unwrap_or(f64::NAN);
    let mut differences = vec![0.0];
    for &c in mode.coordinates.iter().skip(1) {
        predicted *= factor(mode.effective);
        differences.push((c - predicted).abs());
    }
    let scale = largest(mode.coordinates.iter().map(|c| c.abs()));
    Values {
        predicted,
        measured: mode.coordinates.last().copied().unwrap_or(f64::NAN),
        discrepancy: largest(differences.into_iter()) / scale,
        tolerance: TOLERANCE,
        numerical_error: largest(mode.error.iter().copied()) / scale,
    }
}
