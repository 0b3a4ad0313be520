//! The change of the loss in a substep of the central flow, and how much of it is the integrator's.

use serde::{Deserialize, Serialize};

/// The change of the loss in one substep beside what it is to be measured by.
///
/// The solution of the complementarity problem has `<X, A + B[X]> = 0`, so the velocity obeys, whatever the residuals of
/// the eigenvectors,
///
/// ```text
/// <grad L, v> = -|v|^2 / eta + <X, Lambda - 2 I> / (2 eta dt),
/// ```
///
/// and the second-order term `dt^2 / 2 <v, H v>` does not make up for `-dt |v|^2 / eta` while `dt eta S <= 2`. Hence
/// errors of the past, be they Euler's or the eigenpairs', raise the loss only by what pushing eigenvalues back to 2
/// costs, [`Ascent::restoring`]; where weights decay beside the step nothing of the kind is claimed. Euler's error of the substep itself is the gradient's product with the local error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ascent {
    /// `L(w(t + dt)) - L(w(t))`.
    pub change: f64,
    /// `eta dt |grad L|^2`: by how much gradient flow would lower the loss.
    pub descent: f64,
    /// `|L(w(t))|`, on which rounding depends.
    pub loss: f64,
    /// `sum_i X_ii max(0, eta lambda_i - 2) / (2 eta)`.
    pub restoring: f64,
    /// `dt / 2 |<grad L(w(t + dt)), v(t + dt) - v(t)>|`.
    pub euler: f64,
}

/// A loss is a sum of terms, each rounded: relative rounding of a mean of up to 1e4 of them.
const ROUNDING: f64 = 1e4 * f64::EPSILON;

impl Ascent {
    /// The change over the descent of gradient flow, which is at most 0 by the theory and -1 without Sigma. A hundred
    /// roundings of the loss are added to that descent, so that where it vanishes rounding stays below 1 %.
    pub fn relative(&self) -> f64 {
        over(self.change, self.scale())
    }

    /// The share of it that is numerical.
    pub fn relative_error(&self) -> f64 {
        over(self.restoring + self.euler + ROUNDING * self.loss, self.scale())
    }

    /// The one that may be the larger ascent, errors included; NaN counts as the largest.
    pub fn worse(self, other: Self) -> Self {
        let most = |ascent: &Self| ascent.relative() + ascent.relative_error();
        if most(&other).total_cmp(&most(&self)).is_gt() { other } else { self }
    }

    fn scale(&self) -> f64 {
        self.descent + 100.0 * ROUNDING * self.loss
    }
}

/// `x / y`, 0 for a change of nothing at all.
fn over(x: f64, y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x / y }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FALL: Ascent = Ascent { change: -0.5, descent: 1.0, loss: 3.0, restoring: 0.0, euler: 0.01 };

    #[test]
    fn a_change_is_measured_by_gradient_flow_and_rounding_stays_within_a_hundredth() {
        assert!((FALL.relative() + 0.5).abs() < 1e-9 && (FALL.relative_error() - 0.01).abs() < 1e-9);
        let rounding = 3.0 * ROUNDING;
        let at_rest = Ascent { change: rounding, descent: 0.0, euler: 0.0, ..FALL };
        assert!((at_rest.relative() - 0.01).abs() < 1e-12, "{at_rest:?}");
    }

    #[test]
    fn the_worse_one_may_be_that_with_the_larger_error() {
        let uncertain = Ascent { euler: 0.2, ..FALL };
        assert_eq!(FALL.worse(uncertain), uncertain);
        assert_eq!(uncertain.worse(FALL), uncertain);
        assert!(FALL.worse(Ascent { change: f64::NAN, ..FALL }).change.is_nan());
    }
}
