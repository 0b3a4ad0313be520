use super::*;
use crate::numeric::dispatch::{Level, limit, test_lock};
use crate::numeric::random::Stream;

/// One function, its reference, the range of its test points, and the largest difference in ulp of f64.
struct Case {
    name: &'static str,
    f64: fn(&mut [f64]),
    f32: fn(&mut [f32]),
    reference: fn(f64) -> f64,
    range: [f64; 2],
    /// Against the reference, whose own error is up to one ulp (a little more for sigmoid and softplus).
    ulp: f64,
}

fn cases() -> [Case; 6] {
    let sigmoid = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    let softplus = |x: f64| if x > 0.0 { x + libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) };
    [
        Case {
            name: "exp",
            f64: exp_slice,
            f32: exp_slice,
            reference: libm::exp,
            range: [-708.0, 709.0],
            ulp: 1.0,
        },
        Case {
            name: "log",
            f64: log_slice,
            f32: log_slice,
            reference: libm::log,
            range: [0.0, 1e3],
            ulp: 1.0,
        },
        Case {
            name: "tanh",
            f64: tanh_slice,
            f32: tanh_slice,
            reference: libm::tanh,
            range: [-22.0, 22.0],
            ulp: 2.0,
        },
        Case {
            name: "erf",
            f64: erf_slice,
            f32: erf_slice,
            reference: libm::erf,
            range: [-7.0, 7.0],
            ulp: 1.0,
        },
        Case {
            name: "sigmoid",
            f64: sigmoid_slice,
            f32: sigmoid_slice,
            reference: sigmoid,
            range: [-700.0, 50.0],
            ulp: 3.0,
        },
        Case {
            name: "softplus",
            f64: softplus_slice,
            f32: softplus_slice,
            reference: softplus,
            range: [-700.0, 50.0],
            ulp: 3.0,
        },
    ]
}

/// Points spread evenly over the range, around 1, and over all small magnitudes.
fn points(case: &Case) -> Vec<f64> {
    let mut stream = Stream::new(0, case.name);
    let [low, high] = case.range;
    let mut points = Vec::new();
    for _ in 0..100_000 {
        let sign = if low < 0.0 && stream.uniform() < 0.5 { -1.0 } else { 1.0 };
        points.push(low + (high - low) * stream.uniform());
        points.push(sign * 4.0 * stream.uniform());
        points.push(sign * libm::exp2(-1000.0 * stream.uniform()));
        points.push(sign * libm::exp2(-20.0 * stream.uniform()));
    }
    points
}

#[test]
fn errors_are_as_stated() {
    let _guard = test_lock();
    for case in cases() {
        let points = points(&case);
        let mut values = points.clone();
        (case.f64)(&mut values);
        let mut worst = (0.0, 0.0);
        for (&x, &value) in points.iter().zip(&values) {
            let expected = (case.reference)(x);
            let ulp = expected.abs().next_up() - expected.abs();
            let error = (value - expected).abs() / ulp;
            worst = if error > worst.0 { (error, x) } else { worst };
        }
        println!("{} f64: {} ulp at {:e}", case.name, worst.0, worst.1);
        assert!(worst.0 <= case.ulp, "{}: {} ulp at {:e}", case.name, worst.0, worst.1);
    }
}

#[test]
fn errors_of_f32_are_as_stated() {
    let _guard = test_lock();
    for case in cases() {
        let points: Vec<f32> = points(&case).iter().map(|&x| x as f32).collect();
        let mut values = points.clone();
        (case.f32)(&mut values);
        let mut worst = (0.0, 0.0);
        for (&x, &value) in points.iter().zip(&values) {
            let expected = (case.reference)(f64::from(x));
            if expected.abs() < f64::from(f32::MAX) {
                let rounded = (expected as f32).abs();
                let error = (f64::from(value) - expected).abs() / f64::from(rounded.next_up() - rounded);
                worst = if error > worst.0 { (error, x) } else { worst };
            } else {
                assert_eq!(value, expected as f32);
            }
        }
        println!("{} f32: {} ulp at {:e}", case.name, worst.0, worst.1);
        // A reference just below a power of two is measured against the smaller ulp below it.
        assert!(worst.0 <= 0.51, "{}: {} ulp at {:e}", case.name, worst.0, worst.1);
    }
}

#[test]
fn bits_are_the_same_at_all_levels() {
    let _guard = test_lock();
    for case in cases() {
        let special =
            [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 5e-324, -5e-324, f64::MAX, f64::MIN, 1e-310];
        let points: Vec<f64> = points(&case).into_iter().chain(special).collect();
        let single: Vec<f32> = points.iter().map(|&x| x as f32).collect();
        let results = Level::ALL.map(|level| {
            limit(level);
            let (mut values, mut single) = (points.clone(), single.clone());
            (case.f64)(&mut values);
            (case.f32)(&mut single);
            // The sign and payload of a NaN are not specified.
            let values = values.iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() });
            let single = single.iter().map(|x| if x.is_nan() { 0 } else { u64::from(x.to_bits()) });
            values.chain(single).collect::<Vec<_>>()
        });
        limit(Level::Avx512);
        assert!(results.iter().all(|bits| bits == &results[0]), "{}", case.name);
    }
}

#[test]
fn special_values() {
    let (inf, tiny) = (f64::INFINITY, 5e-324);
    let functions = [exp::<f64>, log, tanh, erf, sigmoid, softplus];
    assert!(functions.iter().all(|f| f(f64::NAN).is_nan()));
    assert!([exp::<f32>, log, tanh, erf, sigmoid, softplus].iter().all(|f| f(f32::NAN).is_nan()));
    let same =
        |f: fn(f64) -> f64, x: f64, y: f64| assert_eq!(f(x).to_bits(), y.to_bits(), "f({x:e}) = {:e}", f(x));
    for (x, y) in [(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (tiny, 1.0), (710.0, inf), (-746.0, 0.0)]
    {
        same(exp, x, y);
    }
    assert!(exp(709.78_f64) < inf && exp(-745.0) == tiny && exp(-800.0) == 0.0);
    assert!((exp(-720.0) - libm::exp(-720.0)).abs() <= 1e-323);
    for (x, y) in [(0.0, -inf), (-0.0, -inf), (1.0, 0.0), (inf, inf), (tiny, libm::log(tiny))] {
        same(log, x, y);
    }
    assert!(log(-1.0_f64).is_nan() && log(-inf).is_nan() && log(-tiny).is_nan());
    for (x, y) in [(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (tiny, tiny), (1e-310, 1e-310)] {
        same(tanh, x, y);
    }
    for (x, y) in [(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (6.0, 1.0), (-1e300, -1.0)] {
        same(erf, x, y);
    }
    for (x, y) in [(0.0, 0.5), (inf, 1.0), (-inf, 0.0), (-745.0, tiny), (40.0, 1.0)] {
        same(sigmoid, x, y);
    }
    for (x, y) in [(inf, inf), (-inf, 0.0), (-745.0, tiny), (1e300, 1e300), (0.0, std::f64::consts::LN_2)] {
        same(softplus, x, y);
    }
}

#[test]
fn odd_and_monotone() {
    for f in [tanh::<f64>, erf] {
        let mut previous = -1.0;
        for i in -40_000..40_000 {
            let x = f64::from(i) * 6e-4;
            assert_eq!(f(-x).to_bits(), (-f(x)).to_bits());
            assert!(f(x) >= previous && f(x) <= 1.0, "{x}");
            previous = f(x);
        }
    }
    for f in [exp::<f64>, sigmoid, softplus] {
        let mut previous = 0.0;
        for i in -40_000..40_000 {
            let value = f(f64::from(i) * 1.7e-2);
            assert!(value >= previous);
            previous = value;
        }
    }
}
