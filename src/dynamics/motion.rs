//! How the central flow or the central map of a rule moves at a point, but for Sigma.

use super::natural::Coordinates;
use crate::numeric::vector::{axpy, scale};
use crate::optimizer::{EDGE, Iterate, OneAtTheEdge, Relative, State, UpdateRule};

/// How time goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    /// The flow: so many Euler substeps a step, inertia being in its pace.
    Flow {
        /// Substeps a step.
        substeps: usize,
    },
    /// The flow whose weights do not feel the oscillation, of which only the state of the preconditioner takes notice.
    Ablated {
        /// Substeps a step.
        substeps: usize,
    },
    /// The map: the recursion that the rule's mean obeys, inertia and all.
    Map,
}

impl Course {
    /// Substeps a step.
    pub fn substeps(self) -> usize {
        match self {
            Course::Flow { substeps } | Course::Ablated { substeps } => substeps,
            Course::Map => 1,
        }
    }
}

/// What the next substep does to the point at which gradients are taken, in natural coordinates: in time dt it moves by
/// `dt (d - rho E g)`, E g the mean gradient.
pub(crate) struct Motion<'a> {
    rule: &'a dyn UpdateRule,
    course: Course,
    state: &'a State,
    /// Squares of the gradient without an oscillation; empty where the state has none.
    squares: Vec<f64>,
    /// The natural coordinates at the point.
    pub coordinates: Coordinates,
    /// rho.
    pub rate: f64,
    /// d, where there is inertia or decay.
    pub carried: Option<Vec<f64>>,
    /// Whether there is inertia in it.
    pub has_inertia: bool,
    /// dt.
    pub dt: f64,
}

impl<'a> Motion<'a> {
    /// At an iterate with this gradient, of the weights' coordinates.
    pub fn new(
        rule: &'a dyn UpdateRule,
        course: Course,
        here: &'a Iterate,
        coordinates: Coordinates,
        gradient: &[f64],
    ) -> Self {
        let (momentum, h) = (rule.momentum(), coordinates.step());
        // P^-1 in natural coordinates, over h.
        let whole = rule.edge(&here.state) / EDGE;
        let (rate, inertia) = match course {
            Course::Flow { .. } | Course::Ablated { .. } => (rule.pace(&here.state) * h, None),
            Course::Map => {
                let carry = || {
                    let mut carried = coordinates.stretched(here.buffer.clone());
                    scale(-momentum.inertia() * whole * h, &mut carried);
                    carried
                };
                (momentum.response() * whole * h, (!here.buffer.is_empty()).then(carry))
            }
        };
        let decay = rule.decay(&here.state).share;
        let has_inertia = inertia.is_some();
        let carried = if decay == 0.0 {
            inertia
        } else {
            let mut carried = inertia.unwrap_or_else(|| vec![0.0; here.weights.len()]);
            axpy(-decay, &coordinates.shrunk(here.weights.clone()), &mut carried);
            Some(carried)
        };
        let squares = here.state.squares_of(gradient);
        let dt = 1.0 / course.substeps() as f64;
        Self { rule, course, state: &here.state, squares, coordinates, rate, carried, has_inertia, dt }
    }

    /// The edge step h.
    pub fn edge_step(&self) -> f64 {
        self.coordinates.step()
    }

    /// Whether natural coordinates differ from those of the weights by more than a factor.
    pub fn is_stretched(&self) -> bool {
        self.coordinates.is_stretched()
    }

    /// Whether the weights do not feel the oscillation.
    pub fn is_ablated(&self) -> bool {
        matches!(self.course, Course::Ablated { .. })
    }

    /// Whether the preconditioner has a state.
    pub fn has_state(&self) -> bool {
        !self.state.squares.is_empty()
    }

    /// By how much 1/h grows in time dt without an oscillation, relatively: what P hardens by.
    pub fn hardening(&self) -> Relative {
        let change = self.change(&self.state.squares, &self.squares);
        self.rule.hardening(self.state, &change, self.dt)
    }

    /// kappa.
    pub fn edge(&self) -> f64 {
        self.rule.edge(self.state)
    }

    /// `sigma^2` with one critical eigenvalue, where the state has a closed form for it.
    pub fn single(&self, at: &OneAtTheEdge) -> Option<f64> {
        self.rule.preconditioner().single(at)
    }

    /// The state after a share of the substep, for mean squares of the gradient.
    pub fn state_after(&self, share: f64, squares: &[f64]) -> State {
        let mut state = self.state.clone();
        axpy(share, &self.change(&self.state.squares, squares), &mut state.squares);
        state.time += share * self.dt;
        state
    }

    /// The squares of the gradient without an oscillation; empty where the state has none.
    pub fn squares(&self) -> &[f64] {
        &self.squares
    }

    /// By how much more P hardens in time dt where the mean squares of the gradient are larger by these.
    pub fn hardening_by(&self, squares: &[f64]) -> Relative {
        let change = self.change(&vec![0.0; self.state.squares.len()], squares);
        self.rule.hardening(self.state, &change, 0.0)
    }

    /// The velocity of the point at which gradients are taken, for a mean gradient in natural coordinates.
    pub fn velocity(&self, mean_gradient: &[f64]) -> Vec<f64> {
        let mut velocity = mean_gradient.to_vec();
        scale(-self.rate, &mut velocity);
        if let Some(carried) = &self.carried {
            axpy(1.0, carried, &mut velocity);
        }
        velocity
    }

    /// The mean squares of the gradient, where the state has any, for variances that an oscillation adds.
    pub fn mean_squares(&self, variances: impl FnOnce() -> Vec<f64>) -> Vec<f64> {
        let mut squares = self.squares.clone();
        if self.has_state() {
            axpy(1.0, &variances(), &mut squares);
        }
        squares
    }

    /// The change of nu in time dt, which is linear in nu and the squares.
    fn change(&self, nu: &[f64], squares: &[f64]) -> Vec<f64> {
        let (preconditioner, state) =
            (self.rule.preconditioner(), State { squares: nu.to_vec(), ..*self.state });
        match self.course {
            Course::Flow { .. } | Course::Ablated { .. } => {
                let mut change = preconditioner.velocity(&state, squares);
                scale(self.dt, &mut change);
                change
            }
            Course::Map => {
                let mut change = preconditioner.after(&state, squares);
                axpy(-1.0, nu, &mut change);
                change
            }
        }
    }
}
