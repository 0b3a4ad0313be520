//! Operators far from one, and a wanted end of the spectrum that is small beside the other one.

use super::*;
use crate::numeric::vector::{axpy, norm, scale};

/// Ninety-nine eigenvalues from 3 down in steps of 0.02, and one at `-size`.
fn under_a_negative_one(size: f64, dim: usize) -> Known {
    let value = |i: usize| if i + 1 == dim { -size } else { 3.0 - 0.02 * i as f64 };
    Known::new("negative", (0..dim).map(value).collect(), 1)
}

#[test]
fn a_large_negative_eigenvalue_does_not_hide_errors_of_the_top() {
    let mut resolved = Vec::new();
    for size in [1e3, 1e5, 1e7, 1e8, 1e10, 1e12, 1e14, 1e16] {
        for dim in [100, 230] {
            let known = under_a_negative_one(size, dim);
            for tolerance in [1e-5, 1e-8] {
                let request = Request { count: 2, tolerance, max_products: 3000, seed: 0 };
                for (name, solver) in SOLVERS {
                    let pairs = solver(&known, &request).expect("pairs");
                    let label = format!("{name}, {size:e}, {dim}, {tolerance:e}");
                    let judged = certify(&known, &pairs, tolerance, 0).expect("certificate");
                    let found = |j: usize, exact: f64| (pairs.values[j] - exact).abs() <= 3.0 * tolerance;
                    let right = found(0, 3.0) && found(1, 2.98);
                    assert!(right || !pairs.converged, "{label}: {:?} {:?}", pairs.values, pairs.residuals);
                    assert!(right || !judged.passes(tolerance), "{label}: {:?} {judged:?}", pairs.values);
                    if pairs.converged && (name == "lanczos" || name == "dense") {
                        resolved.push((name, size, tolerance));
                    }
                }
            }
        }
    }
    // Where rounding allows it, the tolerance is met.
    for size in [1e3, 1e5, 1e7] {
        assert!(resolved.contains(&("lanczos", size, 1e-5)), "{size:e}: {resolved:?}");
    }
    assert!(resolved.contains(&("lanczos", 1e5, 1e-8)) && resolved.contains(&("dense", 1e5, 1e-8)));
}

#[test]
fn the_tracker_is_not_deceived_by_a_large_negative_eigenvalue() {
    let mut converged = 0;
    for size in [1e3, 1e5, 1e8, 1e12, 1e16] {
        let value = |i: usize| match i {
            0 => 3.0,
            1 => 2.5,
            299 => -size,
            _ => 1.0 - i as f64 / 300.0,
        };
        let known = Known::new("negative", (0..300).map(value).collect(), 1);
        for (threshold, above) in [(2.0, 2), (5.0, 0)] {
            let mut tracker = Tracker::new(TrackerSettings { threshold, ..settings(1e-6) });
            for n in 0..12 {
                let pairs = tracker.update(&known).expect("pairs").clone();
                let error = (pairs.values[0] - 3.0).abs();
                let right = tracker.above() == above && error <= 1e-6 * threshold.max(3.0);
                assert!(right || !pairs.converged, "{size:e}, {threshold}, {n}: {pairs:?}");
                assert!(right || size > 1e8, "{size:e}, {threshold}, {n}: {:?}", pairs.values);
                converged += usize::from(pairs.converged && size < 1e8);
            }
        }
    }
    assert_eq!(converged, 2 * 2 * 12);
}

#[test]
fn the_judge_measures_residuals_by_the_wanted_end() {
    // A mixture of the top with an eigenvector one below has a residual of 0.1, three percent of the top.
    let known = under_a_negative_one(1e8, 100);
    let (mut vector, other) = (known.vector(0), known.vector(50));
    axpy(0.1, &other, &mut vector);
    let length = norm(&vector);
    scale(1.0 / length, &mut vector);
    let value = 3.0 - 0.01 / 1.01;
    let vectors = Matrix::from_columns(100, 1, vector);
    let pairs =
        EigenPairs { values: vec![value], vectors, residuals: vec![0.0], products: 0, converged: true };
    let judged = certify(&known, &pairs, 1e-3, 0).expect("certificate");
    assert!(!judged.passes(1e-3) && (judged.max_residual - 0.033).abs() < 1e-3, "{judged:?}");
    assert!(judged.missed.is_some_and(|missed| (missed - 3.0).abs() < 1e-5), "{judged:?}");
}

/// From the smallest numbers to the largest.
const UNITS: [f64; 12] =
    [3e-322, 1e-310, 1e-300, 1e-200, 1e-160, 1e-120, 1e120, 1e155, 1e200, 1e300, 1e307, 1.7e308];

fn decay(unit: f64, dim: u32) -> Known {
    Known::new("scaled", (0..dim).map(|i| unit * libm::pow(0.8, f64::from(i))).collect(), 1)
}

/// How far eigenvalues may be off: by the tolerance, and by the multiples of the least number that a product is rounded to.
fn allowed(unit: f64) -> f64 {
    1e-8 + 30.0 * f64::from_bits(1) / unit
}

#[test]
fn every_solver_works_at_any_size() {
    for unit in UNITS {
        for dim in [60, 230] {
            let known = decay(unit, dim);
            for (name, solver) in SOLVERS {
                let label = format!("{name}, {unit:e}, {dim}");
                let pairs = solver(&known, &request(3)).unwrap_or_else(|e| panic!("{label}: {e}"));
                for (value, exact) in pairs.values.iter().zip(known.top(3)) {
                    let error = (value / unit - exact / unit).abs();
                    assert!(error <= allowed(unit) || !pairs.converged, "{label}: {:?}", pairs.values);
                }
                assert!(
                    pairs.converged || unit < 1e-300,
                    "{label}: {:?} {:?}",
                    pairs.values,
                    pairs.residuals
                );
                let tolerance = 1.5 * allowed(unit);
                let judged = certify(&known, &pairs, tolerance, 1).expect("certificate");
                assert!(judged.passes(tolerance) || !pairs.converged, "{label}: {judged:?}");
                let wrong = EigenPairs { values: pairs.values.iter().map(|v| 0.9 * v).collect(), ..pairs };
                let judged = certify(&known, &wrong, 1e-3, 1).expect("certificate");
                assert!(!judged.passes(1e-3) || unit < 1e-320, "{label}: {judged:?}");
            }
        }
    }
}

#[test]
fn the_tracker_works_at_any_size_and_through_changes_of_it() {
    let mut tracker = Tracker::new(settings(1e-8));
    for unit in [1.0, 1e200, 1e200, 1e-200, 1e-200, 1e-310, 1.0, 1.0, 1e307, 1e155, 1e-155, 1.0] {
        let pairs = tracker.track(&decay(unit, 60), 0.7 * unit).expect("pairs").clone();
        assert!(pairs.converged && tracker.above() == 2, "{unit:e}: {pairs:?}");
        for (value, exact) in pairs.values.iter().zip([1.0, 0.8]) {
            assert!((value / unit - exact).abs() <= allowed(unit), "{unit:e}: {:?}", pairs.values);
        }
    }
    // An operator without numbers leaves no trace.
    struct Broken;
    impl SymmetricOperator for Broken {
        fn dim(&self) -> usize {
            60
        }
        fn apply(&self, v: &Matrix) -> Matrix {
            Matrix::from_fn(v.rows(), v.cols(), |_, _| f64::NAN)
        }
    }
    let (mut one, mut other) = (Tracker::new(settings(1e-8)), Tracker::new(settings(1e-8)));
    for n in 0..4 {
        if n == 2 {
            assert_eq!(one.update(&Broken).err(), Some(EigenError::NonFinite));
        }
        let (broken, whole) = (one.update(&decay(1.0, 60)), other.update(&decay(1.0, 60)));
        assert_eq!(broken.expect("pairs"), whole.expect("pairs"), "{n}");
    }
    // Nothing is forgotten while the size stays: a warm update costs less than a cold one.
    let mut tracker = Tracker::new(settings(1e-8));
    let mut products = |_| tracker.track(&decay(1e200, 60), 7e199).expect("pairs").products;
    let used: Vec<usize> = (0..4).map(&mut products).collect();
    assert!(used[1..].iter().all(|warm| 2 * warm < used[0]), "{used:?}");
}

/// `size 1 1'`, whose eigenvalue is `p size`.
struct Ones(f64);

impl SymmetricOperator for Ones {
    fn dim(&self) -> usize {
        100
    }
    fn apply(&self, v: &Matrix) -> Matrix {
        Matrix::from_fn(100, v.cols(), |_, j| self.0 * v.col(j).iter().sum::<f64>())
    }
}

#[test]
fn an_eigenvalue_beyond_all_numbers_is_an_error() {
    for (name, solver) in SOLVERS {
        let top = solver(&Ones(1e306), &request(1)).expect("pairs").values[0];
        assert!((top / 1e308 - 1.0).abs() < 1e-8, "{name}: {top:e}");
        assert_eq!(solver(&Ones(1e307), &request(1)), Err(EigenError::Range), "{name}");
    }
    let mut tracker = Tracker::new(settings(1e-6));
    assert_eq!(tracker.update(&Ones(1e307)).err(), Some(EigenError::Range));
    assert!(tracker.update(&Ones(1.0)).is_ok_and(|pairs| (pairs.values[0] - 100.0).abs() < 1e-8));
}
