//! What every process inherits: it starts where the optimizer does, and what is written down of a point is so.

use std::sync::Arc;

use super::*;
use crate::data::digits::Digits;
use crate::model::mlp::{Activation, MlpEntry};
use crate::numeric::vector::{distance, dot};
use crate::objective::{Entry, Landscape, Loss, NetworkEntry};
use crate::optimizer::{EDGE, GradientDescent};

/// The learning rate on the network, which is past the edge after some twenty steps, and on the valley.
const ETAS: [f64; 2] = [0.2, 0.5];

fn network() -> Box<dyn Objective> {
    let entry = NetworkEntry {
        data: Arc::new(Digits::default()),
        examples: 64,
        model: Arc::new(MlpEntry { hidden: vec![8], activation: Activation::Tanh }),
        loss: Loss::Mse,
    };
    entry.build(1).expect("valid")
}

/// Moves gradient descent and all processes by hand, and looks at each step.
fn walk(
    objective: &dyn Objective,
    eta: f64,
    steps: usize,
    mut look: impl FnMut(&Now<'_>, Others<'_>, &Sample),
) {
    let rule: Rule = Arc::new(GradientDescent::new(eta));
    let (start, numerics) = (rule.begin(objective.start()), Numerics::default());
    let setting = Setting { rule: &rule, start: &start, segment: 60, numerics: &numerics, seed: 0 };
    let kinds = kinds().iter().filter(|kind| (kind.runs_with)(&rule));
    let mut running: Vec<Running> = kinds.map(|kind| Running::new(kind, &setting)).collect();
    let mut discrete = Discrete::new(rule.clone(), start.clone());
    for step in 0..steps {
        let (loss, gradient) = discrete.advance(objective);
        let midpoint = discrete.midpoint();
        let now = Now {
            objective,
            rule: &rule,
            step,
            discrete: &discrete,
            gradient: &gradient,
            midpoint: midpoint.as_ref(),
        };
        let gradient_square = dot(&gradient, &gradient);
        let descent = DiscreteSample { loss, gradient_square, step_length: 0.0, edge_step: eta, shift: None };
        let mut sample = Sample::new(step, descent);
        for process in running.iter_mut().filter_map(Running::process_mut) {
            process.advance(&now).expect("it goes on");
        }
        for i in 0..running.len() {
            let mut process = running[i].take().expect("none has ended");
            process.observe(&now, Others::new(&running), &mut sample).expect("it can be observed");
            running[i].bring_back(process);
        }
        look(&now, Others::new(&running), &sample);
    }
}

#[test]
fn all_start_where_the_optimizer_does() {
    walk(&*network(), ETAS[0], 1, |now, others, _| {
        let starts: Vec<&[f64]> = others.points().collect();
        assert_eq!(starts.len(), 3);
        assert!(starts.iter().all(|start| start == &now.discrete.weights()));
    });
}

#[test]
fn losses_and_gradients_are_those_of_the_point() {
    let objective = network();
    let mut midpoints = 0;
    walk(&*objective, ETAS[0], 60, |now, others, sample| {
        let at = |w: &[f64]| {
            let at = objective.linearize(w);
            (at.loss(), dot(at.gradient(), at.gradient()))
        };
        let flow = sample.get::<FlowSample>().expect("it runs");
        assert_eq!(flow.loss, at(others.point::<gradient_flow::Flow>().expect("it runs")).0);
        let central = sample.get::<CentralSample>().expect("it runs");
        let found = (central.loss, central.gradient_square);
        assert_eq!(found, at(others.point::<central_flow::Flow>().expect("it runs")));
        let Some((midpoint, found)) = now.midpoint.zip(sample.get::<MidpointSample>()) else { return };
        assert_eq!((found.loss, found.gradient_square), at(&midpoint.weights));
        let tracking = others.find::<midpoints::Midpoints>().and_then(|process| process.tracking(now));
        let pairs = tracking.as_ref().and_then(|tracking| tracking.tracker.pairs()).expect("tracked");
        assert_eq!((&found.eigenvalues, found.residual), (&pairs.values, pairs.residual_above(EDGE)));
        midpoints += usize::from(found.eigenvalues[0] > EDGE && found.residual > 0.0);
    });
    assert!(midpoints > 0, "no midpoint was beyond the edge");
}

#[test]
fn paths_are_as_long_as_the_ways() {
    let (mut ways, mut last) = ([0.0; 3], [vec![], vec![], vec![]]);
    walk(&*network(), ETAS[0], 60, |now, others, sample| {
        let Some((midpoint, found)) = now.midpoint.zip(sample.get::<MidpointSample>()) else { return };
        let flow = sample.get::<FlowSample>().expect("it runs");
        let central = sample.get::<CentralSample>().expect("it runs");
        let points = [
            &midpoint.weights,
            others.point::<gradient_flow::Flow>().expect("it runs"),
            others.point::<central_flow::Flow>().expect("it runs"),
        ];
        for ((way, last), point) in ways.iter_mut().zip(&mut last).zip(points) {
            // Paths of flows began a step before.
            *way += if last.is_empty() { 0.0 } else { distance(last, point) };
            *last = point.to_vec();
        }
        if now.step == 1 {
            (ways[1], ways[2]) = (flow.path, central.path);
        }
        assert!((found.path - ways[0]).abs() <= 1e-12 * ways[0]);
        // The way is cut short between steps: at the edge it is crooked, but by far not by a factor of two.
        for (path, way) in [(flow.path, ways[1]), (central.path, ways[2])] {
            assert!(way <= path * (1.0 + 1e-12) && path < 1.3 * way, "{path} for {way}, step {}", now.step);
        }
    });
}

#[test]
fn curvatures_in_segments_are_those_at_midpoints() {
    let valley = Landscape::valley(3.9, 0.02, 1, 0);
    let mut found = 0;
    walk(&valley, ETAS[1], 800, |now, others, sample| {
        let Some(segment) = sample.get::<SegmentSample>().filter(|s| !s.curvature.is_empty()) else { return };
        let map = others.find::<segments::Segments>().and_then(segments::Segments::map).expect("it runs");
        let q = &map.evaluation().expect("evaluated").sigma_vectors;
        let midpoint = &now.midpoint.expect("there is one").weights;
        let product = valley.linearize(midpoint).hvp(q);
        for (i, curvature) in segment.curvature.iter().enumerate() {
            let expected = ETAS[1] * dot(q.col(i), product.col(i));
            assert!((curvature - expected).abs() < 1e-14, "{curvature} for {expected}");
        }
        found += segment.curvature.len();
    });
    assert!(found > 20, "{found} curvatures");
}
