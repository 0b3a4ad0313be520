//! Two eigenvalues, of which the second rises faster and overtakes the first: near the edge, or at it.
//!
//! `L(x, y, z) = 1/2 S_1 x_1^2 + 1/2 S_2 x_2^2 - p y - q z` with `S_1 = c_1 + y`, `S_2 = c_2 + y + z`, `c_1 > c_2` and
//! `q > p > 0`. On the floor, with `Sigma = diag(s_1, s_2)`:
//! `dS_1/dt = eta (p - (s_1 + s_2) / 2)`, `dS_2/dt = eta (p + q - s_1 / 2 - s_2)`.
//!
//! *Before the edge* `S_1` rises at `eta p` and `S_2` at `eta (p + q)`.
//! *With `S_1` alone at 2/eta*: `s_1 = 2 p`, and `S_2` goes on at `eta q`. The gap `S_1 - S_2` has closed at `eta q` all the
//! while, so they meet at `t_x = (c_1 - c_2) / (eta q)` wherever the edge is.
//! *With `S_2` alone at 2/eta*: `s_2 = p + q`, and `dS_1/dt = -eta (q - p) / 2 < 0`. Were both to stay, `s_2 = 2 q` and
//! `s_1 = 2 (p - q) < 0` would be needed, so they cannot: where they meet at the edge, Sigma jumps from
//! `diag(2 p, 0)` to `diag(0, p + q)`, and the first eigenvalue, which came there first, falls away.
//!
//! So either the first is at the edge from `t_1 = (2/eta - c_1) / (eta p)` to `t_x` and the second from then on, or, if
//! `t_x < t_1`, they change places below the edge and the second alone comes there, at `t_2 = (2/eta - c_2) / (eta (p + q))`.

use serde::{Deserialize, Serialize};

use super::Pencil;
use super::pencil::{self, Shape, Shaped};
use crate::numeric::Matrix;
use crate::objective::{BuildError, Entry, Objective, ObjectiveMemory};
use crate::source::Kind;

/// What a crossing is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crossing {
    /// `c_1 > c_2`: both eigenvalues at the start.
    pub curvature: [f64; 2],
    /// `p > 0`: the force by which both rise.
    pub slope: f64,
    /// `q > p`: the force by which the second rises besides.
    pub drift: f64,
}

/// The central flow on a crossing, from its floor at y = z = 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossingPath {
    /// When the flow comes to the edge.
    pub entry: f64,
    /// When the eigenvalues meet, `t_x`.
    pub meeting: f64,
}

pub(super) const KIND: Kind<dyn Entry> =
    Kind { name: "crossing", lists: &["curvature"], read: pencil::read::<Crossing> };

impl Entry for Crossing {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        pencil::build(self, seed)
    }

    fn memory(&self) -> ObjectiveMemory {
        pencil::memory(2, 2)
    }

    fn cost(&self) -> f64 {
        pencil::COST
    }

    fn description(&self) -> String {
        let Crossing { curvature: [first, second], slope, drift } = self;
        format!("crossing of eigenvalues {first} and {second}, slope {slope}, drift {drift}")
    }
}

impl Shaped for Crossing {
    const ACCEPTED: &'static str = "accepted are two finite curvatures, the first the larger, and drift > slope > 0: \
        else the second eigenvalue does not overtake the first";

    fn is_well_formed(&self) -> bool {
        let finite = self.curvature.iter().chain([&self.drift]).all(|x| x.is_finite());
        finite && self.curvature[0] > self.curvature[1] && self.drift > self.slope && self.slope > 0.0
    }

    fn pencil(&self, seed: u64) -> Pencil {
        let diagonal = |a: f64, b: f64| Matrix::from_columns(2, 2, vec![a, 0.0, 0.0, b]);
        let shape = Shape {
            base: diagonal(self.curvature[0], self.curvature[1]),
            slopes: vec![diagonal(1.0, 1.0), diagonal(0.0, 1.0)],
            force: vec![self.slope, self.drift],
            bend: Matrix::zeros(2, 2),
        };
        Pencil::new(shape, "crossing", seed)
    }
}

impl Crossing {
    /// When things happen at learning rate `eta`, if the start is below the edge.
    pub fn path(&self, eta: f64) -> CrossingPath {
        let [first, second] = self.curvature;
        let meeting = (first - second) / (eta * self.drift);
        let entry = (2.0 / eta - first) / (eta * self.slope);
        let entry =
            if entry <= meeting { entry } else { (2.0 / eta - second) / (eta * (self.slope + self.drift)) };
        CrossingPath { entry, meeting }
    }

    /// The diagonal `(s_1, s_2)` of Sigma at time `t`.
    pub fn covariance(&self, eta: f64, t: f64) -> [f64; 2] {
        let CrossingPath { entry, meeting } = self.path(eta);
        match (t >= entry, t >= meeting) {
            (false, _) => [0.0, 0.0],
            (true, false) => [2.0 * self.slope, 0.0],
            (true, true) => [0.0, self.slope + self.drift],
        }
    }

    /// `(S_1, S_2)` at time `t`.
    pub fn eigenvalues(&self, eta: f64, t: f64) -> [f64; 2] {
        let CrossingPath { entry, meeting } = self.path(eta);
        let free = t.min(entry);
        let second_alone = (t - entry.max(meeting)).max(0.0);
        let fallen = 0.5 * eta * (self.drift - self.slope) * second_alone;
        let first = self.curvature[0] + eta * self.slope * free - fallen;
        let second =
            (self.curvature[1] + eta * (self.slope + self.drift) * free + eta * self.drift * (t - free))
                .min(2.0 / eta);
        [first, second]
    }
}
