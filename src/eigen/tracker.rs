//! Keeps the largest eigenpairs warm along a trajectory.

use super::basis::random_block;
use super::{EigenError, EigenPairs, Request, SymmetricOperator, lanczos, lobpcg};
use crate::numeric::Matrix;

/// What to track.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackerSettings {
    /// All eigenvalues above this are tracked, and one more.
    pub threshold: f64,
    /// The relative residual of accepted pairs.
    pub tolerance: f64,
    /// The most eigenpairs tracked.
    pub max_count: usize,
    /// The most products in one update.
    pub max_products: usize,
    /// The seed of random directions.
    pub seed: u64,
}

impl Default for TrackerSettings {
    fn default() -> Self {
        Self { threshold: 1.5, tolerance: 1e-5, max_count: 10, max_products: 2000, seed: 0 }
    }
}

/// Follows every eigenvalue above a threshold, adding and dropping pairs.
///
/// The first update is cold (Lanczos), later ones start LOBPCG from the previous vectors and one random guard, which
/// meets what rises from below. The lowest tracked value, the sentinel, lies below the threshold (by more than its
/// residual; it need not converge further) unless `max_count` is reached. Every [`CHECK`] updates a fresh Lanczos run looks for anything missed.
#[derive(Debug, Clone)]
pub struct Tracker {
    settings: TrackerSettings,
    pairs: Option<EigenPairs>,
    updates: u64,
    products: usize,
}

/// Updates between two fresh Lanczos runs.
const CHECK: u64 = 50;

impl Tracker {
    /// A tracker that has seen nothing yet.
    pub fn new(settings: TrackerSettings) -> Self {
        Self { settings, pairs: None, updates: 0, products: 0 }
    }

    /// All products with operators so far.
    pub fn products_total(&self) -> usize {
        self.products
    }

    /// Finds the eigenpairs of the operator at the next point of the trajectory.
    pub fn update(&mut self, operator: &dyn SymmetricOperator) -> Result<&EigenPairs, EigenError> {
        let most = self.settings.max_count.clamp(1, operator.dim().max(1));
        let fresh = self.updates.is_multiple_of(CHECK);
        let mut count = self.pairs.as_ref().map_or(1, |pairs| self.wanted(pairs)).min(most);
        let mut products = 0;
        loop {
            let request = Request {
                count,
                tolerance: self.settings.tolerance,
                settled_below: if self.settings.threshold.is_finite() { self.settings.threshold } else { f64::NEG_INFINITY },
                max_products: self.settings.max_products,
                seed: self.settings.seed.wrapping_add(self.updates),
            };
            let pairs = match &self.pairs {
                Some(pairs) if !fresh => {
                    lobpcg(operator, &with_guard(&pairs.vectors, &request, operator.dim()), &request)?
                }
                _ => lanczos(operator, &request)?,
            };
            products += pairs.products;
            let lowest = *pairs.values.last().expect("at least one pair");
            let complete = lowest <= self.settings.threshold || count >= most;
            self.pairs = Some(pairs);
            if complete {
                break;
            }
            count += 1;
        }
        self.updates += 1;
        self.products += products;
        let pairs = self.pairs.as_mut().expect("just found");
        pairs.products = products;
        Ok(pairs)
    }

    /// Those above the threshold and the sentinel.
    fn wanted(&self, pairs: &EigenPairs) -> usize {
        pairs.values.iter().filter(|&&value| value > self.settings.threshold).count() + 1
    }
}

/// The previous vectors and random guards, `count + 1` columns at least.
fn with_guard(vectors: &Matrix, request: &Request, dim: usize) -> Matrix {
    let guards = (request.count + 1).saturating_sub(vectors.cols()).max(1);
    let random = random_block(dim, guards, request.seed, "guard");
    let mut start = vectors.clone();
    for j in 0..guards {
        start.push_col(random.col(j));
    }
    start
}
