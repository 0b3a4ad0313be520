//! Laws that every objective obeys; each registered objective is put through all of them.

use proptest::prelude::*;

use std::sync::Arc;

use super::*;
use crate::data::chebyshev::Chebyshev;
use crate::data::copying::copying;
use crate::data::digits::Digits;
use crate::data::gaussian::Gaussian;
use crate::data::orthogonal::Orthogonal;
use crate::data::sorting::sorting;
use crate::data::teacher_student::TeacherStudent;
use crate::data::two_moons::TwoMoons;
use crate::model::mlp::{Activation, MlpEntry};
use crate::numeric::pairs;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, distance, dot, norm};
use crate::source::Source;
use crate::{data, model};

/// An entry of each kind, and networks of each activation, loss and data set.
fn entries() -> Vec<(String, Box<dyn Entry>)> {
    let mut entries: Vec<(String, Box<dyn Entry>)> =
        landscape::tests::entries().into_iter().map(|entry| (entry.kind().to_string(), entry)).collect();
    for (model, data, examples) in models() {
        for loss in [Loss::Mse, Loss::CrossEntropy] {
            let (name, data, model) =
                (format!("{} {loss:?}", model.description()), data.clone(), model.clone());
            entries.push((name, Box::new(NetworkEntry { data, examples, model, loss })));
        }
    }
    for data in data_sets() {
        let loss = if data.has_classes() { Loss::CrossEntropy } else { Loss::Mse };
        let (examples, name) = (data.available().min(9), format!("simplest model on {}", data.kind()));
        let model = simplest(&*data);
        entries.push((name, Box::new(NetworkEntry { data, examples, model, loss })));
    }
    entries
}

/// Where it is tried: an architecture, data that it is for, and how many examples of them are several chunks of which the last is partial.
type Model = (Arc<dyn model::Entry>, Arc<dyn data::Entry>, usize);

/// An architecture of each kind, and what differs within one.
fn models() -> Vec<Model> {
    use crate::model::{cnn, deep_linear, lstm, mamba, mlp, resnet, transformer, vit};
    let digits = || -> Arc<dyn data::Entry> { Arc::new(Digits::default()) };
    let small = || -> Arc<dyn data::Entry> { Arc::new(Digits { side: 4 }) };
    let words = || -> Arc<dyn data::Entry> { Arc::new(sorting(3, 3)) };
    let mlp =
        |activation| -> Model { (Arc::new(mlp::MlpEntry { hidden: vec![7, 5], activation }), digits(), 70) };
    let (gelu, tanh) = (Activation::Gelu, Activation::Tanh);
    let mut models: Vec<Model> =
        [Activation::Tanh, Activation::Gelu, Activation::Silu, Activation::Softplus].map(mlp).into();
    let cnn = |pool, hidden| cnn::CnnEntry {
        channels: vec![2, 3],
        kernel: 3,
        pool,
        hidden,
        activation: gelu,
        gain: 2.0,
    };
    let resnet =
        |groups| resnet::ResnetEntry { channels: vec![2, 4], blocks: 1, groups, pool: 2, activation: gelu };
    let vit = |patch_norm, head_width| vit::VitEntry {
        patch: 2,
        width: 4,
        depth: 1,
        heads: 2,
        head_width,
        hidden: 5,
        activation: gelu,
        patch_norm,
    };
    let transformer = |norm, depth| transformer::TransformerEntry {
        width: 4,
        depth,
        heads: 2,
        hidden: 5,
        activation: tanh,
        norm,
    };
    let lstm = |depth, embedding| lstm::LstmEntry { width: 3, depth, embedding };
    let mamba = |depth| mamba::MambaEntry {
        width: 3,
        depth,
        expand: 2,
        states: 2,
        kernel: 4,
        step_rank: 1,
        deviation: 0.3,
        output_gain: 0.3,
    };
    models.extend([
        // Of two matrices: with weights ten times as large, which laws try, outputs of more are thousands, and what a softmax makes of
        // their rounding is more than its sums have.
        (
            Arc::new(deep_linear::DeepLinearEntry { hidden: vec![6], gain: 0.9 }) as Arc<dyn model::Entry>,
            digits(),
            70,
        ),
        (Arc::new(cnn(2, vec![5])), small(), 17),
        (Arc::new(cnn(1, vec![])), small(), 5),
        (Arc::new(resnet(2)), small(), 7),
        (Arc::new(vit(false, 2)), small(), 17),
        (Arc::new(vit(true, 3)), small(), 5),
        (Arc::new(transformer(transformer::Placing::After, 1)), words(), 17),
        (Arc::new(transformer(transformer::Placing::Before, 2)), small(), 5),
        (Arc::new(lstm(1, None)), small(), 70),
        (Arc::new(lstm(2, Some(2))), words(), 17),
        (Arc::new(mamba(1)), words(), 17),
        (Arc::new(mamba(2)), small(), 5),
    ]);
    models
}

/// A linear model, or for answers at several positions the least network that there is.
fn simplest(data: &dyn data::Entry) -> Arc<dyn model::Entry> {
    if data.positions().is_some() {
        return Arc::new(crate::model::lstm::LstmEntry { width: 1, depth: 1, embedding: None });
    }
    Arc::new(MlpEntry { hidden: vec![], activation: Activation::Tanh })
}

/// A data set of each kind.
fn data_sets() -> Vec<Arc<dyn data::Entry>> {
    let mut all: Vec<Arc<dyn data::Entry>> = vec![
        Arc::new(Digits::default()),
        Arc::new(Digits { side: 4 }),
        Arc::new(Gaussian { features: 12, classes: 3 }),
        Arc::new(Chebyshev { degree: 3 }),
        Arc::new(copying(3, 2)),
        Arc::new(Orthogonal { features: 9, outputs: Some(4) }),
        Arc::new(sorting(3, 2)),
        Arc::new(TeacherStudent { features: 5, width: 4, outputs: 3 }),
        Arc::new(TwoMoons::default()),
    ];
    all.extend(data::files::samples::data_sets());
    all
}

fn objectives() -> Vec<(String, Box<dyn Objective>)> {
    let build = |(name, entry): (String, Box<dyn Entry>)| (name, entry.build(3).expect("valid"));
    let mut all: Vec<(String, Box<dyn Objective>)> = entries().into_iter().map(build).collect();
    let (name, entry) = entries().swap_remove(0);
    // It lives as long as the tests.
    let decaying: &'static dyn Objective = Box::leak(entry.build(3).expect("valid"));
    all.push((format!("{name} with weight decay"), Box::new(Penalised::new(decaying, 0.3))));
    all
}

#[test]
fn every_kind_is_tried_and_used_by_a_shipped_suite() {
    let all = crate::suite::shipped::all().unwrap_or_else(|error| panic!("{error}"));
    let experiments = all.iter().flat_map(|suite| &suite.experiments);
    let shipped: Vec<serde_json::Value> =
        experiments.map(|e| serde_json::to_value(&*e.spec.objective).expect("JSON")).collect();
    for kind in kinds() {
        assert!(entries().iter().any(|(_, entry)| entry.kind() == kind.name), "no law of {}", kind.name);
        assert!(shipped.iter().any(|used| used.get(kind.name).is_some()), "no suite of {}", kind.name);
    }
    for kind in data::kinds() {
        assert!(data_sets().iter().any(|data| data.kind() == kind.name), "no law of {}", kind.name);
    }
    // Files of the user's own are not shipped.
    for kind in data::own() {
        let data = |used: &serde_json::Value| used["network"]["data"].clone();
        let uses = |used| data(used) == kind.name || data(used).get(kind.name).is_some();
        assert!(shipped.iter().any(uses), "no suite of {}", kind.name);
    }
    for kind in model::kinds() {
        assert!(models().iter().any(|(model, ..)| model.kind() == kind.name), "no law of {}", kind.name);
        let uses = |used: &serde_json::Value| used["network"]["model"].get(kind.name).is_some();
        assert!(shipped.iter().any(uses), "no suite of {}", kind.name);
    }
}

#[test]
fn what_an_entry_says_of_its_objective_is_so() {
    for (name, entry) in entries() {
        let objective = entry.build(3).expect("valid");
        assert_eq!(entry.memory().dim, objective.dim() as u64, "{name}");
        assert!(entry.cost().is_finite() && entry.cost() > 0.0, "{name}");
        assert!(!entry.description().is_empty(), "{name}");
    }
}

#[test]
fn what_a_data_set_says_of_its_examples_is_so() {
    for data in data_sets() {
        let name = data.kind();
        let count = data.available().min(8);
        let examples = data.examples(count, 3);
        let positions = data.positions().map_or(1, |positions| positions.len());
        assert_eq!(
            (examples.len(), examples.features, examples.outputs),
            (count, data.features(), positions * data.targets())
        );
        assert_eq!(examples.inputs.len(), count * data.features(), "{name}");
        assert_eq!(data.shape().features(), data.features(), "{name}");
        assert!(data.positions().is_none_or(|positions| positions.end <= data.shape().rows), "{name}");
        assert_eq!(examples, data.examples(count, 3), "{name}: the seed chooses");
        assert!(examples.inputs.iter().chain(&examples.targets).all(|x| x.is_finite()), "{name}");
        let one_hot =
            |row: &[f64]| row.iter().all(|&x| x == 0.0 || x == 1.0) && row.iter().sum::<f64>() == 1.0;
        assert_eq!(examples.targets.chunks(data.targets()).all(one_hot), data.has_classes(), "{name}");
        assert!(!data.description().is_empty(), "{name}");
    }
}

#[test]
fn cross_entropy_is_for_classes() {
    let data: Arc<dyn data::Entry> = Arc::new(Chebyshev { degree: 3 });
    let model = Arc::new(MlpEntry { hidden: vec![3], activation: Activation::Tanh });
    let network = |loss| NetworkEntry { data: data.clone(), examples: 5, model: model.clone(), loss };
    assert!(network(Loss::Mse).build(0).is_ok());
    let error = network(Loss::CrossEntropy).build(0).err().expect("no classes");
    assert_eq!(error.to_string(), "cross-entropy on targets that are no classes: accepted is mse");
}

#[test]
fn an_entry_serialises_as_a_suite_file_has_it() {
    for (name, entry) in entries() {
        let json = serde_json::to_string(&*entry).expect("JSON");
        // TOML has `=` where JSON has `:`.
        let written = json.replace("\":", "\"=");
        let text = format!("objective = {written}");
        let document = toml::de::DeTable::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let value = document.get_ref().get("objective").cloned().expect("there");
        // In the folder that has the files.
        let again = read(&Source::new(data::files::samples::SUITE, &text), value)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(serde_json::to_string(&*again).expect("JSON"), json, "{name}");
    }
}

/// A tanh and a GELU network on fewer examples than a chunk has, on whole chunks, and on several.
fn objectives_on_few_and_many_examples() -> Vec<(String, Box<dyn Objective>)> {
    let spec = |examples, activation| {
        let (data, model) = (Arc::new(Digits::default()), Arc::new(MlpEntry { hidden: vec![5], activation }));
        NetworkEntry { data, examples, model, loss: Loss::Mse }.build(3).expect("valid")
    };
    let activations = [Activation::Tanh, Activation::Gelu];
    let all = [3, 64, 65, 150].into_iter().flat_map(|n| activations.map(|a| (n, a)));
    all.map(|(n, a)| (format!("{a:?} on {n}"), spec(n, a))).collect()
}

fn directions(p: usize, count: usize, seed: u64) -> Matrix {
    Matrix::from_columns(p, count, Stream::new(seed, "directions").normals(p * count))
}

/// A point away from the start, so that no derivative is special.
fn point(objective: &dyn Objective) -> Vec<f64> {
    let mut w = objective.start();
    axpy(0.05, &Stream::new(5, "point").normals(w.len()), &mut w);
    w
}

/// A name, and where derivatives are compared there.
fn places(objective: &dyn Objective) -> Vec<(&'static str, Vec<f64>)> {
    vec![
        ("near the start", point(objective)),
        ("trained", trained(objective)),
        ("weights times 10", saturated(objective, 10.0)),
        ("weights times 30", saturated(objective, 30.0)),
    ]
}

/// With weights that many times larger, or as many as leave ten digits of HVPs to compare, and seven of what differences make of them: the
/// outputs of d layers grow with the d-th power, and the scores of attention turn as fast.
fn saturated(objective: &dyn Objective, mut factor: f64) -> Vec<f64> {
    let v = directions(objective.dim(), 2, 1);
    loop {
        let w: Vec<f64> = point(objective).iter().map(|w| factor * w).collect();
        let products = |w: &[f64]| objective.linearize(w).hvp(&v).data().to_vec();
        let (third, error) = by_differences(&w, v.col(0), products);
        if rounding(&w, products) <= 1e-10 * norm(&products(&w)) && error <= 1e-7 * norm(&third) {
            return w;
        }
        assert!(factor > 2.0, "HVPs have ten digits near the start");
        factor /= 1.5;
    }
}

/// After fifty steps of gradient descent.
fn trained(objective: &dyn Objective) -> Vec<f64> {
    let mut w = objective.start();
    let before = objective.linearize(&w).loss();
    for _ in 0..50 {
        let gradient = objective.linearize(&w).gradient().to_vec();
        axpy(-0.05, &gradient, &mut w);
    }
    assert!(objective.linearize(&w).loss() < before, "training lowers the loss");
    w
}

/// The derivative of `f` along v and a bound of its error, which is at most 1e-6 of its size.
fn derivative(w: &[f64], v: &[f64], f: impl Fn(&[f64]) -> Vec<f64>) -> (Vec<f64>, f64) {
    let (value, error) = by_differences(w, v, f);
    assert!(error <= 1e-6 * norm(&value), "resolved: {error:e} of {:e}", norm(&value));
    (value, error)
}

/// The derivative and a bound of its error.
///
/// Fourth-order differences `D(h)` on a ladder of steps. While truncation rules, `D(h) - D(h/4)` is 255 times the error of
/// `D(h/4)`; where rounding rules, as large as that error or a few times larger. A difference may be small by luck, or because both steps
/// are too long for what happens near w: the value is taken where it and the next one are, and the bound is four times the larger one.
fn by_differences(w: &[f64], v: &[f64], f: impl Fn(&[f64]) -> Vec<f64>) -> (Vec<f64>, f64) {
    let at = |rung: u32| difference_at(w, v, 4e-3 / f64::from(1 << (2 * rung)) / norm(v), &f);
    let mut values: Vec<Vec<f64>> = vec![at(0), at(1)];
    let mut changes = vec![distance(&values[0], &values[1])];
    let (mut best, mut error) = (0, f64::INFINITY);
    for rung in 2..9 {
        values.push(at(rung));
        changes.push(distance(&values[rung as usize - 1], &values[rung as usize]));
        let [before, after] = changes[rung as usize - 2..] else { unreachable!("two") };
        let here = 4.0 * after.max(before);
        if here < error {
            (best, error) = (rung as usize - 1, here);
        }
    }
    (values.swap_remove(best), error)
}

/// A bound of what rounding does to `f(w)`: four times what it changes by where all weights are one unit in the last place larger. That is what
/// the sums of large terms in it have, such as the outputs of many layers with large weights, of which a softmax takes differences.
fn rounding(w: &[f64], f: impl Fn(&[f64]) -> Vec<f64>) -> f64 {
    let moved: Vec<f64> = w.iter().map(|w| w * (1.0 + f64::EPSILON)).collect();
    4.0 * distance(&f(w), &f(&moved))
}

/// Fourth-order central difference of `f` along v: `(8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / (12 h)`, error O(h^4).
fn difference(w: &[f64], v: &[f64], f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    difference_at(w, v, 1e-3 / norm(v), &f)
}

fn difference_at(w: &[f64], v: &[f64], h: f64, f: &dyn Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let at = |t: f64| {
        let mut moved = w.to_vec();
        axpy(t * h, v, &mut moved);
        f(&moved)
    };
    let (a, b, c, d) = (at(1.0), at(-1.0), at(2.0), at(-2.0));
    (0..a.len()).map(|e| (8.0 * (a[e] - b[e]) - (c[e] - d[e])) / (12.0 * h)).collect()
}

fn relative(a: &[f64], b: &[f64]) -> f64 {
    distance(a, b) / norm(b).max(1e-3)
}

#[test]
fn gradient_matches_differences_of_the_loss() {
    for (name, objective) in objectives() {
        let w = point(&*objective);
        let at = objective.linearize(&w);
        let v = directions(w.len(), 1, 1);
        let slope = difference(&w, v.col(0), |w| vec![objective.linearize(w).loss()])[0];
        let exact = dot(at.gradient(), v.col(0));
        assert!(
            (slope - exact).abs() <= 1e-8 * norm(v.col(0)) * (1.0 + exact.abs()),
            "{name}: {slope} {exact}"
        );
    }
}

#[test]
fn hvp_matches_differences_of_the_gradient() {
    for (name, objective) in objectives() {
        let w = point(&*objective);
        let v = directions(w.len(), 3, 1);
        let product = objective.linearize(&w).hvp(&v);
        for j in 0..3 {
            let expected = difference(&w, v.col(j), |w| objective.linearize(w).gradient().to_vec());
            let error = relative(product.col(j), &expected);
            assert!(error <= 1e-8, "{name}: relative error {error:e}");
        }
    }
}

#[test]
fn third_order_matches_differences_of_hvps() {
    for (name, objective) in objectives() {
        let w = point(&*objective);
        let u = directions(w.len(), 3, 2);
        let contractions = objective.linearize(&w).third_order(&u);
        for (pair, (i, j)) in pairs(3).enumerate() {
            // grad (u_i' H u_j) = d/du_i (H u_j), third derivatives being symmetric
            let expected = difference(&w, u.col(i), |w| {
                objective.linearize(w).hvp(&u.cols_range(j, j + 1)).data().to_vec()
            });
            let error = relative(contractions.col(pair), &expected);
            assert!(error <= 1e-7, "{name} pair ({i}, {j}): relative error {error:e}");
        }
    }
}

/// For all numbers of directions that are contracted together, everywhere a run may come to.
fn check_third_order(name: &str, place: &str, objective: &dyn Objective, w: &[f64]) {
    const MOST: usize = 6;
    let u = directions(w.len(), MOST, 2);
    let at = objective.linearize(w);
    // grad (u_i' H u_j) = d/du_i (H u_j), third derivatives being symmetric
    let along: Vec<_> = (0..MOST)
        .map(|i| derivative(w, u.col(i), |w| objective.linearize(w).hvp(&u).data().to_vec()))
        .collect();
    let rounding = rounding(w, |w| objective.linearize(w).third_order(&u).data().to_vec());
    for k in 1..=MOST {
        let contractions = at.third_order(&u.cols_range(0, k));
        assert_eq!(contractions.cols(), pairs(k).count());
        for (pair, (i, j)) in pairs(k).enumerate() {
            let (all, error) = &along[i];
            let expected = &all[j * w.len()..(j + 1) * w.len()];
            let found = distance(contractions.col(pair), expected);
            // The sums of a contraction, of terms up to the size of all directions' contractions, have their own rounding.
            assert!(
                found <= *error + rounding + 1e-11 * norm(all),
                "{name}, {place}, k = {k}, pair ({i}, {j}): off by {found:e} of {:e}, differences by {error:e}",
                norm(expected)
            );
        }
    }
}

#[test]
fn third_order_of_up_to_six_directions_matches_differences_everywhere() {
    for (name, objective) in objectives() {
        if matches!(name.as_str(), "quadratic") {
            let contractions = objective.linearize(&point(&*objective)).third_order(&directions(4, 3, 2));
            assert!(contractions.data().iter().all(|x| *x == 0.0));
            continue;
        }
        for (place, w) in places(&*objective) {
            check_third_order(&name, place, &*objective, &w);
        }
    }
}

#[test]
fn third_order_does_not_depend_on_how_examples_fall_into_chunks() {
    for (name, objective) in objectives_on_few_and_many_examples() {
        for (place, w) in places(&*objective) {
            check_third_order(&name, place, &*objective, &w);
        }
    }
}

#[test]
fn gradient_and_hvp_match_differences_everywhere() {
    for (name, objective) in objectives() {
        for (place, w) in places(&*objective) {
            let (at, v) = (objective.linearize(&w), directions(w.len(), 6, 1));
            let of_products = rounding(&w, |w| objective.linearize(w).hvp(&v).data().to_vec());
            let of_gradient = rounding(&w, |w| objective.linearize(w).gradient().to_vec());
            for k in 1..=6 {
                let v = v.cols_range(0, k);
                let product = at.hvp(&v);
                let (expected, error) =
                    derivative(&w, v.col(k - 1), |w| objective.linearize(w).gradient().to_vec());
                let found = distance(product.col(k - 1), &expected);
                let allowed = error + of_products + 1e-11 * norm(&expected);
                assert!(found <= allowed, "{name}, {place}, k = {k}: {found:e}, {allowed:e} allowed");
            }
            let (slope, error) = derivative(&w, v.col(0), |w| vec![objective.linearize(w).loss()]);
            let found = (slope[0] - dot(at.gradient(), v.col(0))).abs();
            assert!(
                found <= error + (of_gradient + 1e-11 * norm(at.gradient())) * norm(v.col(0)),
                "{name}, {place}: {found:e}"
            );
        }
    }
}

#[test]
fn a_block_of_hvps_has_the_bits_of_single_ones() {
    for (name, objective) in objectives() {
        let w = point(&*objective);
        let at = objective.linearize(&w);
        let v = directions(w.len(), 11, 4);
        let block = at.hvp(&v);
        for j in 0..11 {
            assert_eq!(at.hvp(&v.cols_range(j, j + 1)).col(0), block.col(j), "{name} column {j}");
        }
    }
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    let everything = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let mut bits = Vec::new();
            for (_, objective) in objectives() {
                let w = point(&*objective);
                let at = objective.linearize(&w);
                let u = directions(w.len(), 3, 2);
                bits.push(at.loss().to_bits());
                for values in [at.gradient(), at.hvp(&u).data(), at.third_order(&u).data()] {
                    bits.extend(values.iter().map(|x| x.to_bits()));
                }
            }
            bits
        })
    };
    let one = everything(1);
    for threads in [2, 3, 8] {
        assert!(everything(threads) == one, "{threads} threads");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_hessian_is_symmetric_and_linear(seed in 0u64..1000, a in -3.0f64..3.0) {
        for (name, objective) in objectives() {
            let w = point(&*objective);
            let at = objective.linearize(&w);
            let mut v = directions(w.len(), 3, seed);
            let sum: Vec<f64> = v.col(0).iter().zip(v.col(1)).map(|(x, y)| a * x + y).collect();
            v.col_mut(2).copy_from_slice(&sum);
            let product = at.hvp(&v);
            // Rounding: a few hundred operations an entry, far below 1e-12 of the sizes involved.
            let size = norm(product.data()) * norm(v.data());
            let asymmetry = dot(v.col(0), product.col(1)) - dot(v.col(1), product.col(0));
            prop_assert!(asymmetry.abs() <= 1e-12 * size, "{}: {}", name, asymmetry);
            let expected: Vec<f64> =
                product.col(0).iter().zip(product.col(1)).map(|(x, y)| a * x + y).collect();
            prop_assert!(distance(product.col(2), &expected) <= 1e-12 * norm(product.data()), "{}", name);
        }
    }

    #[test]
    fn third_order_is_symmetric_in_all_three_directions(seed in 0u64..1000) {
        for (name, objective) in objectives() {
            let w = point(&*objective);
            let u = directions(w.len(), 3, seed);
            let t = objective.linearize(&w).third_order(&u);
            let at = |pair: usize, l: usize| dot(t.col(pair), u.col(l));
            // pairs: 0 = (0,0), 1 = (0,1), 2 = (1,1), 3 = (0,2), 4 = (1,2), 5 = (2,2)
            let size = norm(t.data()) * norm(u.data());
            for (x, y) in [(at(0, 1), at(1, 0)), (at(1, 2), at(3, 1)), (at(4, 0), at(1, 2)), (at(5, 0), at(3, 2))] {
                prop_assert!((x - y).abs() <= 1e-12 * size, "{}: {} {}", name, x, y);
            }
        }
    }
}
