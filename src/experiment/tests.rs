//! Whole short runs: bits, flows against each other, and clean ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::data::digits::Digits;
use crate::dynamics::{CentralFlow, GradientFlow, Numerics};
use crate::model::mlp::{Activation, MlpEntry};
use crate::numeric::dispatch::{Level, limit, test_lock};
use crate::numeric::vector::distance;
use crate::objective::{Entry, Loss, NetworkEntry, Objective, Penalised, Quadratic, Valley};
use crate::optimizer::{
    self, GradientDescent, GradientDescentEntry, HeavyBallEntry, RmspropEntry, Rule, ScalarRmspropEntry,
};
use crate::process::{
    AblatedSample, CentralSample, MidpointSample, Sample, SegmentSample, StationaryFlowSample,
    StationarySample, ablated_flow, central_flow, kinds, midpoints, stationary_flow,
    stationary_preconditioner,
};

/// Counts steps and cancels after some.
struct Counter {
    steps: AtomicUsize,
    most: usize,
}

impl Progress for Counter {
    fn step(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.steps.load(Ordering::Relaxed) >= self.most
    }
}

fn run_unwatched(objective: &dyn Entry, settings: &Settings) -> Record {
    run(&*objective.build(1).expect("valid"), settings, 1, &Plan::everything(), &Unwatched)
}

fn valley() -> Valley {
    Valley { curvature: 3.0, slope: 0.02, directions: 2 }
}

fn mlp(activation: Activation) -> Arc<MlpEntry> {
    Arc::new(MlpEntry { hidden: vec![9, 8], activation })
}

fn network() -> NetworkEntry {
    NetworkEntry {
        data: Arc::new(Digits::default()),
        examples: 100,
        model: mlp(Activation::Gelu),
        loss: Loss::CrossEntropy,
    }
}

#[test]
fn bits_depend_neither_on_vector_instructions_nor_on_threads() {
    let _lock = test_lock();
    let reference = run_unwatched(&network(), &Settings::new(0.5, 30));
    for level in Level::ALL {
        for threads in [1, 2] {
            limit(level);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let record = pool.install(|| run_unwatched(&network(), &Settings::new(0.5, 30)));
            assert!(record == reference, "{level:?}, {threads} threads: {:?}", record.accounts);
        }
    }
    limit(Level::Avx512);
}

#[test]
fn the_central_flow_is_gradient_flow_below_the_edge_to_first_order() {
    let objective = network().build(1).expect("valid");
    let rule: Rule = Arc::new(GradientDescent::new(0.1));
    let mut exact = GradientFlow::new(rule.clone(), rule.begin(objective.start()));
    for _ in 0..3 {
        exact.advance(&*objective).expect("finite");
    }
    let error = |substeps: usize| {
        let mut flow =
            CentralFlow::new(rule.clone(), rule.begin(objective.start()), substeps, &Numerics::default(), 0);
        for _ in 0..3 {
            flow.advance(&*objective).expect("finite");
        }
        distance(flow.weights(), exact.weights())
    };
    let errors = [4, 8, 16].map(error);
    // Euler is of first order: halving the substep halves the error, up to its second-order term.
    for pair in errors.windows(2) {
        let ratio = pair[0] / pair[1];
        assert!((1.8..2.2).contains(&ratio), "{errors:?}");
    }
}

#[test]
fn the_central_flow_locks_the_valley_at_the_edge() {
    let record = run_unwatched(&valley(), &Settings::new(0.5, 250));
    assert_eq!(record.stopped(), None);
    let last = record.samples.last().and_then(|s| s.get::<CentralSample>()).expect("it ran to the end");
    assert!((last.eigenvalues[0] - 2.0).abs() < 1e-3, "{:?}", last.eigenvalues);
    assert!(last.trace() > 0.0 && last.complementarity <= 1e-12);
}

#[test]
fn divergence_ends_the_run_with_its_step() {
    let quadratic = Quadratic { spectrum: vec![9.0, 1.0] };
    let record = run_unwatched(&quadratic, &Settings::new(1.0, 400));
    let stopped = record.stopped().expect("gradient descent diverges");
    assert!(
        stopped.contains("gradient descent stopped at step") && stopped.contains("diverged"),
        "{stopped}"
    );
    assert!(stopped.contains("the central flow stopped at step"), "{stopped}");
    // Each once, at its step.
    let stops: std::collections::BTreeSet<&str> = record.stops.iter().map(|stop| &stop.process[..]).collect();
    assert_eq!(stops.len(), record.stops.len(), "{stopped}");
    assert!(
        record.accounts.iter().all(|account| account.bits.is_none() == (account.process != "gradient_flow"))
    );
    assert!(record.samples.len() < 400);
    assert!(record.columns().iter().all(|(_, column)| column.len() == record.samples.len()));
}

#[test]
fn a_cancelled_run_keeps_its_samples() {
    let progress = Counter { steps: AtomicUsize::new(0), most: 7 };
    let record =
        run(&*valley().build(1).expect("valid"), &Settings::new(0.5, 100), 1, &Plan::everything(), &progress);
    assert!(record.interrupted());
    assert_eq!(record.samples.len(), 7);
}

#[test]
fn a_record_survives_json() {
    let record = run_unwatched(&network(), &Settings::new(0.5, 5));
    let text = serde_json::to_string(&record).expect("serialisable");
    assert_eq!(serde_json::from_str::<Record>(&text).expect("readable"), record);
}

/// What acts on P, its state and bias corrections, inertia, a learning rate that changes, weights that decay, is in the complementarity problem as it is in
/// the motion: certificates of a network's flow and map, which know of the rule only its steps and of the network only products, pass.
#[test]
fn certificates_pass_with_every_kind_of_rule() {
    let objective = NetworkEntry { model: mlp(Activation::Tanh), loss: Loss::Mse, ..network() };
    let objective = objective.build(1).expect("valid");
    for (text, eta, gamma) in [
        ("optimizer.nesterov.momentum = 0.5", 0.2, 0.0),
        ("optimizer.scalar_rmsprop.beta2 = 0.9", 0.1, 0.0),
        ("optimizer.rmsprop.beta2 = 0.9", 4e-3, 0.0),
        ("optimizer.adam = { beta1 = 0.3, beta2 = 0.95 }", 4e-3, 0.0),
        ("schedule.linear = { steps = 60, to = 2.0 }", 0.2, 0.0),
        ("optimizer.nesterov.momentum = 0.5", 0.2, 0.02),
        ("optimizer.adam = { beta1 = 0.3, beta2 = 0.95 }", 4e-3, 0.5),
        ("optimizer.heavy_ball.momentum = 0.3\nschedule.linear = { steps = 60, to = 2.0 }", 0.15, 0.02),
    ] {
        let what = format!("{text}, decay {gamma}");
        let source = crate::source::Source::new("test.toml", text);
        let table = toml::de::DeTable::parse(text).expect("TOML").into_inner();
        let optimizer = crate::optimizer::read(&source, table.get("optimizer").cloned()).expect("a rule");
        let schedule = crate::optimizer::read_schedule(&source, table.get("schedule").cloned()).expect("one");
        let numerics = Numerics { eigen_tolerance: 1e-7, ..Numerics::default() };
        let settings = Settings {
            optimizer,
            schedule,
            decoupled_weight_decay: gamma,
            warm_up: 2,
            numerics,
            ..Settings::new(eta, 120)
        };
        let record = run(
            &*objective,
            &settings,
            1,
            &Plan::new(kinds(), vec![Probe::Sigma, Probe::Distances]),
            &Unwatched,
        );
        let probes = &record.probes;
        let acting: Vec<_> = probes.edges.iter().filter(|edge| edge.trace > 0.0).collect();
        assert!(acting.len() > 4, "{what}: {} certificates with Sigma, {:?}", acting.len(), record.stops);
        for edge in acting {
            assert!(edge.violation < 1e-6 + edge.numerical_error, "{what}: {edge:?}");
            assert!(edge.half_violation > 1e-3, "{what}: {edge:?}");
        }
        let actions = probes.actions.iter().flat_map(|action| &action.comparisons);
        let distances = probes.distances.iter().flat_map(|distance| &distance.comparisons);
        for comparison in actions.chain(distances) {
            assert!(comparison.difference <= comparison.allowed, "{what}: {comparison:?}");
        }
    }
}

/// Where a network's run with decay in the loss and beside the step has come to.
fn decayed(optimizer: Arc<dyn optimizer::Entry>, eta: f64, [in_loss, beside]: [f64; 2]) -> Vec<f64> {
    let objective = NetworkEntry { model: mlp(Activation::Tanh), loss: Loss::Mse, ..network() };
    let objective = objective.build(1).expect("valid");
    let settings = Settings { optimizer, decoupled_weight_decay: beside, ..Settings::new(eta, 30) };
    let (rule, penalised) = (settings.rule(), Penalised::new(&*objective, in_loss));
    let mut at = rule.begin(objective.start());
    for _ in 0..30 {
        at = rule.next(&at, penalised.linearize(&rule.query(&at)).gradient());
    }
    at.weights
}

/// In the gradient or beside the step, for gradient descent it is the same path but for rounding, for a rule with momentum or a state it is not.
#[test]
fn decay_beside_the_step_is_decay_in_the_gradient_for_gradient_descent_only() {
    let gamma = 0.05;
    let ways = |optimizer: Arc<dyn optimizer::Entry>, eta: f64| {
        let path = |ways| decayed(optimizer.clone(), eta, ways);
        let [without, in_loss, beside] = [path([0.0; 2]), path([gamma, 0.0]), path([0.0, gamma])];
        (distance(&in_loss, &beside), distance(&in_loss, &without))
    };
    let (apart, by_decay) = ways(Arc::new(GradientDescentEntry {}), 0.1);
    assert!(by_decay > 0.1 && apart < 1e-12, "{apart:e} of {by_decay}");
    let rules: [(Arc<dyn optimizer::Entry>, f64); 3] = [
        (Arc::new(HeavyBallEntry { momentum: 0.5 }), 0.05),
        (Arc::new(ScalarRmspropEntry { beta2: 0.9 }), 0.05),
        (Arc::new(RmspropEntry { beta2: 0.9, epsilon: 1e-7 }), 2e-3),
    ];
    for (optimizer, eta) in rules {
        let name = optimizer.description();
        let (apart, by_decay) = ways(optimizer, eta);
        assert!(apart > 0.1 * by_decay, "{name}: {apart:e} of {by_decay:e}");
    }
}

/// Frozen, a rule goes on with the steps that the warm-up has left it, and nothing of its state is in the record.
#[test]
fn a_frozen_preconditioner_stays_as_the_warm_up_has_left_it() {
    let objective = Quadratic { spectrum: vec![1.0, 2.0, 5.0] }.build(1).expect("valid");
    let optimizer = Arc::new(RmspropEntry { beta2: 0.9, epsilon: 1e-7 });
    let settings = Settings { optimizer, warm_up: 4, frozen: true, ..Settings::new(0.02, 30) };
    let record = run(&*objective, &settings, 1, &Plan::new(&[], vec![]), &Unwatched);
    let rule = settings.rule();
    let mut start = rule.begin(objective.start());
    for _ in 0..4 {
        start = rule.next(&start, objective.linearize(&start.weights).gradient());
    }
    let (steps, mut w) = (rule.preconditioner().steps(&start.state), start.weights);
    for sample in &record.samples {
        let at = objective.linearize(&w);
        assert_eq!(sample.discrete.loss.to_bits(), at.loss().to_bits(), "step {}", sample.step);
        let mut step = at.gradient().to_vec();
        steps.descend(&mut step);
        crate::numeric::vector::axpy(1.0, &step, &mut w);
    }
    assert!(!record.adaptive && !settings.is_adaptive() && record.samples.len() == 30);
}

/// `sigma^2` in closed form has the velocity of the decay in it, and with a state the edge at `2 - a`: it is what the complementarity problem gives.
#[test]
fn closed_forms_know_of_decay() {
    let objective = NetworkEntry { model: mlp(Activation::Silu), loss: Loss::Mse, ..network() };
    let optimizers: [(Arc<dyn optimizer::Entry>, f64, f64); 3] = [
        (Arc::new(GradientDescentEntry {}), 0.4, 0.02),
        (Arc::new(HeavyBallEntry { momentum: 0.2 }), 0.4, 0.02),
        (Arc::new(ScalarRmspropEntry { beta2: 0.9 }), 0.05, 0.4),
    ];
    for (optimizer, eta, gamma) in optimizers {
        let name = optimizer.description();
        let settings =
            Settings { optimizer, decoupled_weight_decay: gamma, warm_up: 2, ..Settings::new(eta, 150) };
        let plan = Plan::new(&[&central_flow::KIND], vec![]);
        let record = run(&*objective.build(1).expect("valid"), &settings, 1, &plan, &Unwatched);
        let flows = record.samples.iter().filter_map(|sample| sample.get::<CentralSample>());
        let singles: Vec<_> =
            flows.filter_map(|flow| flow.single).filter(|single| single.closed_form > 0.0).collect();
        assert!(singles.len() > 10, "{name}: {} points, {:?}", singles.len(), record.stops);
        for single in singles {
            let unit = single.closed_form / single.cosine;
            let off = (single.solved - single.closed_form).abs() / unit;
            assert!(off < 1e-13, "{name}: {off:e}, {single:?}");
        }
    }
}

/// The ablated flow holds the edge by its state alone, which the certificate sees from outside: it moves the weights along the plain
/// gradient and the state along its squares, and asks that no eigenvalue passes 2.
#[test]
fn the_ablated_flow_holds_the_edge_by_its_state() {
    let objective = NetworkEntry { model: mlp(Activation::Tanh), loss: Loss::Mse, ..network() };
    let objective = objective.build(1).expect("valid");
    for (text, eta) in [
        ("optimizer.scalar_rmsprop.beta2 = 0.9", 0.1),
        ("optimizer.rmsprop.beta2 = 0.9", 4e-3),
        ("optimizer.adam = { beta1 = 0.3, beta2 = 0.95 }", 4e-3),
    ] {
        let source = crate::source::Source::new("test.toml", text);
        let table = toml::de::DeTable::parse(text).expect("TOML").into_inner();
        let rule =
            crate::optimizer::read(&source, table.get("optimizer").cloned()).expect("a rule").rule(eta);
        let mut start = rule.begin(objective.start());
        for _ in 0..20 {
            start = rule.next(&start, objective.linearize(&rule.query(&start)).gradient());
        }
        let numerics = Numerics { eigen_tolerance: 1e-7, ..Numerics::default() };
        let mut flow = CentralFlow::ablated(rule.clone(), start, 4, &numerics, 1);
        let mut certified = 0;
        for step in 0..60 {
            flow.advance(&*objective).unwrap_or_else(|error| panic!("{text}, step {step}: {error}"));
            let here = flow.evaluate(&*objective).expect("finite").clone();
            assert!(here.force.iter().all(|force| *force == 0.0), "{text}");
            if step % 10 != 0 || here.sigma.iter().sum::<f64>() == 0.0 {
                continue;
            }
            let pairs = flow.tracker().pairs().expect("evaluated");
            let u = pairs.vectors.cols_range(0, here.sigma.len());
            let products = certificate::Products::default();
            let edge = certificate::edge(&*objective, &*rule, (&flow, &here), &u, &products).expect("finite");
            let edge = edge.expect("there is Sigma");
            assert!(edge.violation < 1e-6 + edge.numerical_error, "{text}, step {step}: {edge:?}");
            assert!(edge.half_violation > 1e-4, "{text}, step {step}: {edge:?}");
            certified += 1;
        }
        assert!(certified >= 3, "{text}: {certified}");
    }
}

/// The ablated flow begins at the midpoint at which the first segment does, and goes on where the segments are started anew.
#[test]
fn the_ablated_flow_begins_with_the_first_segment() {
    let text = "optimizer.scalar_rmsprop.beta2 = 0.9";
    let source = crate::source::Source::new("test.toml", text);
    let table = toml::de::DeTable::parse(text).expect("TOML").into_inner();
    let optimizer = crate::optimizer::read(&source, table.get("optimizer").cloned()).expect("a rule");
    let objective = NetworkEntry { model: mlp(Activation::Tanh), loss: Loss::Mse, ..network() };
    let objective = objective.build(1).expect("valid");
    let settings = Settings { optimizer, warm_up: 2, segment: 30, ..Settings::new(0.1, 160) };
    let record = run(&*objective, &settings, 1, &Plan::new(&[&ablated_flow::KIND], vec![]), &Unwatched);
    let has = |sample: &&Sample| sample.get::<AblatedSample>().is_some();
    let first = record.samples.iter().find(has).expect("a segment starts");
    let segment: &SegmentSample = first.get().expect("it starts here");
    assert_eq!(segment.start, first.step);
    let (ablated, midpoint): (&AblatedSample, &MidpointSample) = (first.get().unwrap(), first.get().unwrap());
    assert_eq!(ablated.loss, midpoint.loss);
    assert!(record.samples[first.step..].iter().all(|sample| has(&sample)), "{:?}", record.stops);
    let last: &SegmentSample = record.samples.last().and_then(Sample::get).expect("a segment");
    assert!(last.start > first.step, "it is started anew");
}

/// The record of a run of RMSProp with the stationary preconditioner and flow, of a network of this width on small images.
fn stationary(width: usize) -> Record {
    let text = "optimizer.rmsprop.beta2 = 0.9";
    let source = crate::source::Source::new("test.toml", text);
    let table = toml::de::DeTable::parse(text).expect("TOML").into_inner();
    let optimizer = crate::optimizer::read(&source, table.get("optimizer").cloned()).expect("a rule");
    let (data, loss) = (Arc::new(Digits { side: 4 }), Loss::Mse);
    let model = Arc::new(MlpEntry { hidden: vec![width], activation: Activation::Tanh });
    let objective = NetworkEntry { data, model, loss, ..network() }.build(1).expect("valid");
    let settings = Settings { optimizer, warm_up: 20, ..Settings::new(3e-3, 200) };
    let plan = Plan::new(&[&midpoints::KIND, &stationary_flow::KIND], vec![]);
    run(&*objective, &settings, 1, &plan, &Unwatched)
}

/// The stationary preconditioner is solved for, with its certificate, every twenty steps, and its flow starts at the first midpoint at which nothing
/// is left of the state before the edge.
#[test]
fn the_stationary_flow_begins_where_the_state_has_come_to_rest() {
    let record = stationary(5);
    assert_eq!(record.stopped(), None);
    let points: Vec<(usize, &StationarySample)> =
        record.samples.iter().filter_map(|s| Some((s.step, s.get()?))).collect();
    assert!(points.iter().map(|point| point.0).eq((20..200).step_by(stationary_preconditioner::EVERY)));
    for (step, point) in &points {
        assert!(point.gap < 1e-8 && point.stationarity < 1e-6, "step {step}: {point:?}");
        assert!(point.half_stationarity > 0.1 || point.directions == 0, "step {step}: {point:?}");
        assert!(point.decrease <= point.least_trace_decrease * (1.0 + 1e-6), "step {step}: {point:?}");
    }
    let at_rest = |point: &&(usize, &StationarySample)| point.1.past <= stationary_preconditioner::AT_REST;
    let (begins, here) = points.iter().find(at_rest).expect("it comes to rest");
    assert!(here.memories > 2.0 && *begins < 180, "step {begins}: {here:?}");
    let flow = |step: usize| record.samples[step].get::<StationaryFlowSample>();
    assert!((0..*begins).all(|step| flow(step).is_none()) && (*begins..200).all(|step| flow(step).is_some()));
    let start = flow(*begins).expect("it begins");
    assert_eq!((start.to_midpoint, start.frozen, start.way), (0.0, 0.0, 0.0));
    assert_eq!(Some(start.loss), record.samples[*begins].get::<MidpointSample>().map(|m| m.loss));
    let end = flow(199).expect("it goes on");
    assert!(end.trace > 0.0 && end.to_midpoint < 0.5 * end.way, "{end:?}");
    let found = points.last().and_then(|point| point.1.oscillation).expect("it oscillates at rest");
    assert!(found.cosine > 0.9 && (0.5..2.0).contains(&(found.measured / found.predicted)), "{found:?}");
}

#[test]
fn the_stationary_preconditioner_refuses_more_weights_than_can_be_solved_for() {
    let stopped = stationary(15).stopped().expect("it is refused");
    let text = "the stationary preconditioner stopped at step 0: all of the Hessian of 415 weights is needed: accepted are up to 400";
    assert!(stopped.contains(text), "{stopped}");
}
