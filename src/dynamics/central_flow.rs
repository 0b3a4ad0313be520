//! The central flow of an update rule, and its central map.
//!
//! With edge step h and `R = r h`, both eta for gradient descent: `dw/dt = -R [grad L + 1/2 grad <H, Sigma>]`, less `a w` where weights decay
//! beside the step, with `Sigma = U X U'` in
//! the critical eigenspace, X the solution of the complementarity problem (Cohen, Damian, Talwalkar, Kolter, Lee 2025):
//! `0 <= X  _|_  2 I - d/dt-linearised (U' h H U) >= 0`. Without critical eigenvalues X is empty and this is the stable flow. The
//! state of a preconditioner goes along, driven by the mean squares of the gradient.
//!
//! The central map is the recursion of means: the rule itself, fed with the mean gradient and its mean squares.

use super::ascent::Ascent;
use super::effective_hessian::EffectiveHessian;
use super::eigenpairs::{Wanted, reliable};
use super::flow_error::FlowError;
use super::forces::Forces;
use super::motion::{Course, Motion};
use super::natural::Coordinates;
use super::numerics::Numerics;
use super::single_eigenvalue::SingleEigenvalue;
use crate::eigen::{Tracker, TrackerSettings};
use crate::numeric::vector::{axpy, dot, norm};
use crate::numeric::{Matrix, symmetric_eigen};
use crate::objective::Objective;
use crate::optimizer::{EDGE, Iterate, Relative, Rule, State};

/// The central flow, by Euler substeps with fresh eigenpairs at each, or the central map, or the ablated flow.
#[derive(Clone)]
pub struct CentralFlow {
    rule: Rule,
    here: Iterate,
    course: Course,
    wanted: Wanted,
    tracker: Tracker,
    evaluation: Option<Evaluation>,
    path: f64,
    ascent: Option<Ascent>,
}

/// Everything the flow knows at one point; vectors are in natural coordinates but for the gradient.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The natural coordinates of the point.
    pub coordinates: Coordinates,
    /// The loss where the gradient is taken.
    pub loss: f64,
    /// The gradient in the coordinates of the weights.
    pub gradient: Vec<f64>,
    /// The critical effective eigenvalues and the next one, descending.
    pub eigenvalues: Vec<f64>,
    /// The largest relative residual of the eigenpairs.
    pub residual: f64,
    /// The eigenvalues of Sigma, descending; zeros included, one a critical eigenvalue.
    pub sigma: Vec<f64>,
    /// The most by which the effective eigenvalue of a critical direction would rise in a substep without Sigma; 0 if none would.
    pub rise: f64,
    /// The unit eigenvectors of Sigma.
    pub sigma_vectors: Matrix,
    /// `tr(H Sigma H)` in the coordinates of the weights.
    pub gradient_variance: f64,
    /// `tr(h H Sigma h H)`.
    pub effective_variance: f64,
    /// `sum_i X_ii max(0, h lambda_i - 2) / (2 h)`: by how much the loss may rise in a substep because Sigma pushes
    /// eigenvalues back to 2 (see [`Ascent`]).
    pub restoring: f64,
    /// The largest violation of the complementarity conditions (relative; an independent certificate).
    pub complementarity: f64,
    /// The same for half the solution, which is wrong.
    pub half_complementarity: f64,
    /// F: the force of the oscillation, `1/2 grad <H, Sigma>`.
    pub force: Vec<f64>,
    /// rho: by how much a unit of mean gradient lowers the velocity.
    pub rate: f64,
    /// The velocity of the point at which gradients are taken.
    pub velocity: Vec<f64>,
    /// The mean squares of the gradient by coordinate of the weights, where the rule's state follows them.
    pub squares: Vec<f64>,
    /// The closed form for one critical eigenvalue, where there is exactly one.
    pub single: Option<SingleEigenvalue>,
}

impl CentralFlow {
    /// The flow from an iterate with `substeps` times as many Euler substeps a unit of time as the rule needs at least.
    pub fn new(rule: Rule, start: Iterate, substeps: usize, numerics: &Numerics, seed: u64) -> Self {
        let substeps = substeps * rule.least_substeps(&start.state);
        Self::on(Course::Flow { substeps }, rule, start, numerics, seed)
    }

    /// The flow that leaves out the force of the oscillation on the weights, so that only the state of a preconditioner keeps the edge: by
    /// harder steps, not by less curvature (Cohen et al. 2025, ablated flow). The complementarity problem has no solution where the preconditioner
    /// has no state.
    pub fn ablated(rule: Rule, start: Iterate, substeps: usize, numerics: &Numerics, seed: u64) -> Self {
        let substeps = substeps * rule.least_substeps(&start.state);
        Self::on(Course::Ablated { substeps }, rule, start, numerics, seed)
    }

    /// The map from an iterate.
    pub fn map(rule: Rule, start: Iterate, numerics: &Numerics, seed: u64) -> Self {
        Self::on(Course::Map, rule, start, numerics, seed)
    }

    fn on(course: Course, rule: Rule, start: Iterate, numerics: &Numerics, seed: u64) -> Self {
        let substeps = course.substeps();
        // Beside the critical pairs the tracker reports the next one, so that it is seen coming.
        let tracker = Tracker::new(TrackerSettings {
            // Care for what may come up is due by time, not by substeps.
            guard_every: substeps,
            probe_every: substeps * TrackerSettings::default().probe_every,
            ..numerics.tracking(numerics.critical_above, seed)
        });
        Self {
            rule,
            here: start,
            course,
            wanted: Wanted { critical_above: numerics.critical_above, tolerance: numerics.eigen_tolerance },
            tracker,
            evaluation: None,
            path: 0.0,
            ascent: None,
        }
    }

    /// The present point.
    pub fn weights(&self) -> &[f64] {
        &self.here.weights
    }

    /// The present point, and what goes along with it.
    pub fn iterate(&self) -> &Iterate {
        &self.here
    }

    /// The point at which the gradient is taken: for the flow the present one.
    pub fn query(&self) -> Vec<f64> {
        self.query_of(&self.here)
    }

    /// The point at which the gradient of an iterate is taken.
    pub(crate) fn query_of(&self, iterate: &Iterate) -> Vec<f64> {
        match self.course {
            Course::Flow { .. } | Course::Ablated { .. } => iterate.weights.clone(),
            Course::Map => self.rule.query(iterate).into_owned(),
        }
    }

    /// Whether it is the map.
    pub(crate) fn is_map(&self) -> bool {
        self.course == Course::Map
    }

    /// By how much steps are longer with another state than with the present one, relative to them.
    pub(crate) fn longer(&self, state: &State) -> Relative {
        self.rule.edge_steps(&self.here.state).hardened(&self.rule.edge_steps(state))
    }

    /// The loss at the present point, which it has been evaluated at.
    pub fn loss(&self, objective: &dyn Objective) -> f64 {
        match &self.evaluation {
            Some(evaluation) if self.query() == self.here.weights => evaluation.loss,
            _ => objective.linearize(&self.here.weights).loss(),
        }
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
        for _ in 0..self.substeps() {
            self.substep(objective)?;
        }
        Ok(())
    }

    /// Integrates over one substep.
    pub fn substep(&mut self, objective: &dyn Objective) -> Result<(), FlowError> {
        let dt = self.substep_length();
        self.evaluate(objective)?;
        let before = self.evaluation.take().expect("just evaluated");
        let mut mean = before.gradient.clone();
        axpy(1.0, &before.coordinates.shrunk(before.force.clone()), &mut mean);
        self.here = self.moved(&mean, &before.squares);
        self.path += dt * norm(&before.velocity);
        let rate = before.rate;
        let after = self.evaluate(objective)?;
        let gradient = after.coordinates.stretched(after.gradient.clone());
        let faster = dot(&gradient, &after.velocity) - dot(&gradient, &before.velocity);
        let from = before.coordinates.stretched(before.gradient.clone());
        let ascent = Ascent {
            change: after.loss - before.loss,
            descent: rate * dt * dot(&from, &from),
            loss: before.loss.abs(),
            restoring: before.restoring,
            euler: 0.5 * dt * faster.abs(),
        };
        self.ascent = Some(self.ascent.map_or(ascent, |worst| worst.worse(ascent)));
        Ok(())
    }

    /// Where the next substep leads with this mean gradient and mean squares of it, in the coordinates of the weights.
    fn moved(&self, mean_gradient: &[f64], squares: &[f64]) -> Iterate {
        match self.course {
            Course::Flow { .. } | Course::Ablated { .. } => {
                let (dt, mut next) = (self.substep_length(), self.here.clone());
                let velocity = self.rule.drift(&next.weights, &next.state, mean_gradient.to_vec());
                axpy(dt, &velocity, &mut next.weights);
                let state = self.rule.preconditioner().velocity(&self.here.state, squares);
                axpy(dt, &state, &mut next.state.squares);
                next.state.time += dt;
                next
            }
            Course::Map => self.rule.next_mean(&self.here, mean_gradient, squares),
        }
    }

    /// How it moves at the present point with this gradient, of the weights' coordinates, but for Sigma.
    pub(crate) fn motion(&self, gradient: &[f64]) -> Motion<'_> {
        let coordinates = Coordinates::new(&self.rule.edge_steps(&self.here.state));
        Motion::new(&*self.rule, self.course, &self.here, coordinates, gradient)
    }

    /// The length dt of a substep.
    pub fn substep_length(&self) -> f64 {
        1.0 / self.substeps() as f64
    }

    /// The number of substeps a unit of time.
    pub fn substeps(&self) -> usize {
        self.course.substeps()
    }

    /// The eigenpairs at the present point, if it was evaluated.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    fn evaluate_afresh(&mut self, objective: &dyn Objective) -> Result<Evaluation, FlowError> {
        let query = self.query();
        let raw = objective.linearize(&query);
        if !raw.loss().is_finite() || raw.gradient().iter().any(|g| !g.is_finite()) {
            return Err(FlowError::NonFinite);
        }
        let gradient = raw.gradient().to_vec();
        let coordinates = Coordinates::new(&self.rule.edge_steps(&self.here.state));
        let at = coordinates.around(raw);
        let Wanted { critical_above, .. } = self.wanted;
        let operator = EffectiveHessian { at: &*at, step: coordinates.step() };
        let pairs = reliable(&mut self.tracker, &operator, &self.wanted)?;
        let critical = pairs.values.iter().take_while(|&&value| value > critical_above).count();
        let u = pairs.vectors.cols_range(0, critical);
        let (eigenvalues, residual) = (pairs.values.clone(), pairs.residual_above(critical_above));
        let motion = Motion::new(&*self.rule, self.course, &self.here, coordinates, &gradient);
        let forces = Forces::new(&*at, &motion, &eigenvalues[..critical], u)?;
        Ok(Evaluation::new(at.loss(), (gradient, at.gradient()), (eigenvalues, residual), motion, forces))
    }
}

impl Evaluation {
    /// Of the loss, the gradient in either coordinates and the eigenvalues with their residual.
    fn new(
        loss: f64,
        (gradient, natural): (Vec<f64>, &[f64]),
        (eigenvalues, residual): (Vec<f64>, f64),
        motion: Motion<'_>,
        forces: Forces,
    ) -> Self {
        let h = motion.edge_step();
        let mut mean = natural.to_vec();
        axpy(1.0, &forces.force, &mut mean);
        let k = forces.x.rows();
        let (sigma, rotation) = symmetric_eigen(&forces.x);
        let mut sigma_vectors = Matrix::zeros(mean.len(), k);
        for j in 0..k {
            for i in 0..k {
                axpy(rotation[(i, j)], forces.u.col(i), sigma_vectors.col_mut(j));
            }
        }
        let above = |i: usize| (eigenvalues[i] - EDGE).max(0.0);
        Self {
            loss,
            gradient,
            gradient_variance: forces.gradient_variance(&motion, &eigenvalues),
            effective_variance: (0..k).fold(0.0, |sum, i| sum + eigenvalues[i].powi(2) * forces.x[(i, i)]),
            restoring: (0..k).fold(0.0, |sum, i| sum + above(i) * forces.x[(i, i)]) / (2.0 * h),
            sigma: sigma.iter().map(|s| s.max(0.0)).collect(),
            rise: forces.rise,
            sigma_vectors,
            complementarity: forces.complementarity,
            half_complementarity: forces.half_complementarity,
            rate: motion.rate,
            velocity: motion.velocity(&mean),
            squares: motion.mean_squares(|| forces.variances(&motion)),
            single: forces.single,
            force: forces.force,
            coordinates: motion.coordinates,
            eigenvalues,
            residual,
        }
    }
}
