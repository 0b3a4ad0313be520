//! Does the reported Sigma hold the critical eigenvalues at the edge? Asked of Hessian-vector products alone.

use serde::{Deserialize, Serialize};

use super::{Products, ROUNDING};
use crate::dynamics::central_flow::Evaluation;
use crate::dynamics::{EffectiveHessian, FlowError};
use crate::eigen::SymmetricOperator;
use crate::numeric::vector::{axpy, dot, scale};
use crate::numeric::{Matrix, symmetric_eigen};
use crate::objective::Objective;
use crate::optimizer::{EDGE, GradientDescent};

/// How far `0 <= X  _|_  M >= 0` is from true, with `M = 2 I - Q' eta H Q - dt d/dt (Q' eta H Q)` along the flow.
///
/// Q are the reported eigenvectors of Sigma and `X = diag(sigma)` its reported eigenvalues. The derivative is that along
/// the flow's own velocity v at fixed Q, by central differences of `Q' eta H(w +- h v) Q`: no third-order contraction,
/// Gram matrix or complementarity problem enters, and signs, weights and factors of the force are those that act.
///
/// The residual of the eigenpairs does not enter. They are Ritz pairs, `U' eta H U` is diagonal to rounding however
/// large the residual, and the flow's problem is about derivatives at fixed U, as M is: both are compressions to the same
/// space, of which Q is another basis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EdgeCertificate {
    /// The step.
    pub step: usize,
    /// Substeps since then.
    pub substep: usize,
    /// `tr X`, which is `tr Sigma`.
    pub trace: f64,
    /// `max(0, -lambda_min(M)) / s` without Sigma: positive if Sigma is needed.
    pub need: f64,
    /// The larger of `-lambda_min(M) / s` and `|<X, M>| / (s tr X)`; s is the size of the terms that M is made of,
    /// `|2 I - Q' eta H Q| + dt |d/dt by the gradient| + dt |d/dt by Sigma|` (Frobenius norms).
    pub violation: f64,
    /// The same where Sigma's force is half as large.
    pub half_violation: f64,
    /// What the differences and rounding may contribute to the violations: see [`edge`].
    pub numerical_error: f64,
}

/// The certificate of the flow at `w`, whose substeps are `dt` long; none without critical eigenvalues.
///
/// The flow takes H for linear in the displacement `dt v` of a substep; half and a quarter of it are the displacements
/// `h v` here. The two differences leave errors `c h^2` and `c h^2 / 4`, of which Richardson's combination is free; how
/// far they are apart, `3/4 c h^2`, is more than the fourth-order rest, and a measure of rounding. Added is rounding
/// of the products, [`ROUNDING`] of `|Q' eta H Q|`, times `1 + 4 (4/3) + 2 (1/3)`, as it stands in M.
///
/// # Errors
/// If a number is infinite or NaN.
pub fn edge(
    objective: &dyn Objective,
    rule: GradientDescent,
    (w, here, dt): (&[f64], &Evaluation, f64),
    products: &Products,
) -> Result<Option<EdgeCertificate>, FlowError> {
    let (q, k) = (&here.sigma_vectors, here.sigma.len());
    if k == 0 {
        return Ok(None);
    }
    let compressed = |direction: &[f64], h: f64| {
        let mut moved = w.to_vec();
        axpy(h, direction, &mut moved);
        let at = objective.linearize(&moved);
        let hq = products.of(EffectiveHessian { at: &*at, rule }).apply(q);
        Matrix::from_fn(k, k, |i, j| 0.5 * (dot(q.col(i), hq.col(j)) + dot(q.col(j), hq.col(i))))
    };
    // dt d/dt (Q' eta H Q) along a direction, by a displacement of share dt on both sides.
    let change = |direction: &[f64], share: f64| {
        let (ahead, behind) = (compressed(direction, share * dt), compressed(direction, -share * dt));
        combined(0.5 / share, &ahead, -0.5 / share, &behind)
    };
    let mut along_gradient = here.gradient.clone();
    scale(-rule.learning_rate, &mut along_gradient);
    let lambda = compressed(&here.velocity, 0.0);
    let (coarse, fine) = (change(&here.velocity, 0.5), change(&here.velocity, 0.25));
    let whole = combined(4.0 / 3.0, &fine, -1.0 / 3.0, &coarse);
    let by_gradient = change(&along_gradient, 0.25);
    let by_sigma = combined(1.0, &whole, -1.0, &by_gradient);
    let slack = Matrix::from_fn(k, k, |i, j| if i == j { EDGE - lambda[(i, j)] } else { -lambda[(i, j)] });
    let size = frobenius(&slack) + frobenius(&by_gradient) + frobenius(&by_sigma);
    let error = frobenius(&combined(1.0, &fine, -1.0, &coarse)) + 7.0 * ROUNDING * frobenius(&lambda);
    let with = |share: f64| {
        let m = combined(1.0, &slack, -1.0, &combined(1.0, &by_gradient, share, &by_sigma));
        Violation::new(&m, &here.sigma, size)
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

/// The violations of the conditions on M.
struct Violation {
    passing: f64,
    imbalance: f64,
}

impl Violation {
    fn new(m: &Matrix, sigma: &[f64], size: f64) -> Self {
        let least = symmetric_eigen(m).0.last().copied().unwrap_or(0.0);
        let trace: f64 = sigma.iter().sum();
        let product: f64 = sigma.iter().enumerate().map(|(i, s)| s * m[(i, i)]).sum();
        let imbalance = if trace > 0.0 { product.abs() / (trace * size) } else { 0.0 };
        Self { passing: if least >= 0.0 { 0.0 } else { -least / size }, imbalance }
    }

    /// The larger one; NaN if one is.
    fn worst(&self) -> f64 {
        if self.imbalance > self.passing || self.imbalance.is_nan() { self.imbalance } else { self.passing }
    }
}

fn combined(a: f64, x: &Matrix, b: f64, y: &Matrix) -> Matrix {
    Matrix::from_fn(x.rows(), x.cols(), |i, j| a * x[(i, j)] + b * y[(i, j)])
}

fn frobenius(x: &Matrix) -> f64 {
    x.data().iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}
