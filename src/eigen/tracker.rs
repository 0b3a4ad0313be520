//! The eigenvalues above a threshold along a trajectory of slowly changing operators.

use super::block::{append, beside, orthonormalise, random};
use super::krylov::{Goal, Ritz, deflated_top, krylov_space, solve};
use super::predictor::Predictor;
use super::ritz_pairs::limit;
use super::search::Search;
use super::sums::{fewest_products, sums};
use super::{Counted, EigenError, EigenPairs, SymmetricOperator};
use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, norm, scale};

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
    /// Carry the vectors below the threshold along every so many updates. In between they rest, unless one of them
    /// might pass the threshold before they are looked at again; from 1.
    pub guard_every: usize,
    /// Search for missed eigenvalues with a fresh random direction every so many updates; 0 never does.
    pub probe_every: usize,
    /// The seed of the random directions.
    pub seed: u64,
}

impl TrackerSettings {
    /// Whether the pair `j` needs work, given the absolute residual of a converged pair, the Ritz values and its residual.
    fn active(&self, limit: f64, j: usize, values: &[f64], r: f64) -> bool {
        let Self { threshold, tolerance, max_count, .. } = *self;
        let above = above(values, threshold);
        let undecided = values[j] + r > threshold || r > limit * (LOOSE / tolerance).max(1.0);
        r > limit && j < max_count && (j < above.max(1) || j == above && undecided)
    }
}

impl Default for TrackerSettings {
    fn default() -> Self {
        Self {
            threshold: 1.5,
            tolerance: 1e-5,
            max_count: 10,
            max_products: 2000,
            guard_every: 1,
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
/// that an eigenvalue is seen on its way up: an update spends two products on the last one, it takes a free step of the
/// power method, and gets a random admixture. All of these may rest for some updates (see
/// [`TrackerSettings::guard_every`]), and then no sentinel is reported. A periodic search (see
/// [`TrackerSettings::probe_every`]) is the safeguard for what they miss. Neither is a proof: an eigenvalue
/// that rises from the bulk past the threshold within an update or two can be reported late, which
/// [`super::certify`] can tell.
///
/// The start block of an update is predicted from the last three, by the rule (the space stays, moves on,
/// alternates, ...) that has predicted best lately. From there the space grows by the residuals of the pairs that are
/// not yet resolved (Davidson's method); or, where that takes fewer products, it is the Krylov space of one or a few sums of
/// the predicted vectors. If one of these is then mostly outside the Ritz vectors, as happens where two eigenvalues of a sum
/// meet, it is added.
#[derive(Clone)]
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
    below: Below,
    /// The power of two that is taken out of the operators; all that is remembered of them, but the pairs, is so scaled.
    exponent: i32,
}

/// What a tracker knows of the operators so far, as scaled by `2^-exponent`.
struct Past {
    predictor: Predictor,
    lowest: f64,
    below: Below,
    exponent: i32,
}

/// The vectors below the tracked ones in an update.
enum Guards {
    /// They are in the block; a search for what they miss may be due.
    Carried { search: bool },
    /// They are put aside.
    Resting(Matrix),
}

/// What is known about the eigenvalues below the tracked ones since the guards were last carried.
#[derive(Clone, Copy, Default)]
struct Below {
    /// The number of tracked ones.
    tracked: usize,
    /// The largest Ritz value below, and the largest eigenvalue that may belong to it.
    largest: Option<(f64, f64)>,
    /// By how much the Ritz value has risen since the guards were carried the time before.
    rise: Option<f64>,
}

impl Below {
    /// Whether no eigenvalue below will pass the threshold before the guards are carried again: not even if the largest
    /// one rises twice as much as it did last time.
    fn stays(&self, threshold: f64) -> bool {
        let (Some((_, most)), Some(rise)) = (self.largest, self.rise) else { return false };
        most + 2.0 * rise < threshold
    }

    /// What an update with guards has brought.
    fn next(&self, search: &Search, kept: &Kept) -> Self {
        let tracked = kept.tracked;
        let lengths = &search.ritz.lengths;
        let below = (tracked..search.ritz.values.len()).map(|j| (search.ritz.values[j], lengths[j]));
        let largest = below.reduce(|most, next| if next.0 + next.1 > most.0 + most.1 { next } else { most });
        let largest = largest.map(|(value, r)| (value, value + r));
        let before = self.largest.filter(|_| self.tracked == tracked);
        let rise = before.zip(largest).map(|(before, now)| (now.0 - before.0).max(0.0));
        Self { tracked, largest, rise }
    }
}

/// The relative residual to which a sentinel far below the threshold is resolved.
const LOOSE: f64 = 2e-2;
/// The error of a guess about which nothing is known.
const UNKNOWN: f64 = 0.1;
/// The largest Krylov space of sums; beyond, residuals one by one do better.
const PATIENCE: usize = 48;
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
            below: Below::default(),
            exponent: 0,
        }
    }

    /// The eigenpairs of the next operator: cold (Lanczos) the first time or after a change of dimension,
    /// else warm (see [`Tracker`]). After an error the pairs are those from before the call; its products are counted.
    pub fn update(&mut self, op: &dyn SymmetricOperator) -> Result<&EigenPairs, EigenError> {
        self.track(op, self.settings.threshold)
    }

    /// As [`Tracker::update`], with another threshold from now on.
    pub fn track(&mut self, op: &dyn SymmetricOperator, threshold: f64) -> Result<&EigenPairs, EigenError> {
        let settings = TrackerSettings { threshold, ..self.settings };
        validate(&settings, op.dim())?;
        self.settings = settings;
        let mut op = Counted::new(op, self.exponent);
        let mut past = None;
        let result = loop {
            match self.attempt(&mut op) {
                Err(EigenError::Range) if op.rescale() => {
                    let forgotten = self.forget(op.exponent);
                    past.get_or_insert(forgotten);
                }
                result => break result,
            }
        };
        self.products += op.products;
        if let (Err(_), Some(past)) = (&result, past) {
            self.recall(past);
        }
        let (pairs, above) = result?;
        let pairs = op.in_units_of_the_operator(pairs)?;
        self.updates += 1;
        self.above = above;
        Ok(self.pairs.insert(pairs))
    }

    /// The pairs of the last update.
    pub fn pairs(&self) -> Option<&EigenPairs> {
        self.pairs.as_ref()
    }

    /// All eigenvalues above this one are tracked.
    pub fn threshold(&self) -> f64 {
        self.settings.threshold
    }

    /// How many of the reported pairs lie above the threshold.
    pub fn above(&self) -> usize {
        self.above
    }

    /// Whether there may be more eigenvalues above the threshold than `max_count` allows to report: the last
    /// update has no sentinel although the dimension would allow one.
    pub fn saturated(&self) -> bool {
        self.above == self.settings.max_count
            && self.pairs.as_ref().is_some_and(|p| self.above < p.vectors.rows())
    }

    /// The products of all updates.
    pub fn products_total(&self) -> usize {
        self.products
    }

    /// How often a periodic search found an eigenvalue that the warm start had missed.
    pub fn found_by_search(&self) -> usize {
        self.found
    }

    /// Forgets operators of another size, and returns what was known of them.
    fn forget(&mut self, exponent: i32) -> Past {
        Past {
            predictor: std::mem::replace(&mut self.predictor, Predictor::new()),
            lowest: std::mem::replace(&mut self.lowest, f64::INFINITY),
            below: std::mem::take(&mut self.below),
            exponent: std::mem::replace(&mut self.exponent, exponent),
        }
    }

    fn recall(&mut self, past: Past) {
        let Past { predictor, lowest, below, exponent } = past;
        (self.predictor, self.lowest, self.below, self.exponent) = (predictor, lowest, below, exponent);
    }

    /// The settings for the scaled operator.
    fn scaled(&self) -> TrackerSettings {
        TrackerSettings { threshold: self.scale(self.settings.threshold), ..self.settings }
    }

    /// A value of the operator, as one of the scaled operator.
    fn scale(&self, value: f64) -> f64 {
        libm::scalbn(value, -self.exponent)
    }

    fn attempt(&mut self, op: &mut Counted) -> Result<(EigenPairs, usize), EigenError> {
        let mut stream = Stream::new(self.settings.seed, &format!("tracker {}", self.updates));
        let falls_due = |every: usize| every > 0 && self.updates.is_multiple_of(every);
        let probe = falls_due(self.settings.probe_every);
        let rest =
            !probe && !falls_due(self.settings.guard_every) && self.below.stays(self.scaled().threshold);
        let (mut search, guards) = match self.predictor.start().filter(|s| s.rows() == op.dim) {
            Some(start) if rest => self.without_guards(op, start, &mut stream)?,
            Some(start) => (self.with_guards(op, &start, &mut stream)?, Guards::Carried { search: probe }),
            None => (self.cold(op, &mut stream)?, Guards::Carried { search: false }),
        };
        let (converged, found) = self.resolve(op, &mut search, &guards, &mut stream)?;
        let reported = self.needed(&search.ritz.values);
        let above = self.count_above(&search.ritz.values).min(reported);
        let converged = converged && self.reached(&search, above);
        self.lowest = self.lowest.min(search.lowest());
        let kept = Kept { tracked: above.max(1).min(reported), reported, found, lowest: self.lowest };
        let block = match &guards {
            Guards::Carried { .. } => {
                self.below = if converged { self.below.next(&search, &kept) } else { Below::default() };
                next_block(&search, &kept, &mut stream)
            }
            Guards::Resting(guards) => {
                if !converged || kept.tracked != self.below.tracked {
                    self.below = Below::default();
                }
                orthonormal_from(beside(&[&search.ritz.x, guards]), search.ritz.x.cols())
            }
        };
        self.predictor.record(block, kept.tracked);
        Ok((search.ritz.leading(reported, op.products, converged), above))
    }

    fn without_guards(
        &self,
        op: &mut Counted,
        start: Matrix,
        stream: &mut Stream,
    ) -> Result<(Search, Guards), EigenError> {
        let tracked = self.predictor.tracked();
        let search = Search::start(op, &start.cols_range(0, tracked), tracked, 0.0, stream)?;
        Ok((search, Guards::Resting(start.cols_range(tracked, start.cols()))))
    }

    fn with_guards(
        &self,
        op: &mut Counted,
        start: &Matrix,
        stream: &mut Stream,
    ) -> Result<Search, EigenError> {
        let error = self.predictor.error().unwrap_or(UNKNOWN);
        let count = self.count_of_sums(error);
        if count < self.predictor.tracked() {
            return self.start_from_sums(op, start, count, error);
        }
        let mut search = Search::start(op, start, start.cols(), 0.0, stream)?;
        if op.products < self.settings.max_products {
            search.improve_last(op)?;
        }
        Ok(search)
    }

    /// The number of sums to start from: that of the tracked vectors if they are better taken one by one.
    fn count_of_sums(&self, error: f64) -> usize {
        let tracked = self.predictor.tracked();
        let known = self.pairs.as_ref().and_then(|pairs| pairs.values.get(..tracked)).unwrap_or_default();
        let known: Vec<f64> = known.iter().map(|value| self.scale(*value)).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else { return tracked };
        let reach = first - 0.5 * (last + self.lowest);
        fewest_products(&known, reach, libm::log10(error / self.settings.tolerance))
    }

    /// The Krylov space of sums of the predicted vectors, in which the pairs are known unless the budget ended.
    ///
    /// The guards enter with a weight at which their own errors do not exceed that of the predicted vectors.
    fn start_from_sums(
        &self,
        op: &mut Counted,
        start: &Matrix,
        count: usize,
        error: f64,
    ) -> Result<Search, EigenError> {
        let settings = self.scaled();
        let TrackerSettings { tolerance, max_products, .. } = settings;
        let (columns, tracked) = (start.cols(), self.predictor.tracked());
        let enough = |ritz: &Ritz, norm: f64| {
            let limit = limit(tolerance, &ritz.values, norm);
            let done = |j: usize| !settings.active(limit, j, &ritz.values, ritz.residuals[j]);
            ritz.values.len() >= columns && (0..columns).all(done)
        };
        let mut weighted = start.clone();
        (tracked..columns).for_each(|j| scale((error / ADMIXTURE).min(1.0), weighted.col_mut(j)));
        let first = orthonormalise(&[], &sums(&weighted, count));
        let (v, hv) = krylov_space(op, first, max_products.min(PATIENCE), &enough)?;
        let mut search = Search::from_products(v, hv, columns, 0.0);
        let mut lost = search.lost(&start.cols_range(0, tracked));
        lost.truncate_cols(max_products.saturating_sub(op.products));
        search.expand(op, &lost)?;
        Ok(search)
    }

    /// Iterates until the pairs above the threshold and the sentinel are known. Says whether they are, and what a search
    /// found besides.
    fn resolve(
        &mut self,
        op: &mut Counted,
        search: &mut Search,
        guards: &Guards,
        stream: &mut Stream,
    ) -> Result<(bool, Option<Matrix>), EigenError> {
        let settings = self.scaled();
        let TrackerSettings { tolerance, max_count, max_products, threshold, .. } = settings;
        let active = |limit: f64, j: usize, values: &[f64], r: f64| settings.active(limit, j, values, r);
        let mut due = match guards {
            Guards::Carried { search } => *search,
            Guards::Resting(_) => return Ok((search.run(op, tolerance, max_products, &active)?, None)),
        };
        let mut found = None;
        loop {
            let converged = search.run(op, tolerance, max_products, &active)?;
            let above = self.count_above(&search.ritz.values);
            let short = search.ritz.x.cols() < ((above + 1).min(max_count) + 1).min(op.dim);
            let steps = if short { GROWTH_STEPS } else { PROBE_STEPS };
            if !(short || due) || !converged || op.products + steps + 1 > max_products {
                // Without a sentinel nothing is known about the eigenvalues further down.
                let blind = short && above == search.ritz.values.len();
                return Ok((converged && !(blind && search.ritz.values.len() < max_count), found));
            }
            let fresh = random(op.dim, 1, stream);
            let Some((theta, y, smallest)) = deflated_top(op, &search.ritz.x, &fresh, steps)? else {
                return Ok((converged, found));
            };
            self.lowest = smallest;
            let lowest = search.ritz.values[self.needed(&search.ritz.values) - 1];
            if short || theta > lowest {
                self.found += usize::from(!short && theta > lowest.max(threshold));
                let before = search.ritz.x.cols();
                search.look_further();
                search.expand(op, &y)?;
                if search.ritz.x.cols() == before {
                    return Ok((false, found));
                }
            } else {
                found = Some(y);
            }
            due = false;
        }
    }

    fn count_above(&self, values: &[f64]) -> usize {
        above(values, self.scaled().threshold)
    }

    /// Whether the pairs above the threshold have met the tolerance, which rounding may forbid. If there are none, the
    /// first pair need only be known relative to the threshold, where the wanted end of the spectrum begins.
    fn reached(&self, search: &Search, above: usize) -> bool {
        let TrackerSettings { tolerance, threshold, .. } = self.scaled();
        let below = above == 0 && search.ritz.lengths[0] <= tolerance * threshold.abs();
        below || search.ritz.reached(tolerance, above.max(1))
    }

    /// How many of the pairs are reported: those above the threshold and the sentinel, if it is there.
    fn needed(&self, values: &[f64]) -> usize {
        (self.count_above(values) + 1).min(self.settings.max_count).min(values.len())
    }

    fn cold(&self, op: &mut Counted, stream: &mut Stream) -> Result<Search, EigenError> {
        let TrackerSettings { threshold, tolerance, max_count, max_products, .. } = self.scaled();
        let wanted = |values: &[f64]| (above(values, threshold) + 1).min(max_count);
        let goal = Goal { wanted: &wanted, tolerance, max_products, block: 2, basis: 36 };
        let (x, norm) = solve(op, &goal, stream)?;
        Search::start(op, &x, x.cols(), norm, stream)
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
    if settings.guard_every == 0 {
        return Err(EigenError::Setting("guard_every must be at least 1"));
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
    found: Option<Matrix>,
    lowest: f64,
}

/// The reported vectors and one or two guards: surplus vectors are dropped once there are more than two.
///
/// The vectors below the tracked ones take the free step `g + r / (theta - c)` of the power method for `H -
/// c`, with c in the middle between theta and the smallest Ritz value, which damps the unwanted part of the
/// spectrum evenly. The last vector gets a random admixture, and the vector that a search found.
fn next_block(search: &Search, kept: &Kept, stream: &mut Stream) -> Matrix {
    let mut block = search.ritz.x.clone();
    let surplus = block.cols() > kept.reported + 2;
    block.truncate_cols(if surplus { kept.reported + 1 } else { block.cols() });
    let r = &search.ritz.residuals;
    for j in kept.tracked..block.cols() {
        // A little further down, since Ritz values lie inside the spectrum.
        let reach = 0.55 * (search.ritz.values[j] - kept.lowest);
        let step = 1.0 / reach.max(norm(r.col(j))).max(1e-3 * search.ritz.extent());
        axpy(step, r.col(j), block.col_mut(j));
    }
    if block.cols() > kept.reported {
        let last = block.cols() - 1;
        if let Some(found) = &kept.found {
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
