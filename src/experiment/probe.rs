//! Extra measurements at a point of a run, made only for predictions that ask for them.

use serde::{Deserialize, Serialize};

use super::certificate::{
    self, ActionCertificate, DistanceCertificate, EdgeCertificate, EigenpairCertificate, Products, Scene,
};
use crate::dynamics::{Coordinates, EffectiveHessian, EulerDrift, FlowError};
use crate::eigen::{EigenError, EigenPairs, Request, lanczos};
use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot, norm, scale};
use crate::objective::{Linearization, Objective};
use crate::process::{Kind, MapSample, Sample, central_flow, central_map, segments};

/// A measurement beside the time series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// The error of the third-order expansion of the gradient along the top eigenvector.
    Expansion,
    /// Gradient descent on the quadratic Taylor approximation.
    QuadraticModel,
    /// The central flow's Sigma and force, certified.
    Sigma,
    /// Distances between the processes, recomputed.
    Distances,
    /// Eigenpairs of all processes, certified.
    Eigenpairs,
    /// How gradient descent departs from gradient flow before the edge.
    EulerDrift,
}

/// What the probes of a run found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProbeResults {
    /// Results of [`Probe::Expansion`].
    pub expansions: Vec<Expansion>,
    /// Results of [`Probe::QuadraticModel`].
    pub quadratic_models: Vec<QuadraticModel>,
    /// Results of [`Probe::Sigma`]: what holds the edge.
    pub edges: Vec<EdgeCertificate>,
    /// Results of [`Probe::Sigma`]: what acts.
    pub actions: Vec<ActionCertificate>,
    /// Results of [`Probe::Distances`].
    pub distances: Vec<DistanceCertificate>,
    /// Results of [`Probe::Eigenpairs`].
    pub eigenpairs: Vec<EigenpairCertificate>,
    /// Results of [`Probe::EulerDrift`].
    pub euler_drifts: Vec<EulerDrift>,
    /// HVPs used for certificates.
    pub products: usize,
}

/// Errors of the expansion `grad L(w* + x u) = grad L + x S u + x^2/2 grad S + O(x^3)` at distances `x, x/2, x/4, ...`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expansion {
    /// The step of the midpoint w*.
    pub step: usize,
    /// The distances x, descending by factors of 2.
    pub x: Vec<f64>,
    /// `|grad L(w* + x u) - expansion|`.
    pub error: Vec<f64>,
    /// The same without the third-order term, the traditional theory.
    pub error_without_third: Vec<f64>,
    /// What rounding and the eigenvector's residual may contribute to each error.
    pub floor: Vec<f64>,
}

/// Gradient descent on the quadratic Taylor approximation at a point, along some eigenvectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuadraticModel {
    /// The step of the point.
    pub step: usize,
    /// One entry an eigenvector.
    pub modes: Vec<QuadraticMode>,
}

/// The coordinate along one eigenvector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuadraticMode {
    /// The effective eigenvalue eta lambda.
    pub effective: f64,
    /// `c_t = <u, x_t> + <u, g> / lambda` for t = 0, 1, ...: the distance from the quadratic's stationary point.
    pub coordinates: Vec<f64>,
    /// A bound of the numerical error of each coordinate: residual of the eigenvector and rounding.
    pub error: Vec<f64>,
}

const EIGEN_TOLERANCE: f64 = 1e-11;
const MODES: usize = 3;
const QUADRATIC_STEPS: usize = 20;
const EXPANSION_POINTS: usize = 6;

fn eigenpairs(at: &dyn Linearization, step: f64, count: usize) -> Result<EigenPairs, EigenError> {
    let operator = EffectiveHessian { at, step };
    let count = count.min(at.gradient().len());
    lanczos(&operator, &Request { count, tolerance: EIGEN_TOLERANCE, max_products: 5000, seed: 0 })
}

/// The steps of a run at which certificates are made, evenly spread up to the last.
const CERTIFIED: usize = 8;

impl Probe {
    /// The processes that it looks at by itself; certificates look at all that run.
    pub fn needs(self) -> &'static [&'static Kind] {
        match self {
            Probe::Expansion | Probe::QuadraticModel | Probe::Distances | Probe::Eigenpairs => &[],
            Probe::Sigma => &[&central_flow::KIND, &segments::KIND],
            Probe::EulerDrift => &[&central_map::KIND],
        }
    }

    /// Whether to measure at the sample's step of a run of `steps`.
    ///
    /// Expansions and quadratic models at a quarter, a half and three quarters of the run: before, around and past the onset of the
    /// edge. Certificates at the end of each eighth; Sigma also where it first acts, which may be for a short time only. The
    /// Euler term when the edge is reached.
    pub fn due(self, sample: &Sample, steps: usize, results: &ProbeResults) -> bool {
        let step = sample.step;
        let certified = (1..=CERTIFIED).any(|i| (i * steps / CERTIFIED).max(1) - 1 == step);
        match self {
            Probe::Expansion | Probe::QuadraticModel => [steps / 4, steps / 2, steps * 3 / 4].contains(&step),
            Probe::Distances | Probe::Eigenpairs => certified,
            Probe::Sigma => {
                let acts = sample.central().is_some_and(|c| c.trace() > 0.0);
                certified || acts && results.actions.iter().all(|action| action.trace <= 0.0)
            }
            Probe::EulerDrift => {
                let acts = sample.get::<MapSample>().is_some_and(|map| map.trace > 0.0);
                acts && results.euler_drifts.is_empty()
            }
        }
    }

    /// Measures at the scene's step, from the first midpoint on, and stores the result.
    pub fn measure(self, scene: &Scene<'_>, results: &mut ProbeResults) -> Result<(), FlowError> {
        let Some(midpoint) = scene.now.midpoint else { return Ok(()) };
        let (objective, rule, step) = (scene.now.objective, &**scene.now.rule, scene.now.step);
        let products = Products::default();
        let measured = match self {
            Probe::Expansion => {
                let coordinates = scene.now.discrete.coordinates();
                results.expansions.push(expansion(objective, &coordinates, step, &midpoint.weights)?);
                Ok(())
            }
            Probe::QuadraticModel => {
                results.quadratic_models.push(quadratic_model(
                    objective,
                    rule.learning_rate(),
                    step,
                    &midpoint.weights,
                )?);
                Ok(())
            }
            Probe::Sigma => certificate::sigma(scene, &products, &mut results.edges, &mut results.actions),
            Probe::Distances => {
                certificate::distances(scene).map(|certificate| results.distances.extend(certificate))
            }
            Probe::Eigenpairs => certificate::eigenpairs(scene, &products)
                .map(|certificates| results.eigenpairs.extend(certificates))
                .map_err(FlowError::from),
            Probe::EulerDrift => {
                results.euler_drifts.extend(EulerDrift::measure(objective, rule, step));
                Ok(())
            }
        };
        results.products += products.total();
        measured
    }
}

fn expansion(
    objective: &dyn Objective,
    coordinates: &Coordinates,
    step: usize,
    w: &[f64],
) -> Result<Expansion, EigenError> {
    let around = |w: &[f64]| coordinates.around(objective.linearize(w));
    let at = around(w);
    let pairs = eigenpairs(&*at, coordinates.step(), 1)?;
    let (u, sharpness) = (pairs.vectors.cols_range(0, 1), pairs.values[0] / coordinates.step());
    let sharpness_gradient = at.third_order(&u);
    let mut out = Expansion { step, x: vec![], error: vec![], error_without_third: vec![], floor: vec![] };
    for halvings in 0..EXPANSION_POINTS {
        let x = 0.1 / (1u64 << halvings) as f64;
        let mut moved = w.to_vec();
        axpy(x, &coordinates.stretched(u.col(0).to_vec()), &mut moved);
        let mut difference = around(&moved).gradient().to_vec();
        let size = norm(&difference);
        axpy(-1.0, at.gradient(), &mut difference);
        axpy(-x * sharpness, u.col(0), &mut difference);
        out.x.push(x);
        out.error_without_third.push(norm(&difference));
        axpy(-0.5 * x * x, sharpness_gradient.col(0), &mut difference);
        out.error.push(norm(&difference));
        // A gradient is a sum of many terms, each rounded: 100 eps of its size is what they leave at most here.
        let residual = pairs.residuals[0] * sharpness;
        out.floor.push(100.0 * f64::EPSILON * (size + sharpness * x) + x * residual);
    }
    Ok(out)
}

fn quadratic_model(
    objective: &dyn Objective,
    eta: f64,
    step: usize,
    w: &[f64],
) -> Result<QuadraticModel, EigenError> {
    let at = objective.linearize(w);
    let g = at.gradient();
    let pairs = eigenpairs(&*at, eta, MODES)?;
    let mut x = Stream::new(step as u64, "quadratic model").normals(w.len());
    scale(1.0 / norm(&x), &mut x);
    let mut modes: Vec<QuadraticMode> = pairs
        .values
        .iter()
        .map(|&effective| QuadraticMode { effective, coordinates: vec![], error: vec![] })
        .collect();
    for _ in 0..=QUADRATIC_STEPS {
        for (i, mode) in modes.iter_mut().enumerate() {
            let (u, lambda) = (pairs.vectors.col(i), mode.effective / eta);
            mode.coordinates.push(dot(u, &x) + dot(u, g) / lambda);
            // The residual r = eta H u - (eta lambda) u adds <r, x> a step, rounding of the products some eps |eta H x|;
            // both are then carried on by the factor 1 - eta lambda.
            let residual = pairs.residuals[i] * pairs.values[0].abs();
            let source = (residual + 100.0 * f64::EPSILON * (1.0 + pairs.values[0].abs()))
                * (norm(&x) + norm(g) / lambda.abs());
            let before = mode.error.last().copied().unwrap_or(0.0);
            mode.error.push(before * (1.0 - mode.effective).abs() + source);
        }
        let product = at.hvp(&Matrix::from_columns(w.len(), 1, x.clone()));
        axpy(-eta, g, &mut x);
        axpy(-eta, product.col(0), &mut x);
    }
    Ok(QuadraticModel { step, modes })
}
