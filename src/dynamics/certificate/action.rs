//! Is the reported Sigma what acts on the flow?

use serde::{Deserialize, Serialize};

use super::{Comparison, Products, ROUNDING};
use crate::dynamics::central_flow::Evaluation;
use crate::dynamics::{EffectiveHessian, FlowError};
use crate::eigen::SymmetricOperator;
use crate::numeric::vector::{axpy, distance, norm};
use crate::objective::Objective;
use crate::optimizer::UpdateRule;
use crate::sdcp;

/// What the reported Sigma does, recomputed from its eigenvalues and eigenvectors alone and compared with what the flow
/// used and reported; the control takes Sigma for 1 % larger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionCertificate {
    /// The step.
    pub step: usize,
    /// Substeps since then.
    pub substep: usize,
    /// `tr Sigma`.
    pub trace: f64,
    /// The velocity `-eta (grad L + 1/2 grad <H, Sigma>)`, the displacement of the next substep, `tr(H Sigma H)`.
    pub comparisons: Vec<Comparison>,
}

/// By how much Sigma is too large in the control.
const CONTROL: f64 = 0.01;

/// The certificate of the flow at `w`, from where its next substep of length `dt` leads to `next`.
///
/// The force is `1/2 sum_i sigma_i grad(q_i' H q_i)`, one contraction an eigenvector: no off-diagonal pairs, weights or rotations.
/// Allowed are `ROUNDING` of each of the k terms in each of the k vectors that a term was rotated from, and what the solver of the
/// complementarity problem may leave of negative eigenvalues, which are reported as 0.
///
/// `tr(H Sigma H) = sum_i sigma_i |H q_i|^2` by fresh products. With residuals R, `H U = U Lambda + R` and `U' R = 0`, it is
/// `tr(X Lambda^2) + tr(X R' R)`: beside rounding the second term is allowed, at most `tr X` times k squares of the largest
/// residual.
///
/// # Errors
/// If a number is infinite or NaN.
pub fn action(
    objective: &dyn Objective,
    rule: &dyn UpdateRule,
    (w, here, dt): (&[f64], &Evaluation, f64),
    next: &[f64],
    products: &Products,
) -> Result<ActionCertificate, FlowError> {
    let (rate, h, k) = (rule.mean_step(), rule.edge_step(), here.sigma.len());
    let at = objective.linearize(w);
    let trace: f64 = here.sigma.iter().sum();
    let mut force = vec![0.0; w.len()];
    let mut largest = 0.0_f64;
    for (i, &sigma) in here.sigma.iter().enumerate() {
        let d = at.third_order(&here.sigma_vectors.cols_range(i, i + 1));
        axpy(0.5 * sigma, d.col(0), &mut force);
        largest = largest.max(norm(d.col(0)));
    }
    let moving = |share: f64| {
        let mut v = at.gradient().to_vec();
        axpy(share, &force, &mut v);
        rule.drift(&mut v);
        v
    };
    let (velocity, wrong) = (moving(1.0), moving(1.0 + CONTROL));
    let (gradient_size, force_size) = (norm(at.gradient()), 0.5 * trace * largest);
    let rounding = (k * k).max(1) as f64 * ROUNDING;
    let allowed = rate * (rounding * (gradient_size + force_size) + sdcp::TOLERANCE * force_size);
    let size = rate * (gradient_size + force_size);
    let moved: Vec<f64> = next.iter().zip(w).map(|(next, w)| next - w).collect();
    let expected = |v: &[f64]| v.iter().map(|v| dt * v).collect::<Vec<f64>>();
    let mut comparisons = vec![
        Comparison::new("velocity", size, distance(&velocity, &here.velocity), allowed)
            .against(distance(&wrong, &here.velocity)),
        Comparison::new(
            "displacement of a substep",
            dt * size,
            distance(&moved, &expected(&velocity)),
            dt * allowed + f64::EPSILON * (norm(w) + norm(next)),
        )
        .against(distance(&moved, &expected(&wrong))),
    ];
    if k > 0 {
        let hq = products.of(EffectiveHessian { at: &*at, rule }).apply(&here.sigma_vectors);
        let variance: f64 =
            here.sigma.iter().enumerate().map(|(i, sigma)| sigma * (norm(hq.col(i)) / h).powi(2)).sum();
        let residual = here.residual * here.eigenvalues.first().copied().unwrap_or(0.0) / h;
        comparisons.push(
            Comparison::new(
                "tr(H Sigma H)",
                variance,
                variance - here.gradient_variance,
                rounding * variance + sdcp::TOLERANCE * variance + trace * k as f64 * residual.powi(2),
            )
            .against((1.0 + CONTROL) * variance - here.gradient_variance),
        );
    }
    if !comparisons.iter().all(Comparison::is_finite) {
        return Err(FlowError::NonFinite);
    }
    Ok(ActionCertificate { step: 0, substep: 0, trace, comparisons })
}
