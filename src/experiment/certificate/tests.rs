//! Each certificate passes what is right and notices what is not.

use std::sync::Arc;

use super::*;
use crate::dynamics::Numerics;
use crate::dynamics::{CentralFlow, Evaluation, FlowError};
use crate::experiment::{Plan, Probe, Record, Settings, Unwatched, run};
use crate::numeric::vector::{axpy, norm, scale};
use crate::objective::{Landscape, Objective};
use crate::optimizer::{Entry, GradientDescent, HeavyBallEntry, Rule, Scheduled};
use crate::process::{
    CentralSample, MidpointSample, Now, Others, Process, Running, Sample, Tracking, central_flow, kinds,
    midpoints,
};

const ETA: f64 = 0.5;
const RULE: GradientDescent = GradientDescent::new(ETA);

/// The valley, and its flow locked at the edge; the second sharp direction is critical but below it.
fn locked() -> (Landscape, CentralFlow) {
    locked_by(Arc::new(RULE))
}

fn locked_by(rule: Rule) -> (Landscape, CentralFlow) {
    let valley = Landscape::valley(3.0, 0.02, 2, 1);
    let mut flow = CentralFlow::new(rule.clone(), rule.begin(valley.start()), 4, &Numerics::default(), 1);
    for _ in 0..170 {
        flow.advance(&valley).expect("finite");
    }
    (valley, flow)
}

fn certified(change: impl Fn(&mut Evaluation)) -> (EdgeCertificate, ActionCertificate) {
    certified_by(Arc::new(RULE), change)
}

fn certified_by(rule: Rule, change: impl Fn(&mut Evaluation)) -> (EdgeCertificate, ActionCertificate) {
    let (valley, mut flow) = locked_by(rule.clone());
    let mut here = flow.evaluate(&valley).expect("finite").clone();
    assert!(here.sigma[0] > 0.0 && here.sigma.len() == 2, "{:?}", here.sigma);
    change(&mut here);
    let (from, products) = (flow.clone(), Products::default());
    let u = sigma::tracked(flow.tracker());
    flow.substep(&valley).expect("finite");
    let edge = edge(&valley, &*rule, (&from, &here), &u, &products)
        .expect("finite")
        .expect("it has critical eigenvalues");
    let action = action(&valley, &*rule, (&from, &here), flow.iterate(), &products).expect("finite");
    // Two eigenvectors at w, at both ends of three differences, and once more for the variance.
    assert_eq!(products.total(), 2 * (1 + 2 * 3) + 2);
    (edge, action)
}

/// A learning rate that begins to rise just here has a derivative to the future only, which is what acts.
#[test]
fn the_edge_is_held_where_a_schedule_has_a_kink() {
    let text = "schedule.linear = { from = 170, steps = 100, to = 2.0 }";
    let source = crate::source::Source::new("test.toml", text);
    let table = toml::de::DeTable::parse(text).expect("TOML").into_inner();
    let schedule = crate::optimizer::read_schedule(&source, table.get("schedule").cloned()).expect("one");
    let rule: Rule = Arc::new(Scheduled::new(Arc::new(RULE), schedule.expect("a schedule")));
    let (edge, action) = certified_by(rule, |_| {});
    assert!(edge.violation + edge.numerical_error < 1e-8, "{edge:?}");
    assert!(edge.half_violation > 0.1, "{edge:?}");
    assert_eq!(refuted(&action), Vec::<&str>::new());
}

/// The comparisons that are beyond what is allowed.
fn refuted(action: &ActionCertificate) -> Vec<&str> {
    let beyond = action.comparisons.iter().filter(|c| c.difference > c.allowed);
    beyond.map(|c| c.quantity.as_str()).collect()
}

#[test]
fn the_right_sigma_passes_and_half_of_its_force_does_not() {
    let (edge, action) = certified(|_| {});
    assert!(edge.violation + edge.numerical_error < 1e-8, "{edge:?}");
    assert!(edge.half_violation > 0.1 && edge.need > 0.1, "{edge:?}");
    assert_eq!(refuted(&action), [""; 0], "{action:?}");
    let control = |c: &Comparison| c.control.is_some_and(|wrong| wrong > 1e3 * c.allowed);
    assert!(action.comparisons.iter().all(control), "{action:?}");
}

/// The same edge of 4 by a rule whose edge step, 1/2, is not its mean step, 3/2, nor its learning rate: what takes one for the
/// other does not hold the edge.
#[test]
fn the_sigma_of_a_rule_with_momentum_passes() {
    let rule = HeavyBallEntry { momentum: 0.5 }.rule(0.75);
    let (edge, action) = certified_by(rule.clone(), |_| {});
    assert!(edge.violation + edge.numerical_error < 1e-8, "{edge:?}");
    assert!(edge.half_violation > 0.1 && edge.need > 0.1, "{edge:?}");
    assert_eq!(refuted(&action), [""; 0], "{action:?}");
    let (_, flow) = locked_by(rule);
    let here = flow.evaluation().expect("evaluated");
    assert!((here.eigenvalues[0] - 2.0).abs() < 1e-9, "{:?}", here.eigenvalues);
    // At the edge tr(H Sigma H) is (2 / h)^2 tr Sigma, and on the valley's floor sigma = 2 |dL/dy|, whatever the rule.
    let sigma: f64 = here.sigma.iter().sum();
    assert!((here.gradient_variance / (16.0 * sigma) - 1.0).abs() < 1e-9);
    assert!((sigma / (2.0 * norm(&here.gradient)) - 1.0).abs() < 1e-6, "{sigma}");
}

/// Iterates of a rule with momentum are the certified ones: where the last step is not taken up again they are not.
#[test]
fn steps_with_momentum_are_certified() {
    let valley = Landscape::valley(3.0, 0.02, 2, 1);
    let settings =
        Settings { optimizer: Arc::new(HeavyBallEntry { momentum: 0.5 }), ..Settings::new(0.75, 40) };
    let record = run(&valley, &settings, 1, &Plan::new(kinds(), vec![Probe::Distances]), &Unwatched);
    let comparisons: Vec<&Comparison> = record.probes.distances.iter().flat_map(|d| &d.comparisons).collect();
    assert!(comparisons.iter().filter(|c| c.quantity == "step from w_t").count() > 4, "{comparisons:?}");
    assert!(comparisons.iter().all(|c| c.difference <= c.allowed), "{comparisons:?}");
}

#[test]
fn another_force_does_not_hold_the_edge() {
    // 1 % too much, none, the other sign.
    for (share, at_least) in [(0.01, 1e-3), (-1.0, 0.1), (-2.0, 0.1)] {
        let (edge, action) = certified(|here| {
            axpy(-share * ETA, &here.force, &mut here.velocity);
        });
        assert!(edge.violation > at_least, "{share}: {edge:?}");
        assert!(refuted(&action).contains(&"velocity"), "{share}: {action:?}");
    }
}

#[test]
fn a_sigma_that_is_not_what_acts_is_noticed() {
    let (_, larger) = certified(|here| scale(1.0 + 1e-6, &mut here.sigma));
    assert_eq!(refuted(&larger), ["velocity", "displacement of a substep", "tr(H Sigma H)"]);
    let (edge, _) = certified(|here| here.sigma.reverse());
    assert!(edge.violation > 0.1, "{edge:?}");
    let (_, variance) = certified(|here| here.gradient_variance *= 1.0 + 1e-8);
    assert_eq!(refuted(&variance), ["tr(H Sigma H)"]);
}

#[test]
fn what_is_not_finite_is_an_error() {
    let (valley, mut flow) = locked();
    let mut here = flow.evaluate(&valley).expect("finite").clone();
    here.velocity[0] = f64::NAN;
    let products = Products::default();
    let u = sigma::tracked(flow.tracker());
    assert!(edge(&valley, &RULE, (&flow, &here), &u, &products).is_err());
    assert!(action(&valley, &RULE, (&flow, &here), flow.iterate(), &products).is_err());
}

fn record(probes: &[Probe]) -> Record {
    let valley = Landscape::valley(3.0, 0.02, 2, 1);
    run(&valley, &Settings::new(ETA, 200), 1, &Plan::new(kinds(), probes.to_vec()), &Unwatched)
}

#[test]
fn a_run_is_not_disturbed_and_its_certificates_pass() {
    let plain = record(&[]);
    let certified = record(&[Probe::Sigma, Probe::Distances, Probe::Eigenpairs]);
    assert_eq!(certified.samples, plain.samples);
    assert_eq!((&certified.bits, &certified.accounts), (&plain.bits, &plain.accounts));
    let probes = &certified.probes;
    assert!(probes.products > 0 && plain.probes.products == 0);
    // Eight steps, and the one at which Sigma first acts.
    assert_eq!((probes.actions.len(), probes.distances.len()), (9 * Numerics::default().substeps, 8));
    assert!(probes.actions.iter().flat_map(|a| &a.comparisons).all(|c| c.difference <= c.allowed));
    let distances = probes.distances.iter().flat_map(|certificate| &certificate.comparisons);
    assert!(distances.clone().all(|c| c.difference <= c.allowed), "{:?}", probes.distances);
    let processes = ["midpoints", "gradient_flow", "central_flow", "central_map"];
    for process in processes {
        let of = probes.eigenpairs.iter().filter(|c| c.process == process);
        assert_eq!(of.clone().count(), 8, "{process}");
        assert!(of.clone().all(|c| c.missed == 0.0 && c.residual <= 1e-5 && c.orthogonality < 1e-12));
    }
    assert!(probes.eigenpairs.iter().filter_map(|c| c.dropped).all(|missed| missed > 0.01));
    assert!(probes.eigenpairs.iter().any(|c| c.dropped.is_some()));
}

#[test]
fn a_recorded_distance_that_is_not_the_weights_is_noticed() {
    let (valley, mut flow) = locked();
    let rule: Rule = Arc::new(RULE);
    let mut discrete = crate::dynamics::Discrete::new(rule.clone(), rule.begin(valley.start()));
    for _ in 0..4 {
        discrete.advance(&valley);
    }
    flow.evaluate(&valley).expect("finite");
    let midpoint = discrete.midpoint().expect("there are three iterates").weights;
    let mut sample: Sample = record(&[]).samples.swap_remove(171);
    sample.keep(|process| [midpoints::KIND.name, central_flow::KIND.name].contains(&process));
    let moved: Vec<f64> = discrete.weights().iter().zip(&midpoint).map(|(w, m)| w - m).collect();
    let apart: Vec<f64> = flow.weights().iter().zip(&midpoint).map(|(w, m)| w - m).collect();
    let running = [Running::of(&central_flow::KIND, Box::new(central_flow::Flow::of(flow.clone())))];
    let refuted_by = |rule: &Rule, sample: &Sample| {
        let now = Now {
            objective: &valley,
            rule,
            step: sample.step,
            discrete: &discrete,
            gradient: &[],
            midpoint: None,
        };
        let scene = Scene { now, others: Others::new(&running), eigen_tolerance: 1e-5, sample };
        let certificate = distances(&scene).expect("finite").expect("there is a midpoint");
        let beyond = certificate.comparisons.into_iter().filter(|c| c.difference > c.allowed);
        beyond.map(|c| c.quantity).collect::<Vec<_>>()
    };
    let refuted = |sample: &Sample| refuted_by(&rule, sample);
    let q = &flow.evaluation().expect("evaluated").sigma_vectors;
    let along = (0..2).map(|i| q.col(i).iter().zip(&moved).map(|(q, d)| q * d).sum());
    sample.get_mut::<CentralSample>().expect("it runs").oscillation = along.collect();
    let of = sample.get_mut::<MidpointSample>().expect("it runs");
    of.displacement_square = norm(&moved).powi(2);
    of.to_central_flow = Some(norm(&apart));
    assert_eq!(refuted(&sample), Vec::<String>::new());
    // Steps of another learning rate are not those of the rule.
    let other: Rule = Arc::new(GradientDescent::new(ETA * (1.0 + 1e-9)));
    assert_eq!(refuted_by(&other, &sample), ["step to w_t", "step from w_t"]);
    sample.get_mut::<MidpointSample>().expect("it runs").to_central_flow = Some(norm(&apart) * (1.0 + 1e-9));
    assert_eq!(refuted(&sample), ["midpoint to central flow"]);
    sample.get_mut::<CentralSample>().expect("it runs").oscillation.reverse();
    assert_eq!(refuted(&sample).len(), 3);
}

/// A process that goes by eigenpairs which lack the first.
struct WithoutTheFirst(crate::eigen::Tracker, Vec<f64>);

impl Process for WithoutTheFirst {
    fn advance(&mut self, _: &Now<'_>) -> Result<(), FlowError> {
        Ok(())
    }

    fn observe(&mut self, _: &Now<'_>, _: Others<'_>, _: &mut Sample) -> Result<(), FlowError> {
        Ok(())
    }

    fn products(&self) -> usize {
        0
    }

    fn tracking(&self, now: &Now<'_>) -> Option<Tracking<'_>> {
        let coordinates = now.discrete.coordinates();
        Some(Tracking {
            process: midpoints::KIND.name,
            weights: self.1.clone(),
            coordinates,
            tracker: &self.0,
        })
    }
}

/// A quadratic with the spectrum 4.2, 4, 1 and so on, and the eigenpairs of one that has 0 in place of the first.
#[test]
fn an_eigenpair_that_the_process_lacks_is_missed() {
    let spectrum = [4.2, 4.0, 1.0, 0.5, 0.2];
    let lacking: Vec<f64> = [0.0].iter().chain(&spectrum[1..]).copied().collect();
    let of = |spectrum: &[f64]| Landscape::quadratic(spectrum, 7);
    let (whole, lacking, rule): (_, _, Rule) = (of(&spectrum), of(&lacking), Arc::new(RULE));
    let w = whole.start();
    let mut discrete = crate::dynamics::Discrete::new(rule.clone(), rule.begin(w.clone()));
    discrete.advance(&whole);
    let missed = |objective: &Landscape| {
        let at = objective.linearize(&w);
        let mut tracker = crate::eigen::Tracker::new(crate::eigen::TrackerSettings::default());
        tracker.update(&crate::dynamics::EffectiveHessian { at: &*at, step: ETA }).expect("pairs");
        let running = [Running::of(&midpoints::KIND, Box::new(WithoutTheFirst(tracker, w.clone())))];
        let now = Now {
            objective: &whole,
            rule: &rule,
            step: 3,
            discrete: &discrete,
            gradient: &[],
            midpoint: None,
        };
        let sample = record(&[]).samples.swap_remove(3);
        let scene = Scene { now, others: Others::new(&running), eigen_tolerance: 1e-5, sample: &sample };
        let found = eigenpairs(&scene, &Products::default()).expect("finite");
        assert_eq!(found.len(), 1);
        found[0].missed
    };
    assert_eq!(missed(&whole), 0.0);
    assert!(missed(&lacking) > 0.01, "{}", missed(&lacking));
}
