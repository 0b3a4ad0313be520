//! Operators with known, awkward spectra: what every solver is tested on.

use super::SymmetricOperator;
use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot, norm, scale};

/// `Q diag(values) Q'` with Q a product of three seeded Householder reflections.
#[derive(Debug, Clone)]
pub struct KnownSpectrum {
    values: Vec<f64>,
    reflections: Vec<Vec<f64>>,
}

impl KnownSpectrum {
    /// The operator with these eigenvalues, in any order.
    pub fn new(values: Vec<f64>, seed: u64) -> Self {
        let mut stream = Stream::new(seed, "spectra");
        let reflections = (0..3)
            .map(|_| {
                let mut x = stream.normals(values.len());
                scale(1.0 / norm(&x), &mut x);
                x
            })
            .collect();
        Self { values, reflections }
    }

    /// Turns the eigenvectors by mixing the second reflection's vector into the first's.
    pub fn turn(&mut self, amount: f64) {
        let (first, rest) = self.reflections.split_first_mut().expect("three reflections");
        axpy(amount, &rest[0], first);
        scale(1.0 / norm(first), first);
    }

    /// The eigenvalues, descending.
    pub fn sorted(&self) -> Vec<f64> {
        let mut values = self.values.clone();
        values.sort_by(|a, b| b.total_cmp(a));
        values
    }

    /// All named spectra.
    pub fn awkward() -> Vec<(&'static str, KnownSpectrum)> {
        let bulk = |n: usize| (0..n).map(|i| 1.0 - 2.0 * i as f64 / n as f64).collect::<Vec<_>>();
        let with = |top: &[f64], n: usize| [top, &bulk(n)].concat();
        let spectra: Vec<(&'static str, Vec<f64>)> = vec![
            ("separated", with(&[9.0, 7.0, 5.0, 3.0], 100)),
            ("clustered at the edge", with(&[2.0, 2.0 - 1e-9, 2.0 - 2e-9, 1.9], 100)),
            ("equal at the edge", with(&[2.0, 2.0, 2.0, 1.9], 100)),
            ("large negative", with(&[1.2, 1.1, -50.0, -40.0], 60)),
            ("all negative", bulk(50).iter().map(|x| x - 3.0).collect()),
            ("identity", vec![1.0; 30]),
            ("zero", vec![0.0; 30]),
            ("rank one", [&[5.0][..], &[0.0; 40]].concat()),
            ("geometric", (0..60).map(|i| 0.7_f64.powi(i)).collect()),
            ("huge", bulk(50).iter().map(|x| 1e8 * x).collect()),
            ("tiny", bulk(50).iter().map(|x| 1e-8 * x).collect()),
            ("one-dimensional", vec![3.0]),
            ("two-dimensional", vec![3.0, -4.0]),
        ];
        spectra.into_iter().map(|(name, values)| (name, KnownSpectrum::new(values, 7))).collect()
    }
}

impl SymmetricOperator for KnownSpectrum {
    fn dim(&self) -> usize {
        self.values.len()
    }

    fn apply(&self, v: &Matrix) -> Matrix {
        let mut out = v.clone();
        for j in 0..v.cols() {
            let x = out.col_mut(j);
            self.reflections.iter().for_each(|r| reflect(r, x));
            x.iter_mut().zip(&self.values).for_each(|(x, value)| *x *= value);
            self.reflections.iter().rev().for_each(|r| reflect(r, x));
        }
        out
    }
}

fn reflect(r: &[f64], x: &mut [f64]) {
    axpy(-2.0 * dot(r, x), r, x);
}
