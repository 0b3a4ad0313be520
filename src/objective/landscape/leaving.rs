//! A valley whose sharpness comes to the edge, stays, and falls below it again on its own.
//!
//! `L(x, y, u) = 1/2 (c + y) x^2 - p y - q u + r y u`: downhill along y it sharpens, and by r u ever less so. With
//! `A = u - p/r` and `B = y - q/r`, on the floor with `Sigma = s`:
//! `dB/dt = -eta (r A + s / 2)`, `dA/dt = -eta r B`; the sharpness is `S = c + q/r + B`. Started at y = u = 0, for
//! `p, q, r > 0`: `A_0 = -p/r`, `B_0 = -q/r`. Let `B* = 2/eta - c - q/r` be B at the edge.
//!
//! *Before the edge* `A - B` grows and `A + B` decays as `exp(+-theta)`, `theta = eta r t`, so
//! `B = [(B_0 - A_0) e^theta + (B_0 + A_0) e^-theta] / 2`. It comes to `B*`, if at all, at the smallest theta > 0 that solves
//! `(B_0 - A_0) z^2 - 2 B* z + (B_0 + A_0) = 0`, `z = e^theta`.
//! *At the edge* `B = B*` and `s = -2 r A`, while A rises steadily, at `-eta r B*`, if `B* < 0`. So Sigma falls linearly, and is zero
//! after a further time `A_1 / (eta r B*)`, `A_1` being A on entry. There the flow leaves the edge.
//! *After that* it is gradient flow again: `B = B* cosh theta`, `A = -B* sinh theta` with theta counted from the exit, so
//! that the sharpness falls below 2/eta by `-B* (cosh theta - 1)`.

use serde::{Deserialize, Serialize};

use super::Pencil;
use super::pencil::{self, Shape, Shaped};
use crate::numeric::Matrix;
use crate::objective::{BuildError, Entry, Objective, ObjectiveMemory};
use crate::source::Kind;

/// What a valley to be left is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    /// `c`: the sharpness at the start.
    pub curvature: f64,
    /// `p > 0`: the force of progressive sharpening at the start.
    pub slope: f64,
    /// `q > 0`: the force along u at the start.
    pub drift: f64,
    /// `r > 0`: how fast sharpening lessens along u.
    pub coupling: f64,
}

/// A stay of the central flow at the edge, from the floor at y = u = 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stay {
    /// When the flow comes to the edge.
    pub entry: f64,
    /// When it leaves it again.
    pub exit: f64,
    /// `r`.
    coupling: f64,
    /// `eta r`.
    rate: f64,
    /// `B*`.
    at_edge: f64,
    /// `2/eta`.
    edge: f64,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "leaving", lists: &[], read: pencil::read::<Leaving> };

impl Entry for Leaving {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        pencil::build(self, seed)
    }

    fn memory(&self) -> ObjectiveMemory {
        pencil::memory(1, 2)
    }

    fn cost(&self) -> f64 {
        pencil::COST
    }

    fn description(&self) -> String {
        let Leaving { curvature, slope, drift, coupling } = self;
        format!(
            "valley to be left, of curvature {curvature}, slope {slope}, drift {drift} and coupling {coupling}"
        )
    }
}

impl Shaped for Leaving {
    const ACCEPTED: &'static str =
        "accepted are a finite curvature, and finite slope, drift and coupling above 0";

    fn is_well_formed(&self) -> bool {
        let forces = [self.slope, self.drift, self.coupling];
        self.curvature.is_finite() && forces.iter().all(|&value| value > 0.0 && value.is_finite())
    }

    fn pencil(&self, seed: u64) -> Pencil {
        let entry = |value: f64| Matrix::from_columns(1, 1, vec![value]);
        let shape = Shape {
            base: entry(self.curvature),
            slopes: vec![entry(1.0), entry(0.0)],
            force: vec![self.slope, self.drift],
            bend: Matrix::from_columns(2, 2, vec![0.0, self.coupling, self.coupling, 0.0]),
        };
        Pencil::new(shape, "leaving", seed)
    }
}

impl Leaving {
    /// When the flow is at the edge at learning rate `eta`; none if it starts beyond the edge, never comes there, or
    /// never leaves.
    pub fn stay(&self, eta: f64) -> Option<Stay> {
        let (a, b) = (-self.slope / self.coupling, -self.drift / self.coupling);
        let at_edge = 2.0 / eta - self.curvature + b;
        if at_edge >= 0.0 || at_edge <= b {
            return None;
        }
        // (b - a) z^2 - 2 B* z + (b + a) = 0 with b + a < 0: the smaller root above 1, without cancellation.
        let discriminant = at_edge * at_edge - (b - a) * (b + a);
        let z = (b + a) / (at_edge - discriminant.sqrt());
        if !(discriminant >= 0.0 && z > 1.0) {
            return None;
        }
        let (rate, entry_a) = (eta * self.coupling, 0.5 * ((a - b) * z + (a + b) / z));
        let entry = libm::log(z) / rate;
        let exit = entry + entry_a / (rate * at_edge);
        (entry_a < 0.0).then_some(Stay {
            entry,
            exit,
            coupling: self.coupling,
            rate,
            at_edge,
            edge: 2.0 / eta,
        })
    }
}

impl Stay {
    /// Sigma at time `t`: `-2 r A` at the edge, zero before and after.
    pub fn variance(&self, t: f64) -> f64 {
        let inside = self.entry <= t && t < self.exit;
        let a = self.rate * self.at_edge * (self.exit - t);
        if inside { -2.0 * self.coupling * a } else { 0.0 }
    }

    /// The sharpness at time `t` after the flow has come to the edge.
    pub fn sharpness(&self, t: f64) -> f64 {
        let theta = self.rate * (t - self.exit).max(0.0);
        self.edge + self.at_edge * (libm::cosh(theta) - 1.0)
    }
}
