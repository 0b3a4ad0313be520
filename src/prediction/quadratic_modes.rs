//! On the quadratic Taylor approximation each eigenvector's coordinate is multiplied by `1 - eta lambda` a step (talk; G1).

use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::{Probe, QuadraticMode, Record};

/// Gradient descent on quadratics: converges along eigenvectors below 2/eta, oscillates with growth above.
pub struct QuadraticModes;

impl Prediction for QuadraticModes {
    fn name(&self) -> &'static str {
        "quadratic_modes"
    }

    fn statement(&self) -> &'static str {
        "on the quadratic Taylor approximation each coordinate along an eigenvector is multiplied by 1 - eta lambda a step"
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

/// Compares the last coordinates with `factor^t` times the first, relative to the largest coordinate on the way.
fn judge(statement: &str, modes: &[&QuadraticMode], factor: impl Fn(f64) -> f64) -> Judgement {
    let worst = modes
        .iter()
        .map(|mode| {
            let mut predicted = mode.coordinates[0];
            let (mut discrepancy, mut scale) = (0.0_f64, predicted.abs());
            for &c in &mode.coordinates[1..] {
                predicted *= factor(mode.effective);
                scale = scale.max(c.abs());
                discrepancy = discrepancy.max((c - predicted).abs());
            }
            let error = mode.error.iter().fold(0.0_f64, |m, &e| m.max(e));
            let last = mode.coordinates.last().copied().unwrap_or(f64::NAN);
            (discrepancy / scale, error / scale, predicted, last)
        })
        // The worst mode is the one farthest beyond its own error bound.
        .max_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let Some((discrepancy, error, predicted, measured)) = worst else {
        return Judgement::not_reached(statement, "the run ended before its quadratic model was measured");
    };
    let reason = "a closed form: only the eigenvector's residual and rounding, carried along by the factors, are allowed \
                  (shown for the worst of three eigenvectors at three points over 20 steps, relative to the largest coordinate)";
    let values = Values { predicted, measured, discrepancy, tolerance: error, numerical_error: 0.0 };
    Judgement::new(statement, values, reason)
}
