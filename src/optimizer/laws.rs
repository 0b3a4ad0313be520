//! Laws that every rule obeys; each registered kind is put through all of them.

use toml::de::DeTable;

use super::*;
use crate::numeric::random::Stream;
use crate::source::{Kind, Source, assert_modules};

/// Rules of every kind, by what suite files say of them.
fn rules(eta: f64) -> Vec<(String, Rule)> {
    SAID.iter().map(|said| (said.to_string(), entry(said).rule(eta))).collect()
}

/// Decays gamma of the weights beside the step: with the learning rate 0.1 they take away 0.02 and 0.3 of them.
const GAMMAS: [f64; 2] = [0.2, 3.0];

/// The same, and all of them with weights that decay.
fn decaying(eta: f64) -> Vec<(String, Rule)> {
    let plain = rules(eta);
    let decayed = |gamma: f64| {
        let decayed = move |(name, rule): &(String, Rule)| {
            let rule: Rule = Arc::new(Decayed::new(rule.clone(), gamma));
            (format!("{name}, decay {gamma}"), rule)
        };
        plain.iter().map(decayed).collect::<Vec<_>>()
    };
    let decayed: Vec<Vec<(String, Rule)>> = GAMMAS.map(decayed).into();
    [plain.clone(), decayed.concat()].concat()
}

/// The same, and all of them with a learning rate that changes.
fn changing(eta: f64) -> Vec<(String, Rule)> {
    let text = "schedule.linear = { steps = 50, to = 3.0 }";
    let document = DeTable::parse(text).expect("TOML").into_inner();
    let schedule = read_schedule(&Source::new("test.toml", text), document.get("schedule").cloned());
    let schedule = schedule.expect("a schedule").expect("there is one");
    let plain = decaying(eta);
    let scheduled = |(name, rule): &(String, Rule)| {
        let rule: Rule = Arc::new(Scheduled::new(rule.clone(), schedule.clone()));
        (format!("{name}, changing"), rule)
    };
    let changing: Vec<(String, Rule)> = plain.iter().map(scheduled).collect();
    [plain, changing].concat()
}

/// What suite files say of some rules of every kind.
const SAID: [&str; 16] = [
    "gradient_descent = {}",
    "heavy_ball.momentum = 0.0",
    "heavy_ball.momentum = 0.2",
    "heavy_ball.momentum = 0.5",
    "heavy_ball.momentum = 0.9",
    "nesterov.momentum = 0.0",
    "nesterov.momentum = 0.5",
    "nesterov.momentum = 0.9",
    "ema_momentum.momentum = 0.0",
    "ema_momentum.momentum = 0.9",
    "scalar_rmsprop.beta2 = 0.9",
    "scalar_rmsprop.beta2 = 0.99",
    "rmsprop.beta2 = 0.95",
    "rmsprop = { beta2 = 0.99, epsilon = 0.01 }",
    "adam = { beta1 = 0.0, beta2 = 0.9 }",
    "adam = { beta1 = 0.5, beta2 = 0.99 }",
];

fn entry(said: &str) -> Arc<dyn Entry> {
    let text = format!("optimizer.{said}");
    let document = DeTable::parse(&text).expect("TOML").into_inner();
    let optimizer = document.get("optimizer").cloned();
    read(&Source::new("test.toml", &text), optimizer).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_kind_is_tried() {
    for kind in kinds() {
        assert!(SAID.iter().any(|said| said.starts_with(kind.name)), "{}", kind.name);
    }
}

/// The logarithm of the factor a step by which an oscillation changes in the end, on `L = x^2 / 2` times `lambda`, with P kept as it is.
fn growth(rule: &dyn UpdateRule, lambda: f64, state: &State) -> f64 {
    let mut at = Iterate { state: state.clone(), ..rule.begin(vec![1.0]) };
    let mut sum = 0.0;
    for step in 0..4000 {
        let gradient = lambda * rule.query(&at)[0];
        // P stays as it is: the square that is taken in is the average, and time long past.
        let next = rule.next_mean(&at, &[gradient], &state.squares);
        let size = next.weights[0].abs().max(at.weights[0].abs());
        // Linear, so that it may be kept at size 1; the first half is left out for what decays.
        if step >= 2000 {
            sum += libm::log(size);
        }
        at = Iterate {
            weights: vec![next.weights[0] / size],
            buffer: next.buffer.iter().map(|m| m / size).collect(),
            state: at.state,
        };
    }
    sum / 2000.0
}

#[test]
fn every_file_is_registered_under_its_name() {
    assert_modules("optimizer/rules", &["mod"], kinds().iter().map(|kind| kind.name));
}

/// Three steps of a rule, told as its source tells them: from weights, given gradients and the learning rate.
type Told = fn(&mut [f64; 3], &[[f64; 3]; 3], f64);

/// The rules that are more than a step along the gradient, by what a suite file says.
const TOLD: [(&str, Told); 6] = [
    ("heavy_ball.momentum = 0.5", |w, g, eta| {
        let mut last = *w;
        for g in g {
            for i in 0..3 {
                let here = w[i];
                w[i] = here - eta * g[i] + 0.5 * (here - last[i]);
                last[i] = here;
            }
        }
    }),
    ("nesterov.momentum = 0.5", |w, g, eta| {
        // Given gradients, the point at which they are taken does not matter.
        let mut last = *w;
        for g in g {
            for i in 0..3 {
                let here = w[i];
                let ahead = here + 0.5 * (here - last[i]);
                (w[i], last[i]) = (ahead - eta * g[i], here);
            }
        }
    }),
    ("ema_momentum.momentum = 0.9", |w, g, eta| {
        let mut m = [0.0; 3];
        for g in g {
            for i in 0..3 {
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                w[i] -= eta * m[i];
            }
        }
    }),
    ("scalar_rmsprop.beta2 = 0.9", |w, g, eta| {
        let square = |g: &[f64; 3]| g.iter().map(|g| g * g).sum::<f64>();
        let mut nu = square(&g[0]);
        for (t, g) in g.iter().enumerate() {
            nu = if t == 0 { nu } else { 0.9 * nu + 0.1 * square(g) };
            (0..3).for_each(|i| w[i] -= eta * g[i] / nu.sqrt());
        }
    }),
    ("rmsprop = { beta2 = 0.99, epsilon = 0.01 }", |w, g, eta| {
        let mut nu = [0.0; 3];
        for (t, g) in g.iter().enumerate() {
            let filled = 1.0 - 0.99_f64.powi(t as i32 + 1);
            for i in 0..3 {
                nu[i] = 0.99 * nu[i] + 0.01 * g[i] * g[i];
                w[i] -= eta * g[i] / ((nu[i] / filled).sqrt() + 0.01);
            }
        }
    }),
    ("adam = { beta1 = 0.5, beta2 = 0.99, epsilon = 0.01 }", |w, g, eta| {
        let (mut m, mut nu) = ([0.0; 3], [0.0; 3]);
        for (t, g) in g.iter().enumerate() {
            let [first, second] = [0.5_f64, 0.99].map(|beta| 1.0 - beta.powi(t as i32 + 1));
            for i in 0..3 {
                m[i] = 0.5 * m[i] + 0.5 * g[i];
                nu[i] = 0.99 * nu[i] + 0.01 * g[i] * g[i];
                w[i] -= eta * m[i] / first / ((nu[i] / second).sqrt() + 0.01);
            }
        }
    }),
];

/// The first steps, at which bias corrections, epsilon and the start of averages weigh most, are those of the sources.
#[test]
fn first_steps_are_as_the_sources_tell_them() {
    let told = |kind: &Kind<dyn Entry>| TOLD.iter().any(|(said, _)| said.starts_with(kind.name));
    assert!(kinds().iter().all(|kind| told(kind) || kind.name == "gradient_descent"));
    let mut stream = Stream::new(0, "told");
    let mut drawn = || [0; 3].map(|_| stream.normal());
    let (start, gradients) = (drawn(), [0; 3].map(|_| drawn()));
    for (said, tell) in TOLD {
        let rule = entry(said).rule(0.2);
        let mut at = rule.begin(start.to_vec());
        for gradient in &gradients {
            at = rule.next(&at, gradient);
        }
        let mut expected = start;
        tell(&mut expected, &gradients, 0.2);
        for (found, expected) in at.weights.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{said}: {found} for {expected}");
        }
    }
}

/// A state that has taken in some gradients, and the iterate it belongs to.
fn under_way(rule: &dyn UpdateRule) -> Iterate {
    let mut stream = Stream::new(0, "under way");
    let mut at = rule.begin(stream.normals(4));
    for _ in 0..7 {
        at = rule.next(&at, &stream.normals(4));
    }
    at
}

fn logs(steps: &Steps) -> Vec<f64> {
    let steps = match steps {
        Steps::Uniform(step) => std::slice::from_ref(step),
        Steps::Each(steps) => &steps[..],
    };
    steps.iter().map(|step| -libm::log(*step)).collect()
}

/// `d ln P` of a change of the state and of time is that of differences, to 1e-8; so is `d ln(1/h)`, which a changing decay moves as well.
#[test]
fn preconditioners_and_edges_harden_as_differences_say() {
    type Logs<'a> = &'a dyn Fn(&State) -> Vec<f64>;
    type Hardening<'a> = &'a dyn Fn(&State, &[f64], f64) -> Relative;
    for (name, rule) in changing(0.1) {
        let preconditioner = rule.preconditioner();
        let inverse: Logs<'_> = &|state| logs(&preconditioner.steps(state));
        let edge: Logs<'_> = &|state| logs(&rule.edge_steps(state));
        let by_state: Hardening<'_> = &|state, change, dt| preconditioner.hardening(state, change, dt);
        let of_the_edge: Hardening<'_> = &|state, change, dt| rule.hardening(state, change, dt);
        for (logs, hardening) in [(inverse, by_state), (edge, of_the_edge)] {
            hardens(&name, &under_way(&*rule).state, logs, hardening);
        }
    }
}

fn hardens(
    name: &str,
    State { squares, time }: &State,
    logs: &dyn Fn(&State) -> Vec<f64>,
    hardening: &dyn Fn(&State, &[f64], f64) -> Relative,
) {
    let change: Vec<f64> = squares.iter().zip([0.3, -0.2, 0.1, 0.4]).map(|(nu, share)| share * nu).collect();
    for dt in [0.0, 0.7] {
        let at = |share: f64| {
            let moved = squares.iter().zip(&change).map(|(nu, change)| nu + share * change).collect();
            logs(&State { squares: moved, time: time + share * dt })
        };
        let state = State { squares: squares.clone(), time: *time };
        let found = match hardening(&state, &change, dt) {
            Relative::Uniform(delta) => vec![delta],
            Relative::Each(deltas) => deltas,
        };
        let h = 1e-3;
        let [a, b, c, d] = [at(h), at(-h), at(2.0 * h), at(-2.0 * h)];
        assert_eq!(found.len(), a.len(), "{name}");
        for (i, found) in found.iter().enumerate() {
            // Of fourth order: the rest is some 1e-12, rounding some 1e-13.
            let expected = (8.0 * (a[i] - b[i]) - (c[i] - d[i])) / (12.0 * h);
            assert!((found - expected).abs() <= 1e-8, "{name}: {found} for {expected}");
        }
    }
}

/// A state follows squares of the gradient linearly: of first order in them, hence of first and second in the gradient; and what a
/// step does is what the velocity does in a unit of time, up to how far the average is forgotten in it.
#[test]
fn states_follow_squares_linearly() {
    let [a, b] =
        ["a", "b"].map(|name| Stream::new(0, name).normals(4).iter().map(|x| x * x).collect::<Vec<f64>>());
    let both: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + 2.0 * b).collect();
    for (name, rule) in changing(0.1) {
        let (preconditioner, state) = (rule.preconditioner(), under_way(&*rule).state);
        let empty = State { squares: vec![0.0; state.squares.len()], ..state };
        type Law<'a> = &'a dyn Fn(&State, &[f64]) -> Vec<f64>;
        let laws: [Law<'_>; 2] =
            [&|state, q| preconditioner.velocity(state, q), &|state, q| preconditioner.after(state, q)];
        for law in laws {
            let (whole, parts) = (law(&state, &both), [law(&state, &a), law(&empty, &b)]);
            for i in 0..whole.len() {
                let sum = parts[0][i] + 2.0 * parts[1][i];
                assert!((whole[i] - sum).abs() <= 1e-13 * sum.abs(), "{name}: {} for {sum}", whole[i]);
            }
        }
        // From `nu' = c (q - nu)` at the new state one step back is the old one.
        let next = State { squares: preconditioner.after(&state, &a), time: state.time + 1.0 };
        let velocity = preconditioner.velocity(&next, &a);
        for i in 0..velocity.len() {
            let back = next.squares[i] - velocity[i];
            assert!((back - state.squares[i]).abs() <= 1e-12 * next.squares[i], "{name}: {back}");
        }
    }
}

/// The state of one coordinate that has taken in gradients for long.
fn settled(rule: &dyn UpdateRule) -> State {
    State { squares: under_way(rule).state.squares.into_iter().take(1).collect(), time: 1e6 }
}

/// On a quadratic a step is a matrix of the weight and the buffer; its trace and determinant are those of `optimizer::decay`, and at the edge one
/// multiplier is -1, the other one within the unit circle.
#[test]
fn multipliers_on_quadratics_are_those_of_the_quadratic_equation() {
    for (name, rule) in decaying(0.1) {
        let (state, begun) = (settled(&*rule), rule.begin(vec![1.0]));
        let Momentum { kept: beta, intake, ahead } = rule.momentum();
        let (a, h) = (rule.decay(&state).share, libm::exp(-logs(&rule.edge_steps(&state))[0]));
        let step = |w: f64, m: f64, lambda: f64| {
            let buffer = if begun.buffer.is_empty() { vec![] } else { vec![m] };
            let at = Iterate { weights: vec![w], buffer, state: state.clone() };
            let next = rule.next_mean(&at, &[lambda * rule.query(&at)[0]], &state.squares);
            [next.weights[0], next.buffer.first().copied().unwrap_or(0.0)]
        };
        for share in [0.1, 0.7, 1.0, 1.2] {
            let lambda = share * EDGE / h;
            let ([ww, mw], [wm, mm]) = (step(1.0, 0.0, lambda), step(0.0, 1.0, lambda));
            let (trace, determinant) = (ww + mm, ww * mm - wm * mw);
            // c x, of which the edge is `kappa c`.
            let x = share * rule.edge(&state) * intake;
            let [expected, product] = if ahead {
                [(1.0 + beta) * (1.0 - x) - a, beta * (1.0 - a) * (1.0 - x)]
            } else {
                [1.0 - a + beta - x, beta * (1.0 - a)]
            };
            let near = |found: f64, expected: f64| (found - expected).abs() < 1e-12 * (1.0 + expected.abs());
            assert!(near(trace, expected) && near(determinant, product), "{name} at {share} of the edge");
            if share == 1.0 {
                // The multipliers are -1 and the determinant over -1.
                let at_minus_one = 1.0 + trace + determinant;
                assert!(at_minus_one.abs() < 1e-12 && determinant.abs() < 1.0, "{name}: {at_minus_one:e}");
            }
        }
    }
}

/// A step with the same squares is linear in all of the iterate and the gradient: the mean of many is one on the mean path, so that on a quadratic,
/// whose gradient is linear, the central map is the mean exactly.
#[test]
fn the_mean_of_steps_is_the_step_of_the_mean() {
    for (name, rule) in changing(0.1) {
        let mut stream = Stream::new(0, "mean");
        let state = under_way(&*rule).state;
        let squares: Vec<f64> = state.squares.iter().map(|nu| 1.1 * nu).collect();
        let has_buffer = !rule.begin(vec![0.0; 4]).buffer.is_empty();
        let mut drawn = || {
            let buffer = if has_buffer { stream.normals(4) } else { vec![] };
            (Iterate { weights: stream.normals(4), buffer, state: state.clone() }, stream.normals(4))
        };
        let pairs = [drawn(), drawn()];
        let mean = |of: &dyn Fn(usize) -> Vec<f64>| -> Vec<f64> {
            of(0).iter().zip(of(1)).map(|(a, b)| 0.5 * (a + b)).collect()
        };
        let nexts: Vec<Iterate> = pairs.iter().map(|(at, g)| rule.next_mean(at, g, &squares)).collect();
        let middle = Iterate {
            weights: mean(&|i| pairs[i].0.weights.clone()),
            buffer: mean(&|i| pairs[i].0.buffer.clone()),
            state: state.clone(),
        };
        let next = rule.next_mean(&middle, &mean(&|i| pairs[i].1.clone()), &squares);
        let found = [&next.weights[..], &next.buffer].concat();
        let expected = [mean(&|i| nexts[i].weights.clone()), mean(&|i| nexts[i].buffer.clone())].concat();
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-13 * (1.0 + expected.abs()),
                "{name}: {found} for {expected}"
            );
        }
    }
}

/// Beside the same step the weights lose their share, eta gamma as it is when the step is made; neither momentum nor state nor the point at which
/// the gradient is taken knows.
#[test]
fn decay_is_beside_the_step() {
    let eta = 0.1;
    for ((name, plain), gamma) in rules(eta).iter().flat_map(|rule| GAMMAS.map(|gamma| (rule, gamma))) {
        let decayed: Rule = Arc::new(Decayed::new(plain.clone(), gamma));
        let at = under_way(&**plain);
        let gradient = Stream::new(1, "decay").normals(4);
        assert_eq!(plain.query(&at), decayed.query(&at), "{name}");
        let [without, with] = [plain, &decayed].map(|rule| rule.next(&at, &gradient));
        assert_eq!((&without.buffer, &without.state), (&with.buffer, &with.state), "{name}");
        for i in 0..4 {
            let lost = without.weights[i] - with.weights[i];
            assert!((lost - eta * gamma * at.weights[i]).abs() < 1e-14, "{name}: {lost}");
        }
    }
    let schedule = "schedule.linear = { steps = 4, to = 3.0 }";
    let document = DeTable::parse(schedule).expect("TOML").into_inner();
    let read = read_schedule(&Source::new("test.toml", schedule), document.get("schedule").cloned());
    let schedule = read.expect("a schedule").expect("there is one");
    let decayed = Arc::new(Decayed::new(entry("gradient_descent = {}").rule(eta), 0.5));
    let rule: Rule = Arc::new(Scheduled::new(decayed, schedule));
    let mut at = rule.begin(vec![1.0; 4]);
    for (factor, step) in [1.5, 2.0, 2.5, 3.0].into_iter().zip(1..) {
        let next = rule.next(&at, &[0.0; 4]);
        let kept = next.weights[0] / at.weights[0];
        assert!((kept - (1.0 - 0.05 * factor)).abs() < 1e-15, "step {step}: {kept}");
        at = next;
    }
}

/// A quadratic is stable up to `2 / h` and not beyond, and just beyond an oscillation grows at the rate `q y`.
#[test]
fn the_edge_is_where_quadratics_become_unstable() {
    for (name, rule) in decaying(0.1) {
        let state = settled(&*rule);
        let q = rule.momentum().growth(rule.decay(&state).share);
        let h = libm::exp(-logs(&rule.edge_steps(&state))[0]);
        for y in [1e-4, 1e-3] {
            let y = y / q;
            let rate = growth(&*rule, (EDGE + y) / h, &state);
            // The next order in y: a root of multiplicity two is approached where momentum is large.
            let next = 2.0 * (q * y).powi(2) * (1.0 + q);
            assert!((rate - q * y).abs() <= next, "{name}: {rate:e} for {:e}", q * y);
            assert!(growth(&*rule, (EDGE - y) / h, &state) < 0.0, "{name} below the edge");
        }
    }
}

/// Under a constant gradient the path moves by `R` times it a step and what decays, once inertia has died away.
#[test]
fn the_mean_path_moves_by_the_mean_step() {
    let gradient = Stream::new(0, "gradient").normals(3);
    for (name, rule) in decaying(0.1) {
        let mut at = rule.begin(vec![0.0; 3]);
        for _ in 0..400 {
            at = rule.next(&at, &gradient);
        }
        let next = rule.next(&at, &gradient);
        let velocity = rule.drift(&at.weights, &next.state, gradient.clone());
        for (i, velocity) in velocity.iter().enumerate() {
            let moved = next.weights[i] - at.weights[i];
            let rounding = 1e-12 * next.weights[i].abs();
            assert!((moved - velocity).abs() <= rounding, "{name}: {moved} for {velocity}");
        }
    }
}

/// The next point at which a gradient is taken is what [`Momentum::response`] and [`Momentum::inertia`] say, P being the same.
#[test]
fn gradients_and_inertia_move_the_next_query() {
    let [w, m, g] = ["w", "m", "g"].map(|name| Stream::new(0, name).normals(4));
    for (name, rule) in decaying(0.1) {
        let begun = rule.begin(w.clone());
        let buffer = if begun.buffer.is_empty() { vec![] } else { m.clone() };
        let at = Iterate { buffer: buffer.clone(), ..begun };
        let next = rule.next(&at, &g);
        let (from, to) = (rule.query(&at).into_owned(), rule.query(&next).into_owned());
        let mut expected = g.clone();
        crate::numeric::vector::scale(rule.momentum().response(), &mut expected);
        if !buffer.is_empty() {
            axpy(rule.momentum().inertia(), &buffer, &mut expected);
        }
        rule.preconditioner().steps(&next.state).descend(&mut expected);
        axpy(-rule.decay(&next.state).share, &w, &mut expected);
        for i in 0..4 {
            assert!(
                (to[i] - from[i] - expected[i]).abs() < 1e-14,
                "{name}: {} for {}",
                to[i] - from[i],
                expected[i]
            );
        }
    }
}

#[test]
fn as_many_substeps_as_stability_needs() {
    for (name, rule) in decaying(0.1) {
        let state = under_way(&*rule).state;
        let stiffness = rule.pace(&state) * EDGE + rule.decay(&state).share;
        let least = rule.least_substeps(&state) as f64;
        assert!(stiffness <= EDGE * least * (1.0 + 1e-8), "{name}: {stiffness} with {least}");
        assert!(least == 1.0 || stiffness > EDGE * (least - 1.0), "{name}: {least} are more than needed");
    }
}

#[test]
fn without_momentum_all_rules_are_gradient_descent() {
    let (w, g) = (Stream::new(0, "w").normals(5), Stream::new(0, "g").normals(5));
    let plain: Vec<f64> = w.iter().zip(&g).map(|(w, g)| w - 0.3 * g).collect();
    for said in PLAIN {
        let rule = entry(said).rule(0.3);
        let at = rule.begin(w.clone());
        assert_eq!(rule.next(&at, &g).weights, plain, "{said}");
        assert_eq!((rule.edge_steps(&at.state), rule.pace(&at.state)), (Steps::Uniform(0.3), 1.0), "{said}");
        assert_eq!(rule.with_learning_rate(0.6).learning_rate(), 0.6, "{said}");
        assert_eq!(rule.least_substeps(&at.state), 1, "{said}");
    }
}

/// Rules that are gradient descent, but for their names.
const PLAIN: [&str; 4] = [
    "gradient_descent = {}",
    "heavy_ball.momentum = 0.0",
    "nesterov.momentum = 0.0",
    "ema_momentum.momentum = 0.0",
];

/// A frozen rule steps as the rule does whose state stays, and with another learning rate proportionally.
#[test]
fn a_frozen_rule_keeps_its_steps() {
    let (w, g) = (Stream::new(0, "w").normals(5), Stream::new(0, "g").normals(5));
    for (name, rule) in rules(0.1) {
        let mut at = rule.begin(w.clone());
        at.state.squares = rule.next(&at, &g).state.squares;
        at.state.time = 3.0;
        let frozen = Frozen::new(&*rule, &at.state);
        let plain = Iterate { state: State { squares: vec![], time: 3.0 }, ..at.clone() };
        assert_eq!(frozen.momentum(), rule.momentum(), "{name}");
        assert_eq!(frozen.steps(&plain.state), rule.preconditioner().steps(&at.state), "{name}");
        let double = frozen.with_learning_rate(0.2);
        assert_eq!(
            double.preconditioner().steps(&plain.state),
            frozen.steps(&plain.state).times(2.0),
            "{name}"
        );
        assert!(!double.is_adaptive() && double.learning_rate() == 0.2, "{name}");
    }
}

/// The point of rest is that of an edge at kappa, which decay beside the step lowers and a schedule moves.
#[test]
fn only_roots_without_decay_and_schedule_come_to_rest() {
    for (name, rule) in rules(0.1) {
        let has_roots = name.starts_with("rmsprop") || name.starts_with("adam");
        assert_eq!(rule.roots().is_some(), has_roots, "{name}");
        let decayed: Rule = Arc::new(Decayed::new(rule.clone(), 0.1));
        assert!(decayed.roots().is_none(), "{name}");
    }
    for (name, rule) in changing(0.1).into_iter().filter(|(name, _)| name.ends_with("changing")) {
        assert!(rule.roots().is_none(), "{name}");
    }
}
