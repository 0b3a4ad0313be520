//! Laws that every solver obeys on every spectrum.

use proptest::prelude::*;

use super::basis::random_block;
use super::spectra::KnownSpectrum;
use super::*;

type Solver = fn(&dyn SymmetricOperator, &Request) -> Result<EigenPairs, EigenError>;

const SOLVERS: [(&str, Solver); 3] = [
    ("dense", |operator, request| dense(operator, request.count)),
    ("lanczos", lanczos),
    ("lobpcg", |operator, request| {
        lobpcg(operator, &random_block(operator.dim(), request.count + 2, 1, "start"), request)
    }),
];

fn request(count: usize) -> Request {
    Request { count, tolerance: 1e-8, settled_below: f64::NEG_INFINITY, max_products: 20_000, seed: 11 }
}

/// A residual of 1e-8 |lambda_1| bounds an eigenvalue's error by itself, and far from other eigenvalues by its square.
fn check(name: &str, operator: &KnownSpectrum, pairs: &EigenPairs) {
    let exact = operator.sorted();
    let size = exact.iter().fold(0.0_f64, |m, x| m.max(x.abs())).max(f64::MIN_POSITIVE);
    assert!(pairs.converged, "{name}: residuals {:?}", pairs.residuals);
    for (found, exact) in pairs.values.iter().zip(&exact) {
        assert!((found - exact).abs() <= 1e-9 * size, "{name}: {:?} against {:?}", pairs.values, exact);
    }
    let certificate = certify(operator, pairs, 40, 3).expect("finite");
    assert!(certificate.residual <= 1.1e-8 * size / exact[0].abs().max(1e-300) + 1e-12, "{name}: {certificate:?}");
    assert!(certificate.orthogonality <= 1e-12, "{name}: {certificate:?}");
    assert_eq!(certificate.missed, None, "{name}");
}

#[test]
fn every_solver_solves_every_spectrum() {
    for (spectrum, operator) in KnownSpectrum::awkward() {
        for (solver, solve) in SOLVERS {
            for count in [1, 3, 5] {
                let count = count.min(operator.dim());
                let pairs = solve(&operator, &request(count)).expect("finite");
                assert_eq!(pairs.values.len(), count);
                check(&format!("{solver} on {spectrum}, {count} pairs"), &operator, &pairs);
            }
        }
    }
}

#[test]
fn an_exact_start_needs_no_further_products() {
    let operator = KnownSpectrum::new(vec![5.0, 4.0, 3.0, 1.0, 0.5, -2.0], 1);
    let pairs = dense(&operator, 3).expect("finite");
    let again = lobpcg(&operator, &pairs.vectors, &request(3)).expect("finite");
    assert_eq!(again.products, 3);
    check("exact start", &operator, &again);
}

#[test]
fn bad_requests_and_operators_are_errors() {
    struct Nan;
    impl SymmetricOperator for Nan {
        fn dim(&self) -> usize {
            8
        }
        fn apply(&self, v: &Matrix) -> Matrix {
            Matrix::from_fn(v.rows(), v.cols(), |_, _| f64::NAN)
        }
    }
    for (name, solve) in SOLVERS {
        let operator = KnownSpectrum::new(vec![1.0, 2.0], 1);
        for count in [0, 3] {
            assert_eq!(solve(&operator, &request(count)), Err(EigenError::Count { count, dim: 2 }), "{name}");
        }
        assert_eq!(solve(&Nan, &request(2)), Err(EigenError::NonFinite), "{name}");
    }
    assert_eq!(Tracker::new(TrackerSettings::default()).update(&Nan), Err(EigenError::NonFinite));
}

#[test]
fn the_product_limit_is_kept_and_reported() {
    let operator = KnownSpectrum::new((0..400).map(|i| 1.0 - 1e-4 * f64::from(i)).collect(), 1);
    for (name, solve) in &SOLVERS[1..] {
        let pairs = solve(&operator, &Request { max_products: 60, ..request(3) }).expect("finite");
        assert!(!pairs.converged && pairs.products <= 80, "{name}: {} products", pairs.products);
    }
}

#[test]
fn certificates_reject_wrong_answers() {
    let operator = KnownSpectrum::new(vec![5.0, 4.0, 3.0, 1.0, 0.5, -2.0], 1);
    let right = dense(&operator, 3).expect("finite");
    let mut shifted = right.clone();
    shifted.values[1] += 1e-3;
    assert!(certify(&operator, &shifted, 6, 1).expect("finite").residual > 1e-4);
    let all = dense(&operator, 4).expect("finite");
    let mut gap = right.clone();
    gap.values = vec![5.0, 4.0, all.values[3]];
    gap.vectors = all.vectors.cols_range(0, 2);
    gap.vectors.push_col(all.vectors.col(3));
    let missed = certify(&operator, &gap, 6, 1).expect("finite").missed.expect("3.0 is missing");
    assert!((missed - 3.0).abs() < 1e-6);
}

/// Eigenvalues that rise through the threshold, cross and lock at 2, in a basis that turns.
fn path(t: usize) -> KnownSpectrum {
    let s = t as f64 / 100.0;
    let mut values: Vec<f64> = (0..80).map(|i| 1.2 - 0.03 * f64::from(i)).collect();
    values[0] = (0.5 + 2.5 * s).min(2.0);
    values[1] = (0.2 + 2.4 * s).min(2.0);
    values[2] = 1.9 - 0.8 * s;
    values[79] = (-1.0 + 4.0 * s).min(2.0);
    let mut operator = KnownSpectrum::new(values, 5);
    operator.turn(s * 0.5);
    operator
}

#[test]
fn the_tracker_misses_nothing_along_a_path() {
    let settings = TrackerSettings { threshold: 1.5, tolerance: 1e-7, ..TrackerSettings::default() };
    let mut tracker = Tracker::new(settings);
    for t in 0..100 {
        let operator = path(t);
        let pairs = tracker.update(&operator).expect("finite");
        let exact = dense(&operator, pairs.values.len()).expect("finite");
        assert!(pairs.converged, "step {t}");
        assert!(*pairs.values.last().expect("one pair") <= 1.5, "step {t}");
        for (found, exact) in pairs.values.iter().zip(&exact.values) {
            let right = (found - exact).abs() <= 1e-9 * exact.abs();
            assert!(right || exact.max(*found) < 1.5, "step {t}: {found} against {exact}");
        }
    }
    // About 100 updates with up to five pairs: a cold solver needs over 30 products an update.
    assert!(tracker.products_total() < 100 * 30, "{}", tracker.products_total());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn solvers_agree_on_random_spectra(values in proptest::collection::vec(-3.0f64..3.0, 2..60), count in 1usize..5) {
        let operator = KnownSpectrum::new(values, 2);
        let count = count.min(operator.dim());
        for (name, solve) in SOLVERS {
            let pairs = solve(&operator, &request(count)).expect("finite");
            let exact = operator.sorted();
            for (found, exact) in pairs.values.iter().zip(&exact) {
                prop_assert!((found - exact).abs() <= 3e-8 * 3.0, "{}: {:?} against {:?}", name, pairs.values, exact);
            }
        }
    }
}
