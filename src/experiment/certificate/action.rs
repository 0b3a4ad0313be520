//! Is the reported Sigma what acts on the flow?

use serde::{Deserialize, Serialize};

use super::{Comparison, Products, ROUNDING};
use crate::dynamics::{CentralFlow, EffectiveHessian, Evaluation, FlowError};
use crate::eigen::SymmetricOperator;
use crate::numeric::vector::{axpy, distance, norm};
use crate::objective::Objective;
use crate::optimizer::{Iterate, Relative, UpdateRule};
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
    /// The velocity, which has `-R (grad L + 1/2 grad <H, Sigma>)`, the displacement of the next substep, the state after it,
    /// `tr(H Sigma H)`.
    pub comparisons: Vec<Comparison>,
}

/// By how much Sigma is too large in the control.
const CONTROL: f64 = 0.01;

/// The certificate of the flow at a point, where it has `here`, and from where its next substep leads to `next`.
///
/// The force is `1/2 sum_i sigma_i grad(q_i' H q_i)`, one contraction an eigenvector: no off-diagonal pairs, weights or rotations.
/// Allowed are `ROUNDING` of each of the k terms in each of the k vectors that a term was rotated from, and what the solver of the
/// complementarity problem may leave of negative eigenvalues, which are reported as 0.
///
/// `tr(H Sigma H) = sum_i sigma_i |H q_i|^2` by fresh products. With residuals R, `H U = U Lambda + R` and `U' R = 0`, it is
/// `tr(X Lambda^2) + tr(X R' R)`: beside rounding the second term is allowed, at most `tr X` times k squares of the largest
/// residual. In the coordinates of weights that have steps of their own the two do not stand at right angles, and twice the root of the
/// product of both is allowed as well.
///
/// # Errors
/// If a number is infinite or NaN.
pub fn action(
    objective: &dyn Objective,
    rule: &dyn UpdateRule,
    (flow, here): (&CentralFlow, &Evaluation),
    next: &Iterate,
    products: &Products,
) -> Result<ActionCertificate, FlowError> {
    let (w, k, coordinates) = (flow.weights(), here.sigma.len(), &here.coordinates);
    let h = coordinates.step();
    let raw = objective.linearize(&flow.query());
    let plain = raw.gradient().to_vec();
    let at = coordinates.around(raw);
    let trace: f64 = here.sigma.iter().sum();
    let mut force = vec![0.0; w.len()];
    let mut largest = 0.0_f64;
    for (i, &sigma) in here.sigma.iter().enumerate() {
        let d = at.third_order(&here.sigma_vectors.cols_range(i, i + 1));
        axpy(0.5 * sigma, d.col(0), &mut force);
        largest = largest.max(norm(d.col(0)));
    }
    let motion = flow.motion(&plain);
    let mean = |g: &[f64], force: &[f64], share: f64| {
        let mut mean = g.to_vec();
        axpy(share, force, &mut mean);
        mean
    };
    let moving = |share: f64| motion.velocity(&mean(at.gradient(), &force, share));
    let (velocity, wrong) = (moving(1.0), moving(1.0 + CONTROL));
    let (gradient_size, force_size) = (norm(at.gradient()), 0.5 * trace * largest);
    let rounding = (k * k).max(1) as f64 * ROUNDING;
    let allowed = motion.rate * (rounding * (gradient_size + force_size) + sdcp::TOLERANCE * force_size);
    let size = motion.rate * (gradient_size + force_size);
    let natural_norm = |w: &[f64]| norm(&coordinates.shrunk(w.to_vec()));
    let (dt, to) = (flow.substep_length(), flow.query_of(next));
    let moved = coordinates.between(&to, &flow.query());
    // The map's step goes by the state that has taken in the gradient, whose steps differ from those of the coordinates.
    let longer = if flow.is_map() { flow.longer(&next.state) } else { Relative::Uniform(0.0) };
    // So does decay, where a learning rate changes: P^-1 is h times kappa, and what decays is of the weights and not of the gradient.
    let state = if flow.is_map() { &next.state } else { &flow.iterate().state };
    let (wider, natural) =
        (rule.edge(state) / rule.edge(&flow.iterate().state), coordinates.shrunk(w.to_vec()));
    let [decay, decays] = [&flow.iterate().state, state].map(|state| rule.decay(state).share);
    let expected = |v: &[f64]| -> Vec<f64> {
        let by_gradient: Vec<f64> = v.iter().zip(&natural).map(|(v, w)| v + decay * w).collect();
        let step = |(v, more): (&f64, f64)| wider * (v + more);
        let moved = by_gradient.iter().zip(longer.of(&by_gradient)).map(step);
        moved.zip(&natural).map(|(v, w)| dt * (v - decays * w)).collect()
    };
    let mut comparisons = vec![
        Comparison::new("velocity", size, distance(&velocity, &here.velocity), allowed)
            .against(distance(&wrong, &here.velocity)),
        Comparison::new(
            "displacement of a substep",
            dt * size,
            distance(&moved, &expected(&velocity)),
            dt * allowed + f64::EPSILON * (natural_norm(w) + natural_norm(&to)),
        )
        .against(distance(&moved, &expected(&wrong))),
    ];
    if motion.has_state() {
        let [with, without] =
            [&here.squares, motion.squares()].map(|squares| motion.state_after(1.0, squares));
        let size = norm(&next.state.squares);
        comparisons.push(
            Comparison::new("state", size, distance(&next.state.squares, &with.squares), rounding * size)
                .against(distance(&next.state.squares, &without.squares)),
        );
    }
    if k > 0 {
        let operator = EffectiveHessian { at: &*at, step: h };
        let hq = products.of(operator).apply(&here.sigma_vectors);
        let square = |i: usize| (norm(&coordinates.shrunk(hq.col(i).to_vec())) / h).powi(2);
        let variance: f64 = here.sigma.iter().enumerate().map(|(i, sigma)| sigma * square(i)).sum();
        let residual =
            here.residual * here.eigenvalues.first().copied().unwrap_or(0.0) / h * coordinates.most_shrunk();
        // In stretched coordinates R is not orthogonal to U Lambda any more.
        let crossed = if coordinates.is_stretched() {
            2.0 * (variance * trace * k as f64).sqrt() * residual
        } else {
            0.0
        };
        comparisons.push(
            Comparison::new(
                "tr(H Sigma H)",
                variance,
                variance - here.gradient_variance,
                (rounding + sdcp::TOLERANCE) * variance + crossed + trace * k as f64 * residual.powi(2),
            )
            .against((1.0 + CONTROL) * variance - here.gradient_variance),
        );
    }
    if !comparisons.iter().all(Comparison::is_finite) {
        return Err(FlowError::NonFinite);
    }
    Ok(ActionCertificate { step: 0, substep: 0, trace, comparisons })
}
