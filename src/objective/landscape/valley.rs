//! A valley that sharpens downhill: the toy of self-stabilisation.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::Landscape;
use crate::numeric::random::Stream;
use crate::numeric::{Matrix, pairs};
use crate::objective::{BuildError, Entry, Linearization, Objective, ObjectiveMemory};
use crate::source::{Kind, Parsed, Source, require};

/// What a valley is made of; [`Landscape::Valley`] has its formula.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Valley {
    /// The sharpness at y = 0.
    pub curvature: f64,
    /// The slope along the valley, the force of progressive sharpening.
    pub slope: f64,
    /// The number of sharp directions: that many critical eigenvalues.
    pub directions: usize,
}

const MOST_DIRECTIONS: usize = 16;
/// Bytes of a number.
const NUMBER: u64 = size_of::<f64>() as u64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    curvature: Spanned<f64>,
    slope: Spanned<f64>,
    directions: Spanned<usize>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "valley", lists: &[], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let raw: Raw = source.read(table)?;
    let finite = |x: &f64| require(x.is_finite(), || "accepted are finite numbers".into());
    Ok(Arc::new(Valley {
        curvature: *source.check("curvature", &raw.curvature, finite)?,
        slope: *source.check("slope", &raw.slope, finite)?,
        directions: *source.check("directions", &raw.directions, |n| {
            require((1..=MOST_DIRECTIONS).contains(n), || format!("accepted are 1 to {MOST_DIRECTIONS}"))
        })?,
    }))
}

impl Entry for Valley {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        let &Valley { curvature, slope, directions } = self;
        if directions == 0 {
            return Err(BuildError::Empty("directions = 0: accepted is at least 1"));
        }
        Ok(Box::new(Landscape::valley(curvature, slope, directions, seed)))
    }

    fn memory(&self) -> ObjectiveMemory {
        let dim = self.directions as u64 + 1;
        ObjectiveMemory { dim, fixed: NUMBER * dim, point: NUMBER * dim, direction: 0, sweep: 0 }
    }

    fn cost(&self) -> f64 {
        self.directions as f64
    }

    fn description(&self) -> String {
        let Valley { curvature, slope, directions } = self;
        format!("valley of curvature {curvature} and slope {slope} with {directions} sharp directions")
    }
}

impl Landscape {
    /// A valley, started near its floor at y = 0 (stream `valley` of `seed`).
    pub fn valley(curvature: f64, slope: f64, directions: usize, seed: u64) -> Self {
        let mut stream = Stream::new(seed, "valley");
        let mut start: Vec<f64> = stream.normals(directions).iter().map(|x| 0.01 * x).collect();
        start.push(0.0);
        Landscape::Valley { curvature, slope, start }
    }
}

/// The valley at a point, with `S = curvature + y`, `c_i` the relative curvatures.
pub(super) struct ValleyAt {
    w: Vec<f64>,
    sharpness: f64,
    loss: f64,
    gradient: Vec<f64>,
}

/// The curvature along the valley, far below the edge: it bends the floor.
const FLOOR_CURVATURE: f64 = 0.01;

fn relative_curvature(i: usize) -> f64 {
    1.0 / (1.0 + i as f64 / 50.0)
}

impl ValleyAt {
    pub(super) fn new(curvature: f64, slope: f64, w: &[f64]) -> Self {
        let n = w.len() - 1;
        let y = w[n];
        let sharpness = curvature + y;
        let square: f64 = (0..n).map(|i| relative_curvature(i) * w[i] * w[i]).sum();
        let loss = 0.5 * sharpness * square - slope * y + 0.5 * FLOOR_CURVATURE * y * y;
        let mut gradient: Vec<f64> = (0..n).map(|i| sharpness * relative_curvature(i) * w[i]).collect();
        gradient.push(0.5 * square - slope + FLOOR_CURVATURE * y);
        Self { w: w.to_vec(), sharpness, loss, gradient }
    }
}

impl Linearization for ValleyAt {
    fn loss(&self) -> f64 {
        self.loss
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        let n = self.w.len() - 1;
        Matrix::from_fn(n + 1, v.cols(), |i, j| {
            let v = v.col(j);
            if i < n {
                relative_curvature(i) * (self.sharpness * v[i] + self.w[i] * v[n])
            } else {
                (0..n).map(|l| relative_curvature(l) * self.w[l] * v[l]).sum::<f64>() + FLOOR_CURVATURE * v[n]
            }
        })
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        // u' H v = sum_l c_l [S u_l v_l + x_l (u_l v_y + v_l u_y)] + const u_y v_y
        let n = self.w.len() - 1;
        let mut out = Matrix::zeros(n + 1, 0);
        for (i, j) in pairs(u.cols()) {
            let (a, b) = (u.col(i), u.col(j));
            let mut column: Vec<f64> =
                (0..n).map(|l| relative_curvature(l) * (a[l] * b[n] + b[l] * a[n])).collect();
            column.push((0..n).map(|l| relative_curvature(l) * a[l] * b[l]).sum());
            out.push_col(&column);
        }
        out
    }
}
