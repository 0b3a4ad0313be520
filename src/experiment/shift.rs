//! By how much decay of the weights shifts the edge of stability.

use crate::dynamics::Discrete;
use crate::optimizer::{EDGE, Rule};

/// By how much the effective sharpness would be beyond 2 at the edge if decay of the weights had left that where the sharpness of L has it
/// without; 0 without decay.
///
/// Decay in the gradient, `gamma/2 |w|^2` in the loss, adds `h gamma` to all effective eigenvalues where the step is the same for all weights; where
/// each has its own, to each eigenvalue something else: then there is no number. Decay beside the step, of which neither gradient nor
/// Hessian has anything, lowers kappa, where `P^-1 H` has its edge, and an effective sharpness of `2 kappa_0 / kappa` is the edge without.
pub(super) fn shift(rule: &Rule, discrete: &Discrete, weight_decay: f64) -> Option<f64> {
    let coordinates = discrete.coordinates();
    let in_the_gradient = match weight_decay {
        0.0 => 0.0,
        _ if coordinates.is_stretched() => return None,
        gamma => coordinates.step() * gamma,
    };
    Some(in_the_gradient + EDGE * (rule.momentum().edge(0.0) / rule.edge(discrete.state()) - 1.0))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::experiment::Settings;
    use crate::objective::{Landscape, Objective};
    use crate::optimizer::{Entry, HeavyBallEntry, NesterovEntry, RmspropEntry};

    fn found(optimizer: Option<Arc<dyn Entry>>, in_the_gradient: f64, beside: f64) -> Option<f64> {
        let usual = Settings::new(0.2, 1);
        let optimizer = optimizer.unwrap_or(usual.optimizer.clone());
        let settings = Settings { optimizer, decoupled_weight_decay: beside, ..usual };
        let (rule, valley) = (settings.rule(), Landscape::valley(3.0, 0.02, 2, 0));
        let mut discrete = Discrete::new(rule.clone(), rule.begin(valley.start()));
        discrete.advance(&valley);
        shift(&rule, &discrete, in_the_gradient)
    }

    /// `eta (S + gamma) = 2` in either way for gradient descent; `P^-1 S = (1 + beta) (2 - eta gamma)` beside the heavy ball's step, and
    /// `(1 + beta) (2 - a) / (1 + beta (2 - a))` beside Nesterov's.
    #[test]
    fn the_edge_is_shifted_by_decay() {
        let same =
            |a: Option<f64>, b: f64| assert!(a.is_some_and(|a| (a - b).abs() < 1e-14), "{a:?} for {b}");
        same(found(None, 0.0, 0.0), 0.0);
        same(found(None, 0.3, 0.0), 0.2 * 0.3);
        // An effective sharpness of 2 is one of eta S = 2 - a, and eta S = 2 is one of 2 * 2 / (2 - a).
        same(found(None, 0.0, 0.3), 4.0 / (2.0 - 0.06) - 2.0);
        let ball = || Some(Arc::new(HeavyBallEntry { momentum: 0.5 }) as Arc<dyn Entry>);
        same(found(ball(), 0.3, 0.0), 0.2 / 1.5 * 0.3);
        same(found(ball(), 0.0, 0.3), 4.0 / 1.94 - 2.0);
        let nesterov = Arc::new(NesterovEntry { momentum: 0.5 });
        same(found(Some(nesterov), 0.0, 0.3), 2.0 * (3.0 / 2.0) / (1.5 * 1.94 / 1.97) - 2.0);
        let rmsprop = || Some(Arc::new(RmspropEntry { beta2: 0.9, epsilon: 1e-7 }) as Arc<dyn Entry>);
        same(found(rmsprop(), 0.0, 0.3), 4.0 / 1.94 - 2.0);
        assert_eq!(found(rmsprop(), 0.3, 0.0), None);
    }
}
