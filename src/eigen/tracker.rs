//! The eigenvalues above a threshold along a trajectory of slowly changing operators.

use super::block::{append, orthonormalise, random};
use super::krylov::{Goal, deflated_top, solve};
use super::lobpcg::Iteration;
use super::predictor::Predictor;
use super::{Counted, EigenError, EigenPairs, SymmetricOperator};
use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, norm};

/// What a [`Tracker`] keeps track of, how well, and for how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackerSettings {
    /// All eigenvalues above this one are tracked.
    pub threshold: f64,
    /// The relative residual (see [`EigenPairs::residuals`]) of the tracked pairs.
    pub tolerance: f64,
    /// The most pairs to report, including the sentinel; from 1 to 16.
    pub max_count: usize,
    /// The most products an update may use; at least those of one Rayleigh-Ritz step are always spent.
    pub max_products: usize,
    /// Improve the last guard vector, at one product, every so many updates; 0 never does.
    pub improve_every: usize,
    /// Search for missed eigenvalues with a fresh random direction every so many updates; 0 never does.
    pub probe_every: usize,
    /// The seed of the random directions.
    pub seed: u64,
}

impl Default for TrackerSettings {
    fn default() -> Self {
        Self {
            threshold: 1.5,
            tolerance: 1e-5,
            max_count: 10,
            max_products: 2000,
            improve_every: 1,
            probe_every: 10,
            seed: 0,
        }
    }
}

/// Follows the largest eigenpairs from one operator to the next.
///
/// An update reports the pairs above the threshold and the *sentinel*, the first pair below it. The sentinel
/// is resolved as well as the others only if it is the largest pair or could be above the threshold; else its
/// relative residual is at most 2e-2. One or two further *guard* vectors are carried along unreported, so
/// that an eigenvalue is seen on its way up: an update spends two products on the last one (or one, see
/// [`TrackerSettings::improve_every`]), it takes a free step of the power method, and gets a random admixture. A periodic search (see
/// [`TrackerSettings::probe_every`]) is the safeguard for what they miss. Neither is a proof: an eigenvalue
/// that rises from the bulk past the threshold within an update or two can be reported late, which
/// [`super::certify`] can tell.
///
/// The start block of an update is predicted from the last three, by the rule (the space stays, moves on,
/// alternates, ...) that has predicted best lately.
pub struct Tracker {
    settings: TrackerSettings,
    predictor: Predictor,
    pairs: Option<EigenPairs>,
    above: usize,
    updates: usize,
    products: usize,
    found: usize,
    /// The smallest Ritz value that was met since the last search.
    lowest: f64,
}

/// The relative residual to which a sentinel far below the threshold is resolved.
const LOOSE: f64 = 2e-2;
/// The length of the random admixture to the last guard vector.
const ADMIXTURE: f64 = 0.1;
/// Lanczos steps of a periodic search.
const PROBE_STEPS: usize = 10;
/// Lanczos steps of a search for a new sentinel.
const GROWTH_STEPS: usize = 14;

impl Tracker {
    /// A tracker that has seen no operator yet.
    pub fn new(settings: TrackerSettings) -> Self {
        Self {
            settings,
            predictor: Predictor::new(),
            pairs: None,
            above: 0,
            updates: 0,
            products: 0,
            found: 0,
            lowest: f64::INFINITY,
        }
    }

    /// The eigenpairs of the next operator: cold (Lanczos) the first time or after a change of dimension,
    /// else warm (LOBPCG). After an error the pairs are those from before the call; its products are counted.
    pub fn update(&mut self, op: &dyn SymmetricOperator) -> Result<&EigenPairs, EigenError> {
        self.track(op, self.settings.threshold)
    }

    /// As [`Tracker::update`], with another threshold from now on.
    pub fn track(&mut self, op: &dyn SymmetricOperator, threshold: f64) -> Result<&EigenPairs, EigenError> {
        let settings = TrackerSettings { threshold, ..self.settings };
        validate(&settings, op.dim())?;
        self.settings = settings;
        let mut op = Counted::new(op);
        let result = self.attempt(&mut op);
        self.products += op.products;
        let (pairs, above) = result?;
        self.updates += 1;
        self.above = above;
        Ok(self.pairs.insert(pairs))
    }

    /// The pairs of the last update.
    pub fn pairs(&self) -> Option<&EigenPairs> {
        self.pairs.as_ref()
    }

    /// How many of the reported pairs lie above the threshold.
    pub fn above(&self) -> usize {
        self.above
    }

    /// Whether there may be more eigenvalues above the threshold than `max_count` allows to report: the last
    /// update has no sentinel although the dimension would allow one.
    pub fn saturated(&self) -> bool {
        self.pairs.as_ref().is_some_and(|p| self.above == p.values.len() && self.above < p.vectors.rows())
    }

    /// The products of all updates.
    pub fn products_total(&self) -> usize {
        self.products
    }

    /// How often a periodic search found an eigenvalue that the warm start had missed.
    pub fn found_by_search(&self) -> usize {
        self.found
    }

    fn attempt(&mut self, op: &mut Counted) -> Result<(EigenPairs, usize), EigenError> {
        let TrackerSettings { threshold, tolerance, max_count, max_products, seed, .. } = self.settings;
        let mut stream = Stream::new(seed, &format!("tracker {}", self.updates));
        let start = self.predictor.start().filter(|s| s.rows() == op.dim);
        let falls_due = |every: usize| every > 0 && self.updates.is_multiple_of(every);
        let improve = falls_due(self.settings.improve_every);
        let mut due = start.is_some() && falls_due(self.settings.probe_every);
        let mut iteration = match start {
            Some(start) => {
                let columns = start.cols();
                let mut iteration = Iteration::start(op, &start, columns, 0.0, &mut stream)?;
                if improve && op.products < max_products {
                    iteration.improve_last(op)?;
                }
                iteration
            }
            None => self.cold(op, &mut stream)?,
        };
        let active = |limit: f64, j: usize, values: &[f64], r: f64| {
            let above = above(values, threshold);
            let undecided = values[j] + r > threshold || r > limit * (LOOSE / tolerance).max(1.0);
            r > limit && j < max_count && (j < above.max(1) || j == above && undecided)
        };
        let needed = |values: &[f64]| (above(values, threshold) + 1).min(max_count).min(values.len());
        let mut guard = None;
        let converged = loop {
            let converged = iteration.run(op, tolerance, max_products, &active)?;
            let wanted = (above(&iteration.values, threshold) + 1).min(max_count) + 1;
            let short = iteration.x.cols() < wanted.min(op.dim);
            let steps = if short { GROWTH_STEPS } else { PROBE_STEPS };
            if !(short || due) || !converged || op.products + steps + 1 > max_products {
                // Without a sentinel nothing is known about the eigenvalues further down.
                let blind = short && above(&iteration.values, threshold) == iteration.values.len();
                break converged && !(blind && iteration.values.len() < max_count);
            }
            let fresh = random(op.dim, 1, &mut stream);
            let Some((theta, y, smallest)) = deflated_top(op, &iteration.x, &fresh, steps)? else {
                break converged;
            };
            self.lowest = smallest;
            let lowest = iteration.values[needed(&iteration.values) - 1];
            if short || theta > lowest {
                self.found += usize::from(!short && theta > lowest.max(threshold));
                let before = iteration.x.cols();
                iteration.append(op, &y)?;
                if iteration.x.cols() == before {
                    break false;
                }
            } else {
                guard = Some(y);
            }
            due = false;
        };
        let reported = needed(&iteration.values);
        let above = above(&iteration.values, threshold).min(reported);
        self.lowest = self.lowest.min(iteration.lowest());
        let kept = Kept { tracked: above.max(1).min(reported), reported, guard, lowest: self.lowest };
        let block = next_block(&iteration, &kept, &mut stream);
        self.predictor.record(block, kept.tracked);
        Ok((iteration.pairs(reported, op.products, converged), above))
    }

    fn cold(&self, op: &mut Counted, stream: &mut Stream) -> Result<Iteration, EigenError> {
        let TrackerSettings { threshold, tolerance, max_count, max_products, .. } = self.settings;
        let wanted = |values: &[f64]| (above(values, threshold) + 1).min(max_count);
        let goal = Goal { wanted: &wanted, tolerance, max_products, block: 2, basis: 36 };
        let (x, norm) = solve(op, &goal, stream)?;
        Iteration::start(op, &x, x.cols(), norm, stream)
    }
}

fn validate(settings: &TrackerSettings, dim: usize) -> Result<(), EigenError> {
    if dim == 0 {
        return Err(EigenError::Count { count: 1, dim });
    }
    if settings.threshold.is_nan() {
        return Err(EigenError::Setting("the threshold must be a number"));
    }
    if !(settings.tolerance > 0.0 && settings.tolerance.is_finite()) {
        return Err(EigenError::Setting("the tolerance must be positive and finite"));
    }
    if !(1..=16).contains(&settings.max_count) {
        return Err(EigenError::Setting("max_count must be from 1 to 16"));
    }
    Ok(())
}

fn above(values: &[f64], threshold: f64) -> usize {
    values.iter().take_while(|&&v| v > threshold).count()
}

/// What the next start block is made of.
struct Kept {
    tracked: usize,
    reported: usize,
    guard: Option<Matrix>,
    lowest: f64,
}

/// The reported vectors and one or two guards: surplus vectors are dropped once there are more than two.
///
/// The vectors below the tracked ones take the free step `g + r / (theta - c)` of the power method for `H -
/// c`, with c in the middle between theta and the smallest Ritz value, which damps the unwanted part of the
/// spectrum evenly. The last vector gets a random admixture, and the vector that a search found.
fn next_block(iteration: &Iteration, kept: &Kept, stream: &mut Stream) -> Matrix {
    let mut block = iteration.x.clone();
    let surplus = block.cols() > kept.reported + 2;
    block.truncate_cols(if surplus { kept.reported + 1 } else { block.cols() });
    let r = iteration.residuals();
    for j in kept.tracked..block.cols() {
        // A little further down, since Ritz values lie inside the spectrum.
        let reach = 0.55 * (iteration.values[j] - kept.lowest);
        let step = 1.0 / reach.max(norm(r.col(j))).max(1e-3 * iteration.scale());
        axpy(step, r.col(j), block.col_mut(j));
    }
    if block.cols() > kept.reported {
        let last = block.cols() - 1;
        if let Some(found) = &kept.guard {
            axpy(1.0, found.col(0), block.col_mut(last));
        }
        let noise = random(block.rows(), 1, stream);
        axpy(ADMIXTURE / norm(noise.col(0)).max(f64::MIN_POSITIVE), noise.col(0), block.col_mut(last));
    }
    orthonormal_from(block, kept.tracked)
}

/// Orthonormal columns, given that the first `tracked` ones are; the later ones give way.
fn orthonormal_from(block: Matrix, tracked: usize) -> Matrix {
    let mut basis = block.cols_range(0, tracked);
    for j in tracked..block.cols() {
        let column = orthonormalise(&[&basis], &block.cols_range(j, j + 1));
        append(&mut basis, &column);
    }
    basis
}
