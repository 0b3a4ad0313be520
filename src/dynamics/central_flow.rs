//! The complete central flow of an update rule with edge step h and mean step R, both eta for gradient descent.
//!
//! `dw/dt = -R [grad L + 1/2 grad <H, Sigma>]` with `Sigma = U X U'` in the critical eigenspace, X the solution of
//! the complementarity problem (Cohen, Damian, Talwalkar, Kolter, Lee 2025):
//! `0 <= X  _|_  2 I - d/dt-linearised (U' h H U) >= 0`. Without critical eigenvalues X is empty and this is gradient flow.

use super::ascent::Ascent;
use super::effective_hessian::EffectiveHessian;
use super::eigenpairs::{Wanted, reliable};
use super::settings::Numerics;
use crate::eigen::{EigenError, Tracker, TrackerSettings};
use crate::numeric::pairs;
use crate::numeric::vector::{axpy, distance, dot, norm, scale};
use crate::numeric::{Matrix, symmetric_eigen};
use crate::objective::{Linearization, Objective};
use crate::optimizer::{EDGE, Rule, UpdateRule};
use crate::sdcp::{self, SdcpError};

/// Why a flow stopped.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FlowError {
    /// A value was infinite or not a number.
    #[error("a value became infinite or NaN")]
    NonFinite,
    /// The flow needs too many substeps.
    #[error("more than {substeps} substeps are needed for one step: the flow has become too stiff")]
    TooStiff {
        /// The number of substeps at which it gave up.
        substeps: usize,
    },
    /// The eigen-solver failed.
    #[error("eigenvalues: {0}")]
    Eigen(#[from] EigenError),
    /// Eigenpairs are not known well enough to go on.
    #[error("the eigenpairs did not converge: their relative residual is {residual:.1e}")]
    NotConverged {
        /// The largest relative residual of those that matter.
        residual: f64,
    },
    /// There may be more critical eigenvalues than are tracked.
    #[error(
        "all max_tracked = {tracked} eigenvalues that are tracked are critical, and whether there are more is not known: \
         raise max_tracked (accepted are up to 16, one more than there are critical ones is needed)"
    )]
    Saturated {
        /// How many are tracked.
        tracked: usize,
    },
    /// The complementarity problem has no solution or was not solved.
    #[error("complementarity problem: {0}")]
    Sdcp(#[from] SdcpError),
}

/// The central flow, by Euler substeps with fresh eigenpairs at each.
#[derive(Clone)]
pub struct CentralFlow {
    rule: Rule,
    w: Vec<f64>,
    substeps: usize,
    wanted: Wanted,
    tracker: Tracker,
    evaluation: Option<Evaluation>,
    path: f64,
    ascent: Option<Ascent>,
}

/// Everything the flow knows at one point.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The loss `L(w(t))`.
    pub loss: f64,
    /// The gradient.
    pub gradient: Vec<f64>,
    /// The critical effective eigenvalues and the next one, descending.
    pub eigenvalues: Vec<f64>,
    /// The largest relative residual of the eigenpairs.
    pub residual: f64,
    /// The eigenvalues of Sigma, descending; zeros included, one a critical eigenvalue.
    pub sigma: Vec<f64>,
    /// `dt` times the largest eigenvalue of `-eta^2 <D_ij, g>`: the most by which the effective eigenvalue of a critical
    /// direction would rise in a substep without Sigma; 0 if none would.
    pub rise: f64,
    /// The unit eigenvectors of Sigma.
    pub sigma_vectors: Matrix,
    /// `tr(H Sigma H)`.
    pub gradient_variance: f64,
    /// `sum_i X_ii max(0, eta lambda_i - 2) / (2 eta)`: by how much the loss may rise in a substep because Sigma pushes
    /// eigenvalues back to 2 (see [`Ascent`]).
    pub restoring: f64,
    /// The largest violation of the complementarity conditions (relative; an independent certificate).
    pub complementarity: f64,
    /// The same for half the solution, which is wrong.
    pub half_complementarity: f64,
    /// `dw/dt`.
    pub velocity: Vec<f64>,
    /// The closed form for one critical eigenvalue, where there is exactly one.
    pub single: Option<SingleEigenvalue>,
}

/// The central flow with one critical eigenvalue, computed twice.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SingleEigenvalue {
    /// The talk's `sigma^2 = 2 <-grad L, grad S> / |grad S|^2`, 0 if negative.
    pub closed_form: f64,
    /// X of the complementarity problem on the boundary `S = 2/eta` itself.
    pub solved: f64,
    /// `|v_sdcp - v_projected| / (eta |grad L|)` with `v_projected = -eta (I - n n') grad L`, `n = grad S / |grad S|`;
    /// relative to the unprojected velocity, since of the projected one nothing is left where grad L is parallel to n.
    pub projection_mismatch: f64,
    /// `|<grad L, n>| / |grad L|`: the cosine that conditions sigma^2; 0 where grad L or grad S vanishes.
    pub cosine: f64,
}

impl CentralFlow {
    /// The flow at `w(0)` with `substeps` times as many Euler substeps a unit of time as the rule needs at least.
    pub fn new(rule: Rule, start: Vec<f64>, substeps: usize, numerics: &Numerics, seed: u64) -> Self {
        let substeps = substeps * rule.least_substeps();
        // Beside the critical pairs the tracker reports the next one, so that it is seen coming.
        let tracker = Tracker::new(TrackerSettings {
            threshold: numerics.critical_above,
            tolerance: numerics.eigen_tolerance,
            max_count: numerics.max_tracked,
            // Care for what may come up is due by time, not by substeps.
            guard_every: substeps,
            probe_every: substeps * TrackerSettings::default().probe_every,
            seed,
            ..TrackerSettings::default()
        });
        Self {
            rule,
            w: start,
            substeps,
            wanted: Wanted { critical_above: numerics.critical_above, tolerance: numerics.eigen_tolerance },
            tracker,
            evaluation: None,
            path: 0.0,
            ascent: None,
        }
    }

    /// The present point.
    pub fn weights(&self) -> &[f64] {
        &self.w
    }

    /// HVPs used for eigenpairs so far.
    pub fn products(&self) -> usize {
        self.tracker.products_total()
    }

    /// The length of the path so far.
    pub fn path(&self) -> f64 {
        self.path
    }

    /// The change of the loss in the worst substep of the last unit of time, if one has passed.
    pub fn ascent(&self) -> Option<Ascent> {
        self.ascent
    }

    /// What the flow knows at the present point (computed at most once).
    pub fn evaluate(&mut self, objective: &dyn Objective) -> Result<&Evaluation, FlowError> {
        if self.evaluation.is_none() {
            self.evaluation = Some(self.evaluate_afresh(objective)?);
        }
        Ok(self.evaluation.as_ref().expect("just computed"))
    }

    /// The evaluation at the present point, if it was computed.
    pub fn evaluation(&self) -> Option<&Evaluation> {
        self.evaluation.as_ref()
    }

    /// Integrates over one unit of time; the evaluation at its end is kept for the next one.
    pub fn advance(&mut self, objective: &dyn Objective) -> Result<(), FlowError> {
        self.ascent = None;
        for _ in 0..self.substeps {
            self.substep(objective)?;
        }
        Ok(())
    }

    /// Integrates over one substep.
    pub fn substep(&mut self, objective: &dyn Objective) -> Result<(), FlowError> {
        let dt = self.substep_length();
        self.evaluate(objective)?;
        let before = self.evaluation.take().expect("just evaluated");
        axpy(dt, &before.velocity, &mut self.w);
        self.path += dt * norm(&before.velocity);
        let rate = self.rule.mean_step();
        let after = self.evaluate(objective)?;
        let faster = dot(&after.gradient, &after.velocity) - dot(&after.gradient, &before.velocity);
        let ascent = Ascent {
            change: after.loss - before.loss,
            descent: rate * dt * dot(&before.gradient, &before.gradient),
            loss: before.loss.abs(),
            restoring: before.restoring,
            euler: 0.5 * dt * faster.abs(),
        };
        self.ascent = Some(self.ascent.map_or(ascent, |worst| worst.worse(ascent)));
        Ok(())
    }

    /// The length dt of a substep.
    pub fn substep_length(&self) -> f64 {
        1.0 / self.substeps as f64
    }

    /// The number of substeps a unit of time.
    pub fn substeps(&self) -> usize {
        self.substeps
    }

    /// The eigenpairs at the present point, if it was evaluated.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    fn evaluate_afresh(&mut self, objective: &dyn Objective) -> Result<Evaluation, FlowError> {
        let at = objective.linearize(&self.w);
        if !at.loss().is_finite() || at.gradient().iter().any(|g| !g.is_finite()) {
            return Err(FlowError::NonFinite);
        }
        let Wanted { critical_above, .. } = self.wanted;
        let operator = EffectiveHessian { at: &*at, rule: &*self.rule };
        let pairs = reliable(&mut self.tracker, &operator, &self.wanted)?;
        let critical = pairs.values.iter().take_while(|&&value| value > critical_above).count();
        let u = pairs.vectors.cols_range(0, critical);
        let (eigenvalues, residual) = (pairs.values.clone(), pairs.residual_above(critical_above));
        let forces = Forces::new(&*at, &*self.rule, &eigenvalues[..critical], u, 1.0 / self.substeps as f64)?;
        Ok(forces.evaluation(&*at, eigenvalues, residual))
    }
}

/// The oscillation covariance at a point and the force it exerts.
struct Forces<'a> {
    rule: &'a dyn UpdateRule,
    u: Matrix,
    x: Matrix,
    penalty: Vec<f64>,
    rise: f64,
    complementarity: f64,
    half_complementarity: f64,
    single: Option<SingleEigenvalue>,
}

impl<'a> Forces<'a> {
    /// Solves the complementarity problem, linearised over `dt`, for the critical eigenpairs.
    ///
    /// With `D_ij = grad(u_i' H u_j)`, the rule's h and R:
    /// `A = 2 I - Lambda + dt R h <D_ij, g>`, `B = dt R h / 2 <D_ij, D_kl>`.
    fn new(
        at: &dyn Linearization,
        rule: &'a dyn UpdateRule,
        values: &[f64],
        u: Matrix,
        dt: f64,
    ) -> Result<Self, FlowError> {
        let (k, h, rate, g) = (values.len(), rule.edge_step(), rule.mean_step(), at.gradient());
        let mut penalty = vec![0.0; g.len()];
        if k == 0 {
            let x = Matrix::zeros(0, 0);
            let (rise, complementarity, half_complementarity) = (0.0, 0.0, 0.0);
            return Ok(Self {
                rule,
                u,
                x,
                penalty,
                rise,
                complementarity,
                half_complementarity,
                single: None,
            });
        }
        let d = at.third_order(&u);
        let sharpening: Vec<f64> = (0..d.cols()).map(|pair| rate * h * dot(d.col(pair), g)).collect();
        let gram = Matrix::from_fn(d.cols(), d.cols(), |a, b| dot(d.col(a.max(b)), d.col(a.min(b))));
        let (mut a, mut rises) = (Matrix::zeros(k, k), Matrix::zeros(k, k));
        for (pair, (i, j)) in pairs(k).enumerate() {
            let boundary = if i == j { EDGE - values[i] } else { 0.0 };
            for (i, j) in [(i, j), (j, i)] {
                a[(i, j)] = boundary + dt * sharpening[pair];
                rises[(i, j)] = -dt * sharpening[pair];
            }
        }
        let rise = symmetric_eigen(&rises).0[0].max(0.0);
        let problem = sdcp::Problem::from_gram(a, &gram, 0.5 * dt * rate * h)?;
        let solution = sdcp::solve(&problem)?;
        for (pair, (i, j)) in pairs(k).enumerate() {
            let weight = if i == j { 0.5 } else { 1.0 };
            axpy(weight * solution.x[(i, j)], d.col(pair), &mut penalty);
        }
        let complementarity = sdcp::certify(&problem, &solution.x).worst();
        let mut half = solution.x.clone();
        scale(0.5, half.data_mut());
        let half_complementarity = sdcp::certify(&problem, &half).worst();
        let single = if k == 1 { Some(SingleEigenvalue::new(g, d.col(0), rule)?) } else { None };
        Ok(Self { rule, u, x: solution.x, penalty, rise, complementarity, half_complementarity, single })
    }

    fn evaluation(self, at: &dyn Linearization, eigenvalues: Vec<f64>, residual: f64) -> Evaluation {
        let h = self.rule.edge_step();
        let mut velocity = at.gradient().to_vec();
        axpy(1.0, &self.penalty, &mut velocity);
        self.rule.drift(&mut velocity);
        let k = self.x.rows();
        let (sigma, rotation) = symmetric_eigen(&self.x);
        let mut sigma_vectors = Matrix::zeros(velocity.len(), k);
        for j in 0..k {
            for i in 0..k {
                axpy(rotation[(i, j)], self.u.col(i), sigma_vectors.col_mut(j));
            }
        }
        Evaluation {
            loss: at.loss(),
            gradient: at.gradient().to_vec(),
            gradient_variance: (0..k).fold(0.0, |sum, i| sum + (eigenvalues[i] / h).powi(2) * self.x[(i, i)]),
            restoring: (0..k).fold(0.0, |sum, i| sum + (eigenvalues[i] - EDGE).max(0.0) * self.x[(i, i)])
                / (2.0 * h),
            sigma: sigma.iter().map(|s| s.max(0.0)).collect(),
            eigenvalues,
            residual,
            rise: self.rise,
            sigma_vectors,
            complementarity: self.complementarity,
            half_complementarity: self.half_complementarity,
            velocity,
            single: self.single,
        }
    }
}

impl SingleEigenvalue {
    fn new(g: &[f64], d: &[f64], rule: &dyn UpdateRule) -> Result<Self, SdcpError> {
        let (h, rate) = (rule.edge_step(), rule.mean_step());
        let (force, square) = (dot(g, d), dot(d, d));
        let closed_form = if force < 0.0 { -2.0 * force / square } else { 0.0 };
        let entry = |value: f64| Matrix::from_fn(1, 1, |_, _| value);
        let problem = sdcp::Problem::from_gram(entry(rate * h * force), &entry(square), 0.5 * rate * h)?;
        let solved = sdcp::solve(&problem)?.x[(0, 0)];
        let along = |factor: f64| {
            let mut v = g.to_vec();
            axpy(factor, d, &mut v);
            rule.drift(&mut v);
            v
        };
        let projected = along(if force < 0.0 { -force / square } else { 0.0 });
        let over = |x: f64, y: f64| if x == 0.0 { 0.0 } else { x / y };
        let mismatch = over(distance(&along(0.5 * solved), &projected), rate * norm(g));
        let cosine = over(force.abs(), norm(g) * square.sqrt());
        Ok(Self { closed_form, solved, projection_mismatch: mismatch, cosine })
    }
}
