//! Closed forms, bounds from either side, and laws of random problems.

use proptest::prelude::*;

use super::*;
use crate::eigen::{SymmetricOperator, dense};
use crate::numeric::random::Stream;
use crate::numeric::vector::dot;
use crate::numeric::{Matrix, symmetric_eigen};

fn diagonal(entries: &[f64]) -> Matrix {
    Matrix::from_fn(entries.len(), entries.len(), |i, j| if i == j { entries[i] } else { 0.0 })
}

/// A symmetric matrix with a few large eigenvalues, many small ones and some negative, and a gradient: what networks have.
fn random(order: usize, seed: u64) -> (Matrix, Vec<f64>) {
    let mut stream = Stream::new(seed, "stationary");
    let mut h = Matrix::zeros(order, order);
    for k in 0..order {
        let size = if k < 4 { 1.0 / (1.0 + k as f64) } else { 0.05 * stream.normal() };
        let v = stream.normals(order);
        for j in 0..order {
            crate::numeric::vector::axpy(size * v[j], &v, h.col_mut(j));
        }
    }
    (h, stream.normals(order))
}

fn problem(order: usize, seed: u64, eta: f64) -> Problem {
    let (h, g) = random(order, seed);
    Problem::new(&h, &g, eta).expect("finite")
}

fn solved(problem: &Problem) -> Solution {
    let solution = solve(problem, None).unwrap_or_else(|error| panic!("{error}"));
    let found = certify(problem, &solution).expect("an eigenvalue");
    assert!(found.gap < 1e-8 && found.gap > -1e-12 && found.infeasibility < 1e-9, "{found:?}");
    let allowed = 1e-6 + multiplier_of_bounds(problem, &solution);
    assert!(found.stationarity < allowed && found.excess < 1e-7, "{found:?}");
    solution
}

/// What the multiplier z of `P >= 0`, which a solution leaves out, may be: `P_i z_i` is at most the complementarity at which it is accepted, 1e-10 of
/// what is minimised.
fn multiplier_of_bounds(problem: &Problem, solution: &Solution) -> f64 {
    let with_gradient = solution.diagonal.iter().zip(problem.costs()).filter(|(_, cost)| **cost > 0.0);
    let value = with_gradient.clone().fold(trace(&solution.diagonal), |sum, (p, cost)| sum + cost / p);
    with_gradient.fold(0.0, |most: f64, (p, _)| most.max(1e-10 * value / p))
}

/// At the optimum what is minimised is flat, so that P is known to the root of the gap, 1e-5.
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-5 * (1.0 + expected.abs()), "{found} for {expected}");
}

/// `P = max(H / 2, |g| / eta)` where weights do not act on each other, `Y = (1 - g^2 / (eta P)^2) / 2`.
#[test]
fn weights_that_do_not_act_on_each_other_have_a_closed_form() {
    for curvatures in [vec![3.0], vec![4.0, 1.0], vec![8.0, 2.0, 0.5, -1.0]] {
        let (g, eta) = (vec![0.3; curvatures.len()], 0.4);
        let problem = Problem::new(&diagonal(&curvatures), &g, eta).expect("finite");
        let (solution, least) = (solved(&problem), solved(&problem.without_gradient()));
        for (i, h) in curvatures.iter().enumerate() {
            let p = (0.5 * h).max(g[i] / eta);
            close(solution.diagonal[i], p);
            close(solution.multipliers()[i], 0.5 * (1.0 - (g[i] / eta / p).powi(2)));
            close(least.diagonal[i], (0.5 * h).max(0.0));
        }
    }
}

/// Of two weights and no gradient: `(2 P_1 - a)(2 P_2 - b) = h^2`, of which `P_1 + P_2` is least where both factors are `|h|`.
#[test]
fn two_weights_have_a_closed_form() {
    for (a, b, h) in [(2.0, 1.0, 0.7), (1.0, 3.0, -2.0), (0.5, 0.5, 0.1)] {
        let hessian = Matrix::from_fn(2, 2, |i, j| if i != j { h } else { [a, b][i] });
        let problem = Problem::new(&hessian, &[0.0, 0.0], 1.0).expect("finite");
        let solution = solved(&problem);
        close(solution.diagonal[0], 0.5 * (a + h.abs()));
        close(solution.diagonal[1], 0.5 * (b + h.abs()));
        close(solution.factor[(0, 0)].abs(), 0.5_f64.sqrt());
        assert_eq!(solution.factor.cols(), 1);
    }
}

#[test]
fn nothing_needs_no_preconditioner() {
    let problem = Problem::new(&Matrix::zeros(3, 3), &[0.0; 3], 1.0).expect("finite");
    assert_eq!(solved(&problem).diagonal, [0.0; 3]);
}

#[test]
fn bad_data_is_refused() {
    let shape = Problem::new(&Matrix::zeros(2, 3), &[0.0; 2], 1.0);
    assert_eq!(shape, Err(StationaryError::Shape { rows: 2, cols: 3, expected: 2 }));
    for (h, g, eta) in [(f64::NAN, 1.0, 1.0), (1.0, f64::INFINITY, 1.0), (1.0, 1.0, 0.0), (1.0, 1e200, 1.0)] {
        assert_eq!(Problem::new(&diagonal(&[h]), &[g], eta), Err(StationaryError::NotFinite));
    }
}

/// The eigenvalue of the certificate is that of the whole matrix, and what it makes of points that are not solutions is told.
#[test]
fn the_certificate_sees_what_is_wrong() {
    struct Dense(Matrix);
    impl SymmetricOperator for Dense {
        fn dim(&self) -> usize {
            self.0.rows()
        }
        fn apply(&self, v: &Matrix) -> Matrix {
            Matrix::from_fn(v.rows(), v.cols(), |i, j| dot(self.0.col(i), v.col(j)))
        }
    }
    let problem = problem(30, 5, 0.5);
    let solution = solved(&problem);
    let of = |solution: &Solution| certify(&problem, solution).expect("an eigenvalue");
    let right = of(&solution);
    assert!(right.half_stationarity > 0.1, "{right:?}");
    let mut less = solution.clone();
    less.diagonal.iter_mut().for_each(|p| *p *= 0.99);
    let lack = Matrix::from_fn(30, 30, |i, j| {
        problem.hessian()[(i, j)] - if i == j { 2.0 * less.diagonal[i] } else { 0.0 }
    });
    let expected = dense(&Dense(lack), 1).expect("symmetric").values[0];
    let largest = less.diagonal.iter().fold(0.0_f64, |most, p| most.max(*p));
    let found = of(&less);
    assert!((found.infeasibility * largest / expected - 1.0).abs() < 1e-6 && expected > 0.0, "{found:?}");
    assert!(found.stationarity > 1e-3, "{found:?}");
    let mut more = solution.clone();
    more.diagonal.iter_mut().for_each(|p| *p *= 1.01);
    assert!(of(&more).gap > 1e-4 && of(&more).infeasibility == 0.0);
    let mut doubled = solution.clone();
    crate::numeric::vector::scale(2.0_f64.sqrt(), doubled.factor.data_mut());
    assert!(of(&doubled).excess > 0.5 && of(&doubled).stationarity > 0.5);
    let mut nothing = solution;
    nothing.factor.truncate_cols(0);
    assert!(of(&nothing).gap > 0.1 && of(&nothing).stationarity > 0.1);
}

/// Where the optimum is far nearer to zero along a weight than along others, what is left of stationarity goes last.
#[test]
fn a_preconditioner_that_is_almost_zero_somewhere_is_found() {
    for eta in [1e3, 1e4, 1e5] {
        let solution = solved(&problem(15, 6, eta));
        assert!(solution.iterations < 60, "{}", solution.iterations);
    }
}

/// From a solution nearby the same solution is found, in fewer steps; from one of no use as well.
#[test]
fn a_solution_nearby_is_a_start() {
    let (far, near) = (problem(40, 1, 0.5), problem(40, 1, 0.505));
    let (first, cold) = (solved(&far), solved(&near));
    for start in [&first, &solved(&problem(40, 2, 5.0)), &solved(&problem(3, 0, 1.0))] {
        let warm = solve(&near, Some(start)).expect("solved");
        warm.diagonal.iter().zip(&cold.diagonal).for_each(|(a, b)| close(*a, *b));
    }
    let warm = solve(&near, Some(&first)).expect("solved");
    assert!(warm.iterations < cold.iterations, "{} and {}", warm.iterations, cold.iterations);
}

/// `|g|^2` in the inverse of P.
fn decrease(g: &[f64], p: &[f64]) -> f64 {
    g.iter().zip(p).fold(0.0, |sum, (g, p)| sum + g * g / p)
}

fn trace(p: &[f64]) -> f64 {
    p.iter().sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// P minimises `tr P + |g|^2 / eta^2` in its inverse and the least trace `tr P`: what is more of the one is less of the other.
    #[test]
    fn least_trace_is_never_worse_and_more(order in 1_usize..24, seed in 0_u64..1000, eta in 0.05..5.0_f64) {
        let (h, g) = random(order, seed);
        let problem = Problem::new(&h, &g, eta).expect("finite");
        let (stationary, least) = (solved(&problem).diagonal, solved(&problem.without_gradient()).diagonal);
        prop_assert!(decrease(&g, &least) >= decrease(&g, &stationary) * (1.0 - 1e-7));
        prop_assert!(trace(&least) <= trace(&stationary) * (1.0 + 1e-7));
        // Diagonal or not, what is above H / 2 has at least the trace of its positive part.
        let positive: f64 = symmetric_eigen(&h).0.iter().map(|x| 0.5 * x.max(0.0)).sum();
        prop_assert!(trace(&least) >= positive * (1.0 - 1e-7));
    }

    /// Without bound of the learning rate the gradient counts for nothing.
    #[test]
    fn a_large_learning_rate_leaves_the_least_trace(order in 2_usize..16, seed in 0_u64..1000) {
        let least = trace(&solved(&problem(order, seed, 1.0).without_gradient()).diagonal);
        let excess = |eta: f64| trace(&solved(&problem(order, seed, eta)).diagonal) / least - 1.0;
        let (small, large) = (excess(1.0), excess(1e4));
        prop_assert!(large < 1e-3 && large < small + 1e-7, "{} {}", small, large);
    }

    /// H and g / eta three times as large make P three times as large; Y stays.
    #[test]
    fn units_do_not_matter(order in 1_usize..16, seed in 0_u64..1000, size in 1e-3..1e3_f64) {
        let (h, g) = random(order, seed);
        let scaled = Matrix::from_fn(order, order, |i, j| size * h[(i, j)]);
        let one = solved(&Problem::new(&h, &g, 1.0).expect("finite"));
        let other = solved(&Problem::new(&scaled, &g, 1.0 / size).expect("finite"));
        for i in 0..order {
            prop_assert!((other.diagonal[i] / size - one.diagonal[i]).abs() < 1e-5 * trace(&one.diagonal));
            prop_assert!((other.multipliers()[i] - one.multipliers()[i]).abs() < 1e-4);
        }
    }

    /// The order of the weights does not matter.
    #[test]
    fn order_does_not_matter(order in 1_usize..16, seed in 0_u64..1000) {
        let (h, g) = random(order, seed);
        let places = Stream::new(seed, "places").choose(order, order);
        let turned = Matrix::from_fn(order, order, |i, j| h[(places[i], places[j])]);
        let moved: Vec<f64> = places.iter().map(|&i| g[i]).collect();
        let one = solved(&Problem::new(&h, &g, 1.0).expect("finite"));
        let other = solved(&Problem::new(&turned, &moved, 1.0).expect("finite"));
        for (i, &place) in places.iter().enumerate() {
            prop_assert!((other.diagonal[i] - one.diagonal[place]).abs() < 1e-5 * trace(&one.diagonal));
        }
    }
}
