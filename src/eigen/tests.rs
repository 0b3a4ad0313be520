//! Every solver on every spectrum, the judge on true and false answers, and the tracker along paths.

use proptest::prelude::*;

mod newcomers;
mod scales;

use super::spectra::{Known, Path, catalogue};
use super::*;
use crate::numeric::random::Stream;

type Solver = fn(&dyn SymmetricOperator, &Request) -> Result<EigenPairs, EigenError>;

const SOLVERS: [(&str, Solver); 5] = [
    ("dense", |op, request| dense(op, request.count)),
    ("lanczos", |op, request| lanczos(op, request)),
    ("lobpcg", |op, request| lobpcg(op, &random_start(op, request), request)),
    ("davidson", |op, request| davidson(op, &random_start(op, request), request)),
    ("chebyshev", |op, request| chebyshev(op, &random_start(op, request), request)),
];

/// Two guard vectors besides those asked for.
fn random_start(op: &dyn SymmetricOperator, request: &Request) -> Matrix {
    let columns = (request.count + 2).min(op.dim());
    block::random(op.dim(), columns, &mut Stream::new(request.seed, "test"))
}

fn request(count: usize) -> Request {
    Request { count, tolerance: 1e-8, max_products: 20_000, seed: 3 }
}

/// Whether the top can be known to the tolerance: the rounding of a product is not larger.
fn resolvable(known: &Known, tolerance: f64) -> bool {
    let values = known.top(usize::MAX);
    let norm = values.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    tolerance * values[0].abs() > 100.0 * f64::EPSILON * norm || norm == 0.0
}

/// A block of vectors counts by its vectors.
#[test]
fn products_are_counted_by_the_vector() {
    let known = Known::new("decay", (0..60).map(|i| 5.0 / (1.0 + f64::from(i))).collect(), 0);
    let mut counted = Counted::new(&known, 0);
    for (columns, total) in [(1, 1), (4, 5), (3, 8)] {
        counted.apply(&block::random(60, columns, &mut Stream::new(1, "count"))).expect("finite");
        assert_eq!(counted.products, total);
    }
}

/// A Krylov space of blocks of four has four vectors of an eigenspace; the others are found by the search that follows.
#[test]
fn copies_beyond_the_block_are_searched_for() {
    for copies in 5..=8 {
        for seed in 0..4 {
            let below = (0..80).map(|i| 1.5 / (1.0 + f64::from(i)));
            let known = Known::new("copies", vec![2.0; copies].into_iter().chain(below).collect(), seed);
            let pairs = lanczos(&known, &Request { seed, ..request(copies) }).expect("pairs");
            assert!(pairs.values.iter().all(|value| (value - 2.0).abs() < 1e-8), "{:?}", pairs.values);
        }
    }
}

/// The laws of an answer; `exact` are the largest eigenvalues.
fn check_laws(label: &str, op: &Known, pairs: &EigenPairs, exact: &[f64]) -> Result<(), String> {
    if pairs.converged != resolvable(op, 1e-8) || pairs.values.len() != exact.len() {
        return Err(format!("{label}: not converged: {:?} {:?}", pairs.values, pairs.residuals));
    }
    let scale = exact.iter().fold(0.0_f64, |m, x| m.max(x.abs())).max(1e-300);
    for (value, exact) in pairs.values.iter().zip(exact) {
        // The last term is the rounding of a product where the norm exceeds the top by far.
        if (value - exact).abs() > 1e-10 * scale + if scale <= 1e-300 { 1e-13 } else { 0.0 } {
            return Err(format!("{label}: {:?} instead of {exact:?}", pairs.values));
        }
    }
    let certificate = certify(op, pairs, 1e-8, 1).map_err(|e| format!("{label}: {e}"))?;
    let reported = pairs.residuals.iter().fold(0.0_f64, |m, r| m.max(*r));
    // If the top is zero, both scales are estimates of |H|.
    let strict = exact[0] != 0.0;
    if (certificate.max_residual - reported).abs() > if strict { 1e-10 } else { 0.5 * reported + 64.0 } {
        return Err(format!("{label}: {certificate:?}, but reported {reported:e}"));
    }
    // An answer that rounding keeps from the tolerance is off by rounding only, and has missed nothing.
    let tolerance = if pairs.converged { 1.5e-8 } else { 100.0 };
    if !certificate.passes(tolerance) || certificate.orthogonality > 1e-12 {
        return Err(format!("{label}: {certificate:?}, reported {reported:e}"));
    }
    Ok(())
}

#[test]
fn every_solver_passes_on_every_spectrum() {
    let mut failures = Vec::new();
    for dim in [12, 60, 230] {
        for known in catalogue(dim, 10) {
            for (name, solver) in SOLVERS {
                for count in [1, 2, 4, 7] {
                    if count > known.dim() {
                        continue;
                    }
                    let label = format!("{name}, {}, {count} of {}", known.name, known.dim());
                    let result = match solver(&known, &request(count)) {
                        Ok(pairs) => {
                            println!("{:60} {:6} products", label, pairs.products);
                            check_laws(&label, &known, &pairs, &known.top(count))
                        }
                        Err(error) => Err(format!("{label}: {error}")),
                    };
                    failures.extend(result.err());
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn bad_input_is_an_error() {
    struct Broken(f64);
    impl SymmetricOperator for Broken {
        fn dim(&self) -> usize {
            20
        }
        fn apply(&self, v: &Matrix) -> Matrix {
            Matrix::from_fn(v.rows(), v.cols(), |_, _| self.0)
        }
    }
    let identity = Known::new("identity", vec![1.0; 5], 0);
    for (name, solver) in SOLVERS {
        assert_eq!(solver(&Broken(f64::NAN), &request(2)), Err(EigenError::NonFinite), "{name}");
        assert_eq!(solver(&Broken(f64::INFINITY), &request(2)), Err(EigenError::NonFinite), "{name}");
        assert_eq!(solver(&identity, &request(6)), Err(EigenError::Count { count: 6, dim: 5 }), "{name}");
        assert_eq!(solver(&identity, &request(0)), Err(EigenError::Count { count: 0, dim: 5 }), "{name}");
    }
    let nan = Matrix::from_fn(5, 2, |_, _| f64::NAN);
    assert_eq!(lobpcg(&identity, &nan, &request(2)), Err(EigenError::NonFinite));
    assert!(matches!(lobpcg(&identity, &Matrix::zeros(4, 2), &request(2)), Err(EigenError::Shape { .. })));
    assert!(lobpcg(&identity, &Matrix::zeros(5, 2), &request(2)).is_ok_and(|p| p.converged));
    let mut tracker = Tracker::new(settings(1e-6));
    assert_eq!(tracker.update(&Broken(f64::NAN)).err(), Some(EigenError::NonFinite));
    assert!(tracker.update(&identity).is_ok());
    let zero_tolerance = Request { tolerance: 0.0, ..request(1) };
    assert!(matches!(lanczos(&identity, &zero_tolerance), Err(EigenError::Setting(_))));
}

#[test]
fn a_small_budget_is_reported() {
    let known = Known::new("slow", (0..400).map(|i| 1.0 - i as f64 / 400.0).collect(), 0);
    for budget in [0, 1, 10, 30] {
        for (name, solver) in &SOLVERS[1..] {
            let tight = Request { max_products: budget, ..request(3) };
            let pairs = solver(&known, &tight).expect("pairs");
            assert!(!pairs.converged && pairs.values.len() == 3, "{name} {budget}");
            assert!(pairs.products <= budget.max(11), "{name}: {} products of {budget}", pairs.products);
        }
    }
}

#[test]
fn a_start_at_lower_eigenvectors_converges_to_them_and_the_judge_sees_it() {
    let known = Known::new("separated", (0..300).map(|i| 1.0 / (1.0 + i as f64)).collect(), 0);
    let mut start = Matrix::zeros(300, 0);
    (1..4).for_each(|i| start.push_col(&known.vector(i)));
    let pairs = lobpcg(&known, &start, &Request { tolerance: 1e-8, ..request(3) }).expect("pairs");
    if (pairs.values[0] - 1.0).abs() > 1e-8 {
        let certificate = certify(&known, &pairs, 1e-8, 0).expect("certificate");
        assert!(certificate.missed.is_some_and(|m| (m - 1.0).abs() < 1e-6), "{certificate:?}");
    }
}

#[test]
fn the_judge_rejects_corrupted_answers() {
    for dim in [60, 230] {
        let known = Known::new("decay", (0..dim).map(|i| 5.0 / (1.0 + i as f64)).collect(), 0);
        let good = dense(&known, 4).expect("pairs");
        let verdict = |pairs: &EigenPairs| certify(&known, pairs, 1e-8, 0).expect("certificate");
        assert!(verdict(&good).passes(1e-8));
        let mut value = good.clone();
        value.values[2] += 1e-6;
        assert!(verdict(&value).max_residual > 1e-8);
        let mut vector = good.clone();
        vector.vectors.col_mut(1)[3] += 1e-4;
        assert!(verdict(&vector).max_residual > 1e-8 && verdict(&vector).orthogonality > 1e-8);
        let mut twice = good.clone();
        let copy = twice.vectors.col(0).to_vec();
        twice.vectors.col_mut(1).copy_from_slice(&copy);
        twice.values[1] = twice.values[0];
        assert!(verdict(&twice).orthogonality > 0.5 && !verdict(&twice).passes(1e-3));
        let skip = dense(&known, 5).expect("pairs");
        let kept = block::select(&skip.vectors, &[0, 1, 3, 4]);
        let values = [0, 1, 3, 4].map(|i| skip.values[i]).to_vec();
        let missing = EigenPairs { values, vectors: kept, ..good.clone() };
        assert!(verdict(&missing).missed.is_some_and(|m| (m - 5.0 / 3.0).abs() < 1e-6));
        assert!(verdict(&missing).max_residual < 1e-8 && !verdict(&missing).passes(1e-8));
        let mut nan = good.clone();
        nan.values[0] = f64::NAN;
        assert_eq!(certify(&known, &nan, 1e-8, 0), Err(EigenError::NonFinite));
    }
}

fn settings(tolerance: f64) -> TrackerSettings {
    TrackerSettings {
        threshold: 0.8,
        tolerance,
        max_count: 12,
        max_products: 600,
        ..TrackerSettings::default()
    }
}

/// How the eigenvectors move besides turning.
#[derive(Debug, Clone, Copy)]
enum Swing {
    Smooth,
    Alternating(f64),
    Erratic(f64),
}

/// How a tracker did on a path; the fields are for the printed report, too.
#[derive(Debug)]
#[allow(dead_code)]
struct Record {
    missed: usize,
    found: usize,
    error: f64,
    mean: f64,
    most: usize,
}

fn follow(path: &Path, settings: TrackerSettings, times: &[f64], swing: Swing) -> Record {
    let mut tracker = Tracker::new(settings);
    let mut random = Stream::new(1, "swing");
    let (mut missed, mut error, mut products) = (0, 0.0_f64, Vec::new());
    for (n, &t) in times.iter().enumerate() {
        let aside = match swing {
            Swing::Smooth => 0.0,
            Swing::Alternating(size) => {
                if n % 2 == 0 {
                    size
                } else {
                    -size
                }
            }
            Swing::Erratic(size) => size * random.normal(),
        };
        let known = path.at(t, aside);
        let exact: Vec<f64> = known.top(20).into_iter().filter(|v| *v > settings.threshold).collect();
        let pairs = tracker.update(&known).expect("pairs").clone();
        assert!(pairs.converged, "at {t}: {:?} {:?}", pairs.values, pairs.residuals);
        let complete = tracker.above() == exact.len() && pairs.values.len() > exact.len();
        missed += usize::from(!complete);
        if complete {
            let errors = pairs.values.iter().zip(&exact).map(|(a, b)| (a - b).abs() / b);
            error = errors.fold(error, f64::max);
        }
        if n > 0 {
            products.push(pairs.products);
        }
        if n % 40 == 7 && complete && known.dim() <= 300 {
            let tracked = exact.len().max(1);
            let leading = EigenPairs {
                values: pairs.values[..tracked].to_vec(),
                vectors: pairs.vectors.cols_range(0, tracked),
                ..pairs.clone()
            };
            let certificate = certify(&known, &leading, settings.tolerance, n as u64).expect("certificate");
            assert!(certificate.passes(1.01 * settings.tolerance), "at {t}: {certificate:?}");
        }
    }
    let mean = products.iter().sum::<usize>() as f64 / products.len().max(1) as f64;
    let most = products.iter().max().copied().unwrap_or(0);
    Record { missed, found: tracker.found_by_search(), error, mean, most }
}

fn steps(from: f64, count: usize, step: f64) -> Vec<f64> {
    (0..count).map(|i| from + i as f64 * step).collect()
}

#[test]
fn the_tracker_follows_crossings_and_newcomers() {
    let swings = [
        (0.0, Swing::Smooth),
        (4e-3, Swing::Smooth),
        (4e-3, Swing::Alternating(1e-2)),
        (4e-2, Swing::Erratic(1e-3)),
    ];
    for dim in [60, 250] {
        for (turn, swing) in swings {
            for probe_every in [0, 10] {
                let (mut missed, mut found, mut mean, mut error) = (Vec::new(), 0, 0.0, 0.0_f64);
                // Ten paths, and ten positions of the fast newcomer between two searches.
                for k in 0..10 {
                    let path = Path::new(dim, turn, 5 + k);
                    let settings = TrackerSettings { probe_every, seed: k, ..settings(1e-6) };
                    // The offset avoids exact ties with the threshold.
                    let record = follow(&path, settings, &steps(0.013 + 0.25 * k as f64, 390, 0.25), swing);
                    error = error.max(record.error);
                    missed.push(record.missed);
                    found += record.found;
                    mean += record.mean / 10.0;
                }
                println!(
                    "path {dim}, turn {turn}, {swing:?}, search {probe_every}: missed {missed:?} of 390, \
                     {found} found, error {error:.1e}, {mean:.1} products"
                );
                assert!(error <= 1e-9);
                assert!(missed.iter().sum::<usize>() <= if probe_every == 10 { 0 } else { 4 });
            }
        }
    }
}

#[test]
fn a_warm_update_is_cheap() {
    for dim in [60, 2000] {
        for (turn, swing) in [
            (2e-3, Swing::Smooth),
            (2e-2, Swing::Smooth),
            (2e-1, Swing::Smooth),
            (2e-3, Swing::Alternating(1e-2)),
            (2e-3, Swing::Erratic(1e-4)),
            (2e-3, Swing::Erratic(1e-3)),
        ] {
            for tolerance in [1e-5, 1e-6] {
                // Four eigenvalues lie above the threshold; 0.05 units of time a step.
                let path = Path::new(dim, turn, 5);
                let record = follow(&path, settings(tolerance), &steps(31.0, 37, 0.05), swing);
                println!(
                    "warm {dim}, {:e} a step, {swing:?}, tolerance {tolerance:e}: {record:?}",
                    0.05 * turn
                );
                assert!(record.missed == 0 && record.mean <= 20.0);
            }
        }
    }
}

#[test]
fn sums_are_for_separated_eigenvalues_and_poor_guesses() {
    let sums_of = |values: &[f64], decades| sums::fewest_products(values, 2.0, decades);
    assert_eq!(sums_of(&[2.2, 2.1, 2.0, 1.9], 6.0), 1);
    assert_eq!(sums_of(&[2.2, 2.1, 2.0, 1.9], 0.5), 4);
    assert_eq!(sums_of(&[2.2, 2.1, 2.0, 1.9], -1.0), 4);
    assert_eq!(sums_of(&[2.0; 4], 6.0), 4);
    // Neighbours are in different sums, so pairs of equal eigenvalues are separated.
    assert_eq!(sums_of(&[2.2, 2.2, 2.0, 2.0], 6.0), 2);
    assert_eq!((sums_of(&[2.0], 6.0), sums_of(&[], 6.0)), (1, 0));
}

#[test]
fn a_crowded_bulk_costs_more() {
    for top in [0.5, 0.7, 0.78] {
        for swing in [Swing::Smooth, Swing::Alternating(1e-2), Swing::Erratic(1e-3)] {
            for tolerance in [1e-5, 1e-6] {
                let path = Path::new(1000, 2e-3, 5).crowded(top);
                let record = follow(&path, settings(tolerance), &steps(31.0, 37, 0.05), swing);
                println!("crowded to {top}, {swing:?}, tolerance {tolerance:e}: {record:?}");
                assert!(record.missed == 0 && record.mean <= 60.0);
            }
        }
    }
}

#[test]
fn a_sudden_newcomer_is_found_within_a_few_updates() {
    for seed in 0..10 {
        let mut tracker = Tracker::new(TrackerSettings { seed, ..settings(1e-6) });
        let mut seen = None;
        for n in 0..25 {
            let new = if n > 10 { 1.5 } else { 0.1 };
            let value = |i: usize| match i {
                0..3 => 1.0,
                3 => new,
                _ => 0.6 - i as f64 / 500.0,
            };
            let pairs = tracker.update(&Known::new("jump", (0..300).map(value).collect(), 7)).expect("pairs");
            if seen.is_none() && pairs.values[0] > 1.4 {
                seen = Some(n);
            }
        }
        println!("seed {seed}: jump at 11 seen at {seen:?}, by search: {}", tracker.found_by_search());
        assert!(seen.is_some_and(|n| n <= 14));
    }
}

/// Three eigenvalues from 1.1 on, the next one, and a bulk below 0.3.
fn three_and(next: f64) -> Known {
    let value = |i: usize| match i {
        0..3 => 1.3 - 0.1 * i as f64,
        3 => next,
        _ => 0.3 - i as f64 / 1000.0,
    };
    Known::new("three and another", (0..200).map(value).collect(), 7)
}

#[test]
fn guards_rest_while_none_of_them_rises() {
    let resting = TrackerSettings { guard_every: 4, probe_every: 0, ..settings(1e-6) };
    let mut tracker = Tracker::new(resting);
    let mut reported = |_| tracker.update(&three_and(0.5)).expect("pairs").values.len();
    // How fast the next one rises is known once it has been seen twice; a sentinel is reported with the guards only.
    assert_eq!((0..10).map(&mut reported).collect::<Vec<_>>(), [4, 4, 3, 3, 4, 3, 3, 3, 4, 3]);
}

#[test]
fn guards_are_carried_before_one_of_them_can_pass_the_threshold() {
    for rise in [0.01, 0.03, 0.1] {
        let resting = TrackerSettings { guard_every: 4, probe_every: 0, ..settings(1e-6) };
        let mut tracker = Tracker::new(resting);
        for n in 0..50 {
            // The offset avoids a tie with the threshold.
            let next = 0.3101 + rise * f64::from(n);
            tracker.update(&three_and(next)).expect("pairs");
            assert_eq!(tracker.above(), 3 + usize::from(next > 0.8), "{rise} an update, at {next}");
        }
    }
}

#[test]
#[ignore = "a timing, run by hand"]
fn timing_of_a_large_warm_update() {
    let path = Path::new(300_000, 2e-2, 5);
    let mut tracker = Tracker::new(settings(1e-5));
    for n in 0..6 {
        let known = path.at(31.0 + 0.05 * f64::from(n), 1e-3 * f64::from(n % 2));
        let begin = std::time::Instant::now();
        let products = tracker.update(&known).expect("pairs").products;
        let update = begin.elapsed();
        let begin = std::time::Instant::now();
        known.apply(&Matrix::zeros(300_000, products));
        println!("large: {products} products, update {update:?}, of which products {:?}", begin.elapsed());
    }
}

#[test]
fn the_tracker_keeps_one_pair_and_respects_its_limits() {
    for known in catalogue(40, 20) {
        for threshold in [-1e30, -2.5, 0.55, 10.0, 1e30] {
            let mut tracker = Tracker::new(TrackerSettings { threshold, max_count: 5, ..settings(1e-8) });
            for _ in 0..3 {
                let pairs = tracker.update(&known).expect("pairs").clone();
                let label =
                    format!("{} above {threshold}: {:?} {:?}", known.name, pairs.values, pairs.residuals);
                // Below the threshold the first pair is known relative to that.
                let known_enough = resolvable(&known, 1e-8) || known.top(1)[0] < threshold;
                assert_eq!(pairs.converged, known_enough, "{label}");
                assert!((1..=5).contains(&pairs.values.len()), "{label}");
                let above = known.top(60).iter().filter(|v| **v > threshold).count();
                assert_eq!(tracker.above(), above.min(5), "{label}");
                assert_eq!(tracker.saturated(), above >= 5 && known.dim() > 5, "{label}");
                let scale = known.top(1)[0].abs().max(1e-300);
                for (value, exact) in pairs.values.iter().zip(known.top(above.max(1))) {
                    assert!((value - exact).abs() <= 1e-9 * scale + 1e-12, "{label}, exact {exact}");
                }
            }
        }
    }
}

#[test]
fn a_tracker_without_budget_says_so_and_recovers() {
    let path = Path::new(300, 0.0, 5);
    let mut poor = Tracker::new(TrackerSettings { max_products: 3, ..settings(1e-6) });
    let mut converged = false;
    for n in 0..200 {
        let pairs = poor.update(&path.at(10.0, 0.0)).expect("pairs");
        assert!(pairs.products <= 40);
        assert!(n > 0 || !pairs.converged);
        converged = pairs.converged;
    }
    println!("tracker with 3 products an update: converged {converged}, {} above", poor.above());
}

#[test]
fn an_operator_that_is_not_symmetric_ends() {
    struct Skew;
    impl SymmetricOperator for Skew {
        fn dim(&self) -> usize {
            150
        }
        fn apply(&self, v: &Matrix) -> Matrix {
            Matrix::from_fn(150, v.cols(), |i, j| v[((i + 1) % 150, j)] + 0.1 * i as f64 * v[(i, j)])
        }
    }
    for (name, solver) in SOLVERS {
        let pairs = solver(&Skew, &Request { max_products: usize::MAX, ..request(3) }).expect("pairs");
        assert!(pairs.values.iter().all(|v| v.is_finite()), "{name}");
    }
    let mut tracker = Tracker::new(TrackerSettings { threshold: 14.0, ..settings(1e-8) });
    assert!((0..3).all(|_| tracker.update(&Skew).is_ok()));
}

#[test]
fn bits_are_reproducible() {
    let known = &catalogue(60, 1)[0];
    for (name, solver) in SOLVERS {
        assert_eq!(solver(known, &request(3)), solver(known, &request(3)), "{name}");
    }
}

/// Whether the last of three wanted eigenvalues has more copies than a block of three and two guards holds.
fn overflows(known: &Known) -> bool {
    let top = known.top(known.dim());
    top.len() > 5 && top[2..6].iter().all(|value| *value == top[2])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn random_spectra(values in prop::collection::vec(prop_oneof![-10.0..10.0_f64, Just(5.0), Just(-2.0)], 1..40), seed in 0u64..1000) {
        let known = Known::new("random", values, seed);
        let exact = known.top(3);
        let scale = exact.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        prop_assume!(scale > 1e-2);
        for (name, solver) in SOLVERS {
            let pairs = solver(&known, &Request { seed, ..request(exact.len()) }).unwrap();
            prop_assert!(pairs.converged || name == "chebyshev" && overflows(&known), "{name}: {pairs:?}");
            for (value, exact) in pairs.values.iter().zip(&exact) {
                prop_assert!((value - exact).abs() <= 1e-8 * scale, "{name}: {:?} for {exact:?}", pairs.values);
            }
        }
    }
}
