//! What the expansion of the gradient leaves out along the oscillation.

use super::ExpansionRest;
use crate::dynamics::Evaluation;
use crate::numeric::vector::{axpy, dot, norm};
use crate::objective::Objective;

impl ExpansionRest {
    /// At the point m of the central map of a rule of this pace and decay, where it has `evaluation`; none without Sigma.
    pub(super) fn new(
        objective: &dyn Objective,
        (pace, decay): (f64, f64),
        m: &[f64],
        evaluation: &Evaluation,
    ) -> Option<Self> {
        let Evaluation { sigma, sigma_vectors: q, force, velocity, gradient_variance, coordinates, .. } =
            evaluation;
        let (h, trace) = (coordinates.step(), sigma.iter().sum::<f64>());
        let around = |w: &[f64]| coordinates.around(objective.linearize(w));
        let g = coordinates.stretched(evaluation.gradient.clone());
        let middle = around(m).hvp(q);
        let mut rest: Vec<f64> = force.iter().map(|f| -f).collect();
        let mut curvature = 0.0;
        for (i, &sigma) in sigma.iter().enumerate().filter(|(_, sigma)| **sigma > 1e-9 * trace) {
            let (x, q) = (sigma.sqrt(), q.col(i));
            let gradient = |x: f64| {
                let mut w = m.to_vec();
                axpy(x, &coordinates.stretched(q.to_vec()), &mut w);
                around(&w).gradient().to_vec()
            };
            let (up, down) = (gradient(x), gradient(-x));
            axpy(0.5, &up, &mut rest);
            axpy(0.5, &down, &mut rest);
            axpy(-1.0, &g, &mut rest);
            let over = (dot(q, &up) - dot(q, &down)) / (2.0 * x);
            curvature += sigma * (over - dot(q, middle.col(i))).abs();
        }
        let plain = coordinates.shrunk(force.clone());
        // In natural coordinates w is shrunk; as a gradient of the weights once more.
        let along = dot(&plain, &coordinates.shrunk(coordinates.shrunk(m.to_vec())));
        (trace > 0.0).then(|| Self {
            force: norm(&rest) / norm(force),
            pace: pace * h * dot(&rest, velocity).abs() / dot(velocity, velocity),
            curvature: h * curvature / trace,
            gradient: dot(&plain, &plain) / gradient_variance,
            decay: if decay == 0.0 {
                0.0
            } else {
                2.0 * decay / (pace * h) * along.abs() / gradient_variance
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dynamics::{CentralFlow, Numerics};
    use crate::experiment::{Plan, Settings, Unwatched, run};
    use crate::objective::Landscape;
    use crate::optimizer::{Decayed, GradientDescent, HeavyBallEntry, Rule};
    use crate::process::SegmentSample;

    /// On a valley the force of the oscillation is `tr Sigma / 2`, and `tr(H Sigma H)` is `(2 / h)^2 tr Sigma` at the edge.
    #[test]
    fn the_rest_of_the_gradient_is_that_of_the_valley() {
        let valley = Landscape::valley(3.9, 0.02, 1, 0);
        let momentum =
            Settings { optimizer: Arc::new(HeavyBallEntry { momentum: 0.5 }), ..Settings::new(0.75, 1200) };
        for settings in [Settings::new(0.5, 1200), momentum] {
            let record = run(&valley, &settings, 0, &Plan::everything(), &Unwatched);
            let segments = record.samples.iter().filter_map(|sample| sample.get::<SegmentSample>());
            let locked = |s: &&SegmentSample| (s.map.eigenvalues[0] - 2.0).abs() < 1e-9;
            let found: Vec<(f64, f64)> = segments
                .filter(locked)
                .filter_map(|s| {
                    let expected = s.map.trace() * s.map.edge_step.powi(2) / 16.0;
                    Some((s.rest?.gradient, expected))
                })
                .collect();
            assert!(found.len() > 5, "{} points", found.len());
            let worst =
                found.iter().map(|(found, expected)| (found / expected - 1.0).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-6, "{worst:e}");
        }
    }

    /// At the edge F is orthogonal to `g + (a/R) w + F`, so that `2 <g, F>`, which the theory leaves out, is `-2 |F|^2` but for what decay leaves.
    #[test]
    fn decay_leaves_the_force_aslant_to_the_gradient() {
        let (valley, eta, gamma) = (Landscape::valley(3.9, 0.02, 1, 0), 0.5, 2e-3);
        let rule: Rule = Arc::new(Decayed::new(Arc::new(GradientDescent::new(eta)), gamma));
        let mut flow = CentralFlow::new(rule.clone(), rule.begin(valley.start()), 2, &Numerics::default(), 0);
        for _ in 0..100 {
            flow.advance(&valley).expect("finite");
        }
        let here = flow.evaluate(&valley).expect("finite").clone();
        assert!((here.eigenvalues[0] - 2.0).abs() < 1e-9, "{:?}", here.eigenvalues);
        let state = &flow.iterate().state;
        let law = (rule.pace(state), rule.decay(state).share);
        let rest = ExpansionRest::new(&valley, law, flow.weights(), &here).expect("there is Sigma");
        let square = 2.0 * (dot(&here.gradient, &here.force) + dot(&here.force, &here.force));
        let expected = square.abs() / here.gradient_variance;
        assert!(expected > 1e-6 && (rest.decay / expected - 1.0).abs() < 1e-6, "{rest:?} for {expected:e}");
    }
}
