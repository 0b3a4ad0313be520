//! Laws that every rule obeys; each registered kind is put through all of them.

use toml::de::DeTable;

use super::*;
use crate::numeric::random::Stream;
use crate::source::Source;

/// Rules of every kind, by what suite files say of them.
fn rules(eta: f64) -> Vec<(String, Rule)> {
    SAID.iter().map(|said| (said.to_string(), entry(said).rule(eta))).collect()
}

/// What suite files say of some rules of every kind.
const SAID: [&str; 5] = [
    "gradient_descent = {}",
    "heavy_ball.momentum = 0.0",
    "heavy_ball.momentum = 0.2",
    "heavy_ball.momentum = 0.5",
    "heavy_ball.momentum = 0.9",
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

/// The logarithm of the factor a step by which `|x|` changes in the end, on `L = lambda x^2 / 2`.
fn growth(rule: &dyn UpdateRule, lambda: f64) -> f64 {
    let (mut before, mut here) = (vec![1.0], vec![-1.0]);
    let mut sum = 0.0;
    for step in 0..4000 {
        let next = rule.next(&before, &here, &[lambda * here[0]]);
        let size = next[0].abs().max(here[0].abs());
        // Linear, so that it may be kept at size 1; the first half is left out for what decays.
        if step >= 2000 {
            sum += libm::log(size);
        }
        (before, here) = (vec![here[0] / size], vec![next[0] / size]);
    }
    sum / 2000.0
}

#[test]
fn every_file_is_registered_under_its_name() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/optimizer");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            entry.expect("readable").file_name().to_string_lossy().trim_end_matches(".rs").to_string()
        })
        .filter(|name| !["mod", "entry", "laws"].contains(&name.as_str()))
        .collect();
    files.sort();
    let mut names: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
    names.sort();
    assert_eq!(files, names);
}

/// A quadratic is stable up to `2 / h` and not beyond, and just beyond an oscillation grows at the rate `q y`.
#[test]
fn the_edge_is_where_quadratics_become_unstable() {
    let eta = 0.1;
    for (name, rule) in rules(eta) {
        let q = rule.growth();
        for y in [1e-4, 1e-3] {
            let y = y / q;
            let rate = growth(&*rule, (EDGE + y) / rule.edge_step());
            // The next order in y: a root of multiplicity two is approached where momentum is large.
            let next = 2.0 * (q * y).powi(2) * (1.0 + q);
            assert!((rate - q * y).abs() <= next, "{name}: {rate:e} for {:e}", q * y);
            assert!(growth(&*rule, (EDGE - y) / rule.edge_step()) < 0.0, "{name} below the edge");
        }
    }
}

/// Under a constant gradient the path moves by `R` times it a step, once inertia has died away.
#[test]
fn the_mean_path_moves_by_the_mean_step() {
    let gradient = Stream::new(0, "gradient").normals(3);
    for (name, rule) in rules(0.1) {
        let (mut before, mut here) = (vec![0.0; 3], vec![0.0; 3]);
        for _ in 0..400 {
            let next = rule.next(&before, &here, &gradient);
            (before, here) = (here, next);
        }
        let mut velocity = gradient.clone();
        rule.drift(&mut velocity);
        for i in 0..3 {
            let moved = here[i] - before[i];
            assert!(
                (moved - velocity[i]).abs() <= 1e-12 * here[i].abs(),
                "{name}: {moved} for {}",
                velocity[i]
            );
        }
    }
}

#[test]
fn as_many_substeps_as_stability_needs() {
    for (name, rule) in rules(0.1) {
        let stiffness = rule.mean_step() * EDGE / rule.edge_step();
        let least = rule.least_substeps() as f64;
        assert!(stiffness <= EDGE * least * (1.0 + 1e-8), "{name}: {stiffness} with {least}");
        assert!(least == 1.0 || stiffness > EDGE * (least - 1.0), "{name}: {least} are more than needed");
    }
}

#[test]
fn without_momentum_all_rules_are_gradient_descent() {
    let (w, g) = (Stream::new(0, "w").normals(5), Stream::new(0, "g").normals(5));
    let plain = GradientDescent { learning_rate: 0.3 }.next(&w, &w, &g);
    for said in ["gradient_descent = {}", "heavy_ball.momentum = 0.0"] {
        let rule = entry(said).rule(0.3);
        assert_eq!(
            (rule.next(&w, &w, &g), rule.edge_step(), rule.mean_step()),
            (plain.clone(), 0.3, 0.3),
            "{said}"
        );
        assert_eq!(rule.with_learning_rate(0.6).learning_rate(), 0.6, "{said}");
        assert_eq!((rule.effective(2.0), rule.least_substeps()), (0.6, 1), "{said}");
    }
}
