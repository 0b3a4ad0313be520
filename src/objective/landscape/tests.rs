//! The central flow and gradient descent against what can be worked out by hand.

use std::sync::Arc;

use super::pencil::Shaped;
use super::*;
use crate::dynamics::{CentralFlow, Numerics};
use crate::numeric::symmetric_eigen;
use crate::numeric::vector::{axpy, dot, norm};
use crate::optimizer::{GradientDescent, Rule};

const ETA: f64 = 0.5;
const RULE: GradientDescent = GradientDescent::new(ETA);
const EDGE: f64 = 2.0 / ETA;

/// Eigenpairs are accepted at this relative residual in these tests.
const EIGEN: f64 = 1e-11;

fn two() -> MatrixValley {
    MatrixValley { curvature: vec![3.8, 3.7], slope: vec![vec![0.02, 0.008], vec![0.008, 0.015]] }
}

fn three() -> MatrixValley {
    MatrixValley {
        curvature: vec![3.8, 3.75, 3.7],
        slope: vec![vec![0.02, 0.008, -0.004], vec![0.008, 0.015, 0.005], vec![-0.004, 0.005, 0.018]],
    }
}

/// With a tenth of the slope: along the steeper ones gradient descent is thrown out of the valley after some thousand steps,
/// which is nothing that the theory, of slow sharpening, speaks of.
fn gentler(mut valley: MatrixValley) -> MatrixValley {
    valley.slope.iter_mut().flatten().for_each(|entry| *entry *= 0.1);
    valley
}

fn crossing_at(second: f64) -> Crossing {
    Crossing { curvature: [3.6, second], slope: 0.02, drift: 0.03 }
}

fn left() -> Leaving {
    Leaving { curvature: 3.6, slope: 0.005, drift: 0.00625, coupling: 0.005 }
}

/// An entry of each kind.
pub(in crate::objective) fn entries() -> Vec<Box<dyn Entry>> {
    vec![
        Box::new(Quadratic { spectrum: vec![3.0, 1.0, 0.2, -0.5] }),
        Box::new(Valley { curvature: 1.0, slope: 0.3, directions: 3 }),
        Box::new(three()),
        Box::new(crossing_at(2.8)),
        Box::new(left()),
    ]
}

/// The central flow from the floor at y = 0, which is the origin.
fn flow_on(pencil: &Pencil, substeps: usize) -> CentralFlow {
    let numerics = Numerics { eigen_tolerance: EIGEN, ..Numerics::default() };
    let rule: Rule = Arc::new(RULE);
    let start = rule.begin(vec![0.0; pencil.dim()]);
    CentralFlow::new(rule, start, substeps, &numerics, 1)
}

/// Sigma of the flow at its present point, whole, in the coordinates x.
fn sigma_across(pencil: &Pencil, flow: &CentralFlow) -> Matrix {
    let here = flow.evaluation().expect("evaluated");
    let across = pencil.across();
    let mut sigma = Matrix::zeros(across.cols(), across.cols());
    for (l, &value) in here.sigma.iter().enumerate() {
        let q: Vec<f64> = (0..across.cols()).map(|i| dot(across.col(i), here.sigma_vectors.col(l))).collect();
        for j in 0..q.len() {
            axpy(value * q[j], &q, sigma.col_mut(j));
        }
    }
    sigma
}

fn apart(a: &Matrix, b: &Matrix) -> f64 {
    crate::numeric::vector::distance(a.data(), b.data())
}

/// What Sigma may be off where velocities are constant. A residual r turns eigenvectors by r over the relative gap to the
/// eigenvalues along the floor, which is 1. X is the quotient of two terms, of degrees 2 and 4 in the eigenvectors, and
/// Sigma = U X U' has two more: 8 r |Sigma|. What the eigenvalues and the solver are off, 1e-13 of the eigenvalue 2, is
/// divided by `dt eta^2 / 2`.
fn sigma_tolerance(sigma: &Matrix, substeps: f64) -> f64 {
    8.0 * EIGEN * norm(sigma.data()) + 2e-13 * 2.0 * substeps / ETA.powi(2)
}

#[test]
fn sigma_of_a_matrix_valley_is_twice_its_slope() {
    for (valley, seed) in [(two(), 1), (two(), 2), (three(), 1), (three(), 2)] {
        let (pencil, expected) = (valley.pencil(seed), valley.covariance());
        let mut flow = flow_on(&pencil, 4);
        let mut locked = 0;
        for _ in 0..200 {
            flow.advance(&pencil).expect("it runs");
            let curvature = pencil.curvature(flow.weights());
            if symmetric_eigen(&curvature).0.iter().all(|value| (value - EDGE).abs() <= 1e-11 * EDGE) {
                locked += 1;
                let error = apart(&sigma_across(&pencil, &flow), &expected);
                assert!(error <= sigma_tolerance(&expected, 4.0), "seed {seed}: {error:e}");
            }
        }
        assert!(locked >= 100, "seed {seed}: all eigenvalues were at the edge in {locked} steps");
    }
}

/// `1/T sum x_t x_t' = 2 C - 2 (M_T - M_0) / (eta T)`: with all eigenvalues of M within r of 2/eta all the time, the
/// second term is at most `4 r / (eta T)` in the spectral norm, `sqrt k` times that in Frobenius'.
#[test]
fn second_moments_of_gradient_descent_on_a_matrix_valley_are_twice_its_slope() {
    const STEPS: usize = 100_000;
    for (valley, seed) in [(gentler(two()), 1), (gentler(three()), 1)] {
        let (pencil, expected) = (valley.pencil(seed), valley.covariance());
        let (across, k) = (pencil.across(), expected.rows());
        let (mut w, mut moments, mut farthest) = (pencil.start(), Matrix::zeros(k, k), 0.0_f64);
        for step in 0..2 * STEPS {
            let at = pencil.linearize(&w);
            if step >= STEPS {
                let x: Vec<f64> = (0..k).map(|i| dot(across.col(i), &w)).collect();
                for j in 0..k {
                    axpy(x[j] / STEPS as f64, &x, moments.col_mut(j));
                }
                let values = symmetric_eigen(&pencil.curvature(&w)).0;
                farthest = values.iter().fold(farthest, |most, value| most.max((value - EDGE).abs()));
            }
            axpy(-ETA, at.gradient(), &mut w);
        }
        let tolerance = (k as f64).sqrt() * 4.0 * farthest / (ETA * STEPS as f64);
        assert!(farthest < 0.5 * EDGE, "gradient descent does not stay around the edge: {farthest}");
        assert!(tolerance <= 0.02 * norm(expected.data()), "the run resolves nothing: {tolerance}");
        let error = apart(&moments, &expected);
        assert!(error <= tolerance, "{error:e} beyond {tolerance:e}");
        let diagonal = Matrix::from_fn(k, k, |i, j| if i == j { expected[(i, j)] } else { 0.0 });
        let larger = Matrix::from_fn(k, k, |i, j| 1.1 * expected[(i, j)]);
        assert!(apart(&moments, &diagonal) > tolerance && apart(&moments, &larger) > tolerance);
    }
}

/// Between events all velocities are constant and Euler's method is exact; the substep with an event in it moves by at
/// most `dt eta (p + q)` otherwise than the flow.
fn follows_the_crossing(crossing: &Crossing) {
    const SUBSTEPS: f64 = 4.0;
    let (pencil, eta) = (crossing.pencil(1), ETA);
    let mut flow = flow_on(&pencil, 4);
    flow.evaluate(&pencil).expect("it runs");
    let CrossingPath { entry, meeting } = crossing.path(eta);
    let events = [entry, meeting];
    let substep = eta * (crossing.slope + crossing.drift) / SUBSTEPS;
    for t in 0..100 {
        let t = t as f64;
        let happened = events.iter().filter(|&&event| event < t).count() as f64;
        let expected = crossing.eigenvalues(eta, t);
        let curvature = pencil.curvature(flow.weights());
        let here = flow.evaluation().expect("evaluated");
        let allowed = happened * substep + 1e-10;
        for i in 0..2 {
            let value = curvature[(i, i)];
            assert!((value - expected[i]).abs() <= allowed, "S_{i} at {t}: {value} {}", expected[i]);
        }
        // The tracker's are those of this very point, the largest first.
        let top = eta * curvature[(0, 0)].max(curvature[(1, 1)]);
        assert!((here.eigenvalues[0] - top).abs() <= 1e-12, "{t}: {:?}", here.eigenvalues);
        if events.iter().all(|event| (event - t).abs() > 1.0 / SUBSTEPS) {
            let [first, second] = crossing.covariance(eta, t);
            let expected = Matrix::from_columns(2, 2, vec![first, 0.0, 0.0, second]);
            let error = apart(&sigma_across(&pencil, &flow), &expected);
            assert!(error <= sigma_tolerance(&expected, SUBSTEPS), "Sigma at {t}: {error:e}");
        }
        flow.advance(&pencil).expect("it runs");
    }
}

#[test]
fn eigenvalues_that_cross_below_the_edge_leave_only_the_faster_one_there() {
    let crossing = crossing_at(3.4);
    let path = crossing.path(ETA);
    assert!(path.meeting + 5.0 < path.entry, "{path:?}");
    follows_the_crossing(&crossing);
}

#[test]
fn eigenvalues_that_cross_at_the_edge_hand_sigma_over() {
    let crossing = crossing_at(2.8);
    let path = crossing.path(ETA);
    assert!(path.entry + 5.0 < path.meeting, "{path:?}");
    follows_the_crossing(&crossing);
}

/// Euler's method on a flow of Lipschitz constant `L = eta r` and speed at most V is off by at most
/// `dt/2 L V t e^(L t)` after the time t, and by `dt V` more at each of the two events.
#[test]
fn the_flow_leaves_the_edge_when_the_closed_form_says() {
    let leaving = left();
    let stay = leaving.stay(ETA).expect("it stays for a while");
    let (pencil, rate) = (leaving.pencil(1), ETA * leaving.coupling);
    let mut final_errors = vec![];
    for substeps in [4, 8] {
        let mut flow = flow_on(&pencil, substeps);
        flow.evaluate(&pencil).expect("it runs");
        let (dt, mut speed, mut last_error) = (1.0 / substeps as f64, 0.0_f64, 0.0);
        let (mut entered, mut exited) = (None, None);
        for t in 0..700 {
            let t = t as f64;
            let here = flow.evaluation().expect("evaluated");
            speed = speed.max(norm(&here.velocity));
            let off = dt * speed * (0.5 * rate * t * libm::exp(rate * t) + 2.0);
            let variance: f64 = here.sigma.iter().sum();
            if variance > 0.0 {
                entered.get_or_insert(t);
                exited = None;
            } else if entered.is_some() {
                exited.get_or_insert((t, off));
            }
            if (t - stay.entry).abs() > 2.0 && (t - stay.exit).abs() > 2.0 {
                let error = (variance - stay.variance(t)).abs();
                assert!(error <= 2.0 * leaving.coupling * off, "variance at {t}: {variance}");
            }
            if t > stay.exit + 2.0 {
                assert_eq!(variance, 0.0, "after the exit, at {t}");
            }
            if t > stay.entry + 2.0 {
                last_error = pencil.curvature(flow.weights())[(0, 0)] - stay.sharpness(t);
                assert!(last_error.abs() <= off, "sharpness at {t}: {last_error}");
            }
            flow.advance(&pencil).expect("it runs");
        }
        let (exited, off) = exited.expect("it leaves");
        // Sigma falls to zero with A, which moves at `eta r |B*|`.
        let pace = rate * (leaving.curvature + leaving.drift / leaving.coupling - EDGE);
        assert!((exited - stay.exit).abs() <= off / pace + 1.0, "{exited} {}", stay.exit);
        final_errors.push(last_error);
    }
    let ratio = final_errors[0] / final_errors[1];
    assert!((1.7..2.3).contains(&ratio), "Euler is of first order: {final_errors:?}");
}

#[test]
fn what_is_no_such_landscape_is_refused() {
    let bad: [Box<dyn Entry>; 10] = [
        Box::new(MatrixValley { curvature: vec![1.0, 2.0, 3.0], ..two() }),
        Box::new(MatrixValley { slope: vec![vec![1.0, 0.5], vec![0.4, 1.0]], ..two() }),
        Box::new(MatrixValley { slope: vec![vec![1.0, 2.0], vec![2.0, 1.0]], ..two() }),
        Box::new(MatrixValley { slope: vec![vec![1.0], vec![2.0, 1.0]], ..two() }),
        Box::new(MatrixValley { curvature: vec![f64::NAN, 1.0], ..two() }),
        Box::new(Crossing { curvature: [1.0, 1.0], ..crossing_at(0.0) }),
        Box::new(Crossing { drift: 0.02, ..crossing_at(0.0) }),
        Box::new(Crossing { drift: f64::INFINITY, ..crossing_at(0.0) }),
        Box::new(Leaving { coupling: 0.0, ..left() }),
        Box::new(Leaving { slope: f64::NAN, ..left() }),
    ];
    for entry in bad {
        let refused = entry.build(1).err().unwrap_or_else(|| panic!("{entry:?} was accepted"));
        assert!(refused.to_string().starts_with("accepted "), "{refused}");
    }
}

#[test]
fn every_file_is_registered_under_its_name() {
    const SHARED: [&str; 4] = ["mod", "basis", "pencil", "tests"];
    crate::source::assert_modules("objective/landscape", &SHARED, KINDS.iter().map(|kind| kind.name));
}
