//! Does the reported Sigma hold the critical eigenvalues at the edge? Asked of Hessian-vector products alone.

use serde::{Deserialize, Serialize};

use super::{Products, ROUNDING};
use crate::dynamics::{CentralFlow, EffectiveHessian, Evaluation, FlowError};
use crate::eigen::SymmetricOperator;
use crate::numeric::vector::{axpy, dot, scale};
use crate::numeric::{Matrix, symmetric_eigen};
use crate::objective::Objective;
use crate::optimizer::{EDGE, State, UpdateRule};

/// How far `0 <= X  _|_  M >= 0` is from true, with `M = 2 I - U' eta H U - dt d/dt (U' eta H U)` along the flow.
///
/// U are the tracked eigenvectors above the threshold, and `X = U' Sigma U` of the reported eigenvalues and eigenvectors of Sigma. The
/// derivative is that along the flow's own velocity v at fixed U, by central differences of `U' eta H(w +- h v) U`: no third-order
/// contraction, Gram matrix or complementarity problem enters, and signs, weights and factors of the force are those
/// that act.
///
/// The residual of the eigenpairs does not enter. They are Ritz pairs, `U' eta H U` is diagonal to rounding however
/// large the residual, and the flow's problem is about derivatives at fixed U, as M is: both are compressions to the same
/// space.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EdgeCertificate {
    /// The step.
    pub step: usize,
    /// Substeps since then.
    pub substep: usize,
    /// `tr Sigma`.
    pub trace: f64,
    /// `max(0, -lambda_min(M)) / s` without Sigma: positive if Sigma is needed.
    pub need: f64,
    /// The largest of `-lambda_min(M) / s`, `|<X, M>| / (s tr Sigma)` and `|tr Sigma - tr X| / tr Sigma`; s is the size of what must
    /// balance, `|<X, 2 I - U' eta H U>| / tr Sigma + dt |d/dt by the gradient| + dt |d/dt by Sigma|` (Frobenius norms).
    pub violation: f64,
    /// The same where Sigma's force is half as large.
    pub half_violation: f64,
    /// What the differences and rounding may contribute to the violations: see [`edge`].
    pub numerical_error: f64,
}

/// The longer displacement of the differences, as a share of a substep: truncation falls with its square (3e-8 of M's terms on
/// shipped networks if it is 1/8), rounding grows with its inverse (to some 1e-9).
const SHARE: f64 = 1.0 / 16.0;

/// The certificate of the flow at a point, where it has `here` and tracked eigenvectors `u`; none without critical eigenvalues.
///
/// The flow takes H for linear in the displacement `dt v` of a substep; `h v` is `SHARE` and half of that of it. The two
/// differences leave errors `c h^2` and `c h^2 / 4`, of which Richardson's combination `(4 fine - coarse) / 3` is free; how far they
/// are apart, `3/4 c h^2`, is more than the fourth-order rest, and a measure of rounding. Added is rounding of the
/// products, `ROUNDING` of `|U' eta H U|` in each: 1 in M itself, and `(4 * 2 + 1) / (3 SHARE)` in the derivative.
///
/// # Errors
/// If a number is infinite or NaN.
pub fn edge(
    objective: &dyn Objective,
    rule: &dyn UpdateRule,
    (flow, here): (&CentralFlow, &Evaluation),
    u: &Matrix,
    products: &Products,
) -> Result<Option<EdgeCertificate>, FlowError> {
    let k = u.cols();
    if k == 0 {
        return Ok(None);
    }
    let (coordinates, motion, query) = (&here.coordinates, flow.motion(&here.gradient), flow.query());
    let dt = motion.dt;
    let here_steps = rule.edge_steps(&flow.iterate().state);
    let gained = |state: &State| {
        let harder = rule.edge_steps(state).hardened(&here_steps);
        Matrix::from_fn(k, k, |i, j| EDGE * harder.weigh(u.col(i), u.col(j), f64::from(i == j)))
    };
    // U' eta H U less what 2 P has gained, a share of a substep on in a direction, the state following these squares, at the same time.
    let compressed = |direction: &[f64], squares: &[f64], share: f64| {
        let mut moved = query.clone();
        axpy(share * dt, &coordinates.stretched(direction.to_vec()), &mut moved);
        let at = coordinates.around(objective.linearize(&moved));
        let operator = EffectiveHessian { at: &*at, step: coordinates.step() };
        let hu = products.of(operator).apply(u);
        let gained = gained(&State { time: flow.iterate().state.time, ..motion.state_after(share, squares) });
        Matrix::from_fn(k, k, |i, j| {
            0.5 * (dot(u.col(i), hu.col(j)) + dot(u.col(j), hu.col(i))) - gained[(i, j)]
        })
    };
    // What 2 P gains by time alone. A learning rate may have a kink here, so that there are differences to the future only: they are
    // extrapolated from four of them, with an error of the order of SHARE^4.
    let by_time = derivative_ahead(|share| {
        let State { squares, time } = flow.iterate().state.clone();
        let mut gained = gained(&State { squares, time: time + share * dt });
        scale(1.0 / share, gained.data_mut());
        gained
    });
    // dt d/dt of it along a direction, by a displacement of share dt on both sides, and of time.
    let change = |direction: &[f64], squares: &[f64], share: f64| {
        let (ahead, behind) = (compressed(direction, squares, share), compressed(direction, squares, -share));
        let by_state = combined(0.5 / share, &ahead, -0.5 / share, &behind);
        combined(1.0, &by_state, -1.0, &by_time)
    };
    let sigma = Compressed::new(here, u);
    let mut without = here.velocity.clone();
    axpy(here.rate, &here.force, &mut without);
    let with_squares = |share: f64| change(&here.velocity, &here.squares, share);
    let lambda = compressed(&here.velocity, &here.squares, 0.0);
    let (coarse, fine) = (with_squares(SHARE), with_squares(0.5 * SHARE));
    let whole = combined(4.0 / 3.0, &fine, -1.0 / 3.0, &coarse);
    let by_gradient = change(&without, motion.squares(), 0.5 * SHARE);
    let by_sigma = combined(1.0, &whole, -1.0, &by_gradient);
    let slack = Matrix::from_fn(k, k, |i, j| if i == j { EDGE - lambda[(i, j)] } else { -lambda[(i, j)] });
    let size = sigma.acting(&slack) + frobenius(&by_gradient) + frobenius(&by_sigma);
    let error =
        frobenius(&combined(1.0, &fine, -1.0, &coarse)) + (1.0 + 3.0 / SHARE) * ROUNDING * frobenius(&lambda);
    let with = |share: f64| {
        let m = combined(1.0, &slack, -1.0, &combined(1.0, &by_gradient, share, &by_sigma));
        Violation::new(&m, &sigma, size)
    };
    let (full, half, none) = (with(1.0), with(0.5), with(0.0));
    let numbers = [full.worst(), half.worst(), none.passing, error / size];
    if !numbers.iter().all(|x| x.is_finite()) {
        return Err(FlowError::NonFinite);
    }
    Ok(Some(EdgeCertificate {
        step: 0,
        substep: 0,
        trace: here.sigma.iter().sum(),
        need: none.passing,
        violation: full.worst(),
        half_violation: half.worst(),
        numerical_error: error / size,
    }))
}

/// The limit of differences over a share of a substep as that goes to 0, by Richardson's extrapolation from SHARE and its halves.
fn derivative_ahead(difference: impl Fn(f64) -> Matrix) -> Matrix {
    let mut table: Vec<Matrix> =
        (0..4).map(|halvings| difference(SHARE / f64::from(1 << halvings))).collect();
    for order in 1..4 {
        let factor = f64::from(1 << order);
        for i in (order..4).rev() {
            table[i] = combined(factor / (factor - 1.0), &table[i], -1.0 / (factor - 1.0), &table[i - 1]);
        }
    }
    table.swap_remove(3)
}

/// Sigma in the basis U.
struct Compressed {
    x: Matrix,
    trace: f64,
}

impl Compressed {
    fn new(here: &Evaluation, u: &Matrix) -> Self {
        let inner = |i: usize, a: usize| dot(u.col(i), here.sigma_vectors.col(a));
        let entry = |i: usize, j: usize| {
            here.sigma.iter().enumerate().map(|(a, sigma)| sigma * inner(i, a) * inner(j, a)).sum()
        };
        Self { x: Matrix::from_fn(u.cols(), u.cols(), entry), trace: here.sigma.iter().sum() }
    }

    /// `|<X, M>| / tr Sigma`; 0 without Sigma.
    fn acting(&self, m: &Matrix) -> f64 {
        let product: f64 = self.x.data().iter().zip(m.data()).map(|(x, m)| x * m).sum();
        if self.trace > 0.0 { product.abs() / self.trace } else { 0.0 }
    }

    /// The share of Sigma that is not in the space of U.
    fn outside(&self) -> f64 {
        let inside: f64 = (0..self.x.rows()).map(|i| self.x[(i, i)]).sum();
        if self.trace > 0.0 { (self.trace - inside).abs() / self.trace } else { 0.0 }
    }
}

/// The violations of the conditions.
struct Violation {
    passing: f64,
    imbalance: f64,
    outside: f64,
}

impl Violation {
    fn new(m: &Matrix, sigma: &Compressed, size: f64) -> Self {
        let least = symmetric_eigen(m).0.last().copied().unwrap_or(0.0);
        let passing = if least >= 0.0 { 0.0 } else { -least / size };
        Self { passing, imbalance: sigma.acting(m) / size, outside: sigma.outside() }
    }

    /// The largest one; NaN if one is.
    fn worst(&self) -> f64 {
        let larger = |worst: f64, part: f64| if part > worst || part.is_nan() { part } else { worst };
        [self.passing, self.imbalance, self.outside].into_iter().fold(0.0, larger)
    }
}

fn combined(a: f64, x: &Matrix, b: f64, y: &Matrix) -> Matrix {
    Matrix::from_fn(x.rows(), x.cols(), |i, j| a * x[(i, j)] + b * y[(i, j)])
}

fn frobenius(x: &Matrix) -> f64 {
    x.data().iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}
