//! Operators with known spectra, chosen to be awkward.

use super::SymmetricOperator;
use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot, norm, scale};

/// `H = Q D Q^T` with a given diagonal D and Q a product of Householder reflections `I - 2 w w^T`.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// What makes it awkward.
    pub name: &'static str,
    diagonal: Vec<f64>,
    reflections: Vec<Vec<f64>>,
}

impl Known {
    /// The eigenvalues in a random basis.
    pub fn new(name: &'static str, diagonal: Vec<f64>, seed: u64) -> Self {
        let mut random = Stream::new(seed, "spectra");
        let reflections = (0..3).map(|_| unit(random.normals(diagonal.len()))).collect();
        Self { name, diagonal, reflections }
    }

    /// The `count` largest eigenvalues, descending.
    pub fn top(&self, count: usize) -> Vec<f64> {
        let mut values = self.diagonal.clone();
        values.sort_by(|a, b| b.total_cmp(a));
        values.truncate(count);
        values
    }

    /// The eigenvector that belongs to entry `i` of the diagonal.
    pub fn vector(&self, i: usize) -> Vec<f64> {
        let mut e = vec![0.0; self.diagonal.len()];
        if let Some(entry) = e.get_mut(i) {
            *entry = 1.0;
        }
        self.reflections.iter().rev().for_each(|w| reflect(w, &mut e));
        e
    }
}

impl SymmetricOperator for Known {
    fn dim(&self) -> usize {
        self.diagonal.len()
    }

    fn apply(&self, v: &Matrix) -> Matrix {
        let mut y = v.clone();
        for j in 0..y.cols() {
            let column = y.col_mut(j);
            self.reflections.iter().for_each(|w| reflect(w, column));
            column.iter_mut().zip(&self.diagonal).for_each(|(y, d)| *y *= d);
            self.reflections.iter().rev().for_each(|w| reflect(w, column));
        }
        y
    }
}

/// The awkward spectra of dimension `dim` (at least 12), and those of dimension 1 and 2.
pub fn catalogue(dim: usize, seed: u64) -> Vec<Known> {
    let at = |f: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..dim).map(f).collect() };
    let bulk = |i: usize| 1.0 - i as f64 / dim as f64;
    let power = |base: f64, i: usize| (0..i).fold(1.0, |x, _| x * base);
    let spectra: Vec<(&'static str, Vec<f64>)> = vec![
        ("linear", at(&|i| bulk(i) * 2.0)),
        ("five equal to eleven digits", at(&|i| if i < 5 { 20.0 + 1e-10 * i as f64 } else { bulk(i) })),
        ("pair close to four digits", at(&|i| if i < 2 { 20.0 + 2e-3 * i as f64 } else { bulk(i) })),
        ("four equal", at(&|i| if i < 4 { 20.0 } else { bulk(i) })),
        (
            "three equal below one",
            at(&|i| {
                if i == 0 {
                    30.0
                } else if i < 4 {
                    20.0
                } else {
                    bulk(i)
                }
            }),
        ),
        ("nine equal", at(&|i| if i < 9 { 20.0 } else { bulk(i) })),
        ("one and many equal", at(&|i| if i == 0 { 3.0 } else { 1.0 })),
        ("large negative", at(&|i| if i < 6 { 6.0 - i as f64 } else { -1e3 * bulk(dim - i) })),
        ("one huge negative", at(&|i| if i + 1 == dim { -1e4 } else { 3.0 * power(0.5, i) })),
        ("all negative", at(&|i| -1.0 - i as f64)),
        ("top zero", at(&|i| if i < 2 { 0.0 } else { -bulk(dim - i) - 0.1 })),
        ("identity", vec![1.0; dim]),
        ("zero", vec![0.0; dim]),
        ("rank one", at(&|i| if i == 0 { 7.0 } else { 0.0 })),
        ("rank one negative", at(&|i| if i == 0 { -7.0 } else { 0.0 })),
        ("plus and minus one", at(&|i| if i % 2 == 0 { 1.0 } else { -1.0 })),
        ("geometric decay", at(&|i| power(0.7, i))),
        ("huge", at(&|i| 1e8 * power(0.8, i))),
        ("tiny", at(&|i| 1e-8 * power(0.8, i))),
        ("extremely tiny", at(&|i| 1e-120 * power(0.8, i))),
        ("one dimension", vec![-3.0]),
        ("two dimensions", vec![2.0, -5.0]),
        ("two equal dimensions", vec![4.0, 4.0]),
    ];
    let known = |(i, (name, d)): (usize, (&'static str, Vec<f64>))| Known::new(name, d, seed + i as u64);
    spectra.into_iter().enumerate().map(known).collect()
}

/// An operator that moves with time: eigenvalues cross, rise from the bulk, lock at one, and sink; the basis
/// turns.
#[derive(Debug, Clone)]
pub struct Path {
    bulk: Vec<f64>,
    reflections: Vec<(Vec<f64>, Vec<f64>)>,
    aside: Vec<f64>,
    turn: f64,
}

impl Path {
    /// A path in dimension `dim` (at least 12) whose eigenvectors turn by about `turn` radians a unit of
    /// time.
    pub fn new(dim: usize, turn: f64, seed: u64) -> Self {
        let mut random = Stream::new(seed, "path");
        let bulk = (0..dim).map(|i| 0.35 * (1.0 - 1.3 * i as f64 / dim as f64)).collect();
        let pair = |random: &mut Stream| (unit(random.normals(dim)), unit(random.normals(dim)));
        let reflections = (0..3).map(|_| pair(&mut random)).collect();
        Self { bulk, reflections, aside: unit(random.normals(dim)), turn }
    }

    /// The same path with the largest eigenvalue of the bulk at `top` instead of 0.35.
    pub fn crowded(mut self, top: f64) -> Self {
        self.bulk.iter_mut().for_each(|b| *b *= top / 0.35);
        self
    }

    /// The operator at time `t`, from 0 to 100, with the eigenvectors turned aside by about `swing` radians.
    ///
    /// The eigenvalues of interest are those above 0.8.
    pub fn at(&self, t: f64, swing: f64) -> Known {
        let ramp = |from: f64, to: f64, start: f64, end: f64| {
            from + (to - from) * ((t - start) / (end - start)).clamp(0.0, 1.0)
        };
        let mut diagonal = self.bulk.clone();
        let movers = [
            ramp(0.7, 1.0, 0.0, 20.0),
            ramp(1.2, 1.0, 0.0, 30.0),
            ramp(0.95, 1.3, 0.0, 60.0),
            ramp(0.1, 1.0 + 1e-12, 20.0, 45.0),
            ramp(0.2, 1.1, 50.0, 62.0),
            ramp(0.9, 0.2, 30.0, 50.0),
            ramp(0.0, 0.9, 70.0, 73.0),
            ramp(0.5, 0.75, 0.0, 100.0),
        ];
        movers.iter().zip(&mut diagonal).for_each(|(value, d)| *d = *value);
        let reflection = |(w, v): &(Vec<f64>, Vec<f64>)| {
            let mut w = w.clone();
            axpy(0.5 * self.turn * t, v, &mut w);
            axpy(0.5 * swing, &self.aside, &mut w);
            unit(w)
        };
        Known { name: "path", diagonal, reflections: self.reflections.iter().map(reflection).collect() }
    }
}

fn unit(mut w: Vec<f64>) -> Vec<f64> {
    let length = norm(&w);
    scale(if length > 0.0 { 1.0 / length } else { 0.0 }, &mut w);
    w
}

fn reflect(w: &[f64], y: &mut [f64]) {
    axpy(-2.0 * dot(w, y), w, y);
}
