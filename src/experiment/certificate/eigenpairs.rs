//! Are tracked eigenpairs eigenpairs, and is none missing?

use serde::{Deserialize, Serialize};

use super::{Products, Scene};
use crate::dynamics::EffectiveHessian;
use crate::eigen::{EigenError, EigenPairs, certify_above};
use crate::numeric::Matrix;
use crate::process::Tracking;

/// What [`certify_above`] finds of the pairs of one process at one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EigenpairCertificate {
    /// The step.
    pub step: usize,
    /// The process.
    pub process: String,
    /// The number of pairs certified: those above the tracker's threshold, at least the first.
    pub count: usize,
    /// The largest relative residual, recomputed.
    pub residual: f64,
    /// The largest relative residual as it was reported.
    pub reported: f64,
    /// The largest entry of `|U' U - I|`.
    pub orthogonality: f64,
    /// By how much a missed eigenvalue exceeds what it should not, over the largest eigenvalue; 0 if none was missed.
    pub missed: f64,
    /// The same for an answer without the first pair; none if that was not asked.
    pub dropped: Option<f64>,
}

/// Certifies the pairs of every process, and the answer without its first pair of one process.
///
/// # Errors
/// If a product is infinite or NaN.
pub fn eigenpairs(scene: &Scene<'_>, products: &Products) -> Result<Vec<EigenpairCertificate>, EigenError> {
    let mut certificates = Vec::new();
    let mut dropped = false;
    for tracking in scene.tracking() {
        let Some(pairs) = tracking.tracker.pairs() else { continue };
        // Only where there is a pair above the threshold must it be missed.
        let drop = !dropped && pairs.values.first().is_some_and(|top| *top > tracking.tracker.threshold());
        dropped |= drop;
        certificates.push(certificate(scene, &tracking, pairs, drop, products)?);
    }
    Ok(certificates)
}

fn certificate(
    scene: &Scene<'_>,
    tracking: &Tracking<'_>,
    pairs: &EigenPairs,
    drop: bool,
    products: &Products,
) -> Result<EigenpairCertificate, EigenError> {
    let at = tracking.coordinates.around(scene.now.objective.linearize(&tracking.weights));
    let operator = products.of(EffectiveHessian { at: &*at, step: tracking.coordinates.step() });
    let threshold = tracking.tracker.threshold();
    let (seed, tolerance) = (scene.now.step as u64, scene.eigen_tolerance);
    let count = pairs.values.iter().take_while(|value| **value > threshold).count().max(1);
    let answer = |from: usize| range(pairs, from, count);
    let found = certify_above(&operator, &answer(0), threshold, tolerance, seed)?;
    let excess = |missed: Option<f64>, answer: &EigenPairs| {
        let lowest = answer.values.iter().fold(threshold, |least, value| least.min(*value));
        missed.map_or(0.0, |missed| (missed - lowest) / pairs.values[0].abs().max(f64::MIN_POSITIVE))
    };
    let dropped = if drop {
        let rest = if count > 1 { answer(1) } else { elsewhere(pairs, threshold) };
        let found = certify_above(&operator, &rest, threshold, tolerance, seed)?;
        Some(excess(found.missed, &rest))
    } else {
        None
    };
    Ok(EigenpairCertificate {
        step: scene.now.step,
        process: tracking.process.to_string(),
        count,
        residual: found.max_residual,
        reported: pairs.residual_above(threshold),
        orthogonality: found.orthogonality,
        missed: excess(found.missed, &answer(0)),
        dropped,
    })
}

/// The pairs `from..to`.
fn range(pairs: &EigenPairs, from: usize, to: usize) -> EigenPairs {
    EigenPairs {
        values: pairs.values[from..to].to_vec(),
        vectors: pairs.vectors.cols_range(from, to),
        residuals: pairs.residuals[from..to].to_vec(),
        ..pairs.clone()
    }
}

/// An answer of one pair that is none: the coordinate in which the first eigenvector is smallest, with a value that is too
/// low.
fn elsewhere(pairs: &EigenPairs, value: f64) -> EigenPairs {
    let first = pairs.vectors.col(0);
    let least = (0..first.len()).fold(0, |a, b| if first[b].abs() < first[a].abs() { b } else { a });
    let vectors = Matrix::from_fn(first.len(), 1, |i, _| if i == least { 1.0 } else { 0.0 });
    EigenPairs { values: vec![value], vectors, residuals: vec![1.0], ..pairs.clone() }
}
