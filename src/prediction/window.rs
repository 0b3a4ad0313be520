//! Where averages are taken: written once, used by all predictions about averages.
//!
//! **Windows.** The theory is started anew at midpoints past the first blow-up, in segments (`dynamics::segment`). Averages
//! are taken over all segments of a run, over those steps at which `tr Sigma` is positive (the map may leave the edge again),
//! without the first [`RESTART`] steps of each: a midpoint is beyond or below the edge by the present phase of the cycle, the
//! map goes to the edge in its first step, by a Sigma that is no variance, and its critical eigenvectors come in within the
//! next ones. A window has at least [`SHORTEST`] steps. An eigenvector of Sigma that becomes critical later has a first
//! blow-up of its own; averages along it start after that ([`after_blow_up`]).
//!
//! **Premise.** The theory averages over a bounded oscillation. Without noise from other directions one may die away below
//! the edge to 1e-100 and take as long to come back ([`sustained`]): there is no average then, and nothing is judged.
//!
//! **Truncation.** The theory keeps terms of third order in the loss. With `y_t = eta S_t - 2` the displacement obeys
//! `x_{t+1} = -(1 + y_t) x_t`; a bounded oscillation has `E log |1 + y| = 0`, hence `E y = E y^2 / 2 + ...`; the midpoint's
//! displacement `(2 w_t - w_{t+1} - w_{t-1}) / 4` is `x_t (1 + (y_t - y_{t-1} + y^2) / 4)`. So the relative error of averages of
//! squares is of the order of `E x^2 y^2 / E x^2`, which is measured at the midpoints of the run itself. Of the gradient the
//! theory keeps what is of second order in x; what is left of it at `x^2 = Sigma` is measured too (`ExpansionRest`), and is
//! larger for an oscillation whose size varies by its kurtosis `E x^4 / (E x^2)^2`, being of fourth order. The mean gradient is
//! `g + F` with the force F of the oscillation, which complementarity makes orthogonal to it, and `T[x, x] / 2`, whose mean F is,
//! varies with `x^2`: of `|grad L|^2` the theory leaves out `(kurtosis - 2) |F|^2`. Last, the theory takes averages as
//! instantaneous. Where Sigma changes at the relative rate rho a step, so does `x^2`, for which
//! `E log |1 + y| = rho / 2`: the sharpness is off by `rho / 2`, what is predicted where it is `2/eta` by the order of rho,
//! and, since `dy/dt = r (1 - x^2 / Sigma)` with the rise r of eta S a step without Sigma, `x^2` by the order of `rho^2 / (2 r)`. [`Truncation`] is all of these.
//!
//! A preconditioner with a state fluctuates with the gradients that it is made of: its inverse is on average larger than that of its
//! average, by the square of the relative fluctuation e of a step against the central map's, which is measured as well. And it gives way:
//! what the sharpness is off by for a constant P, the state is off by instead, and all that follows from P. It follows the squares of the gradient, of
//! which the theory leaves out `2 <g, F>`, of second order in x: mostly the force is orthogonal to the mean gradient, which makes it one of fourth order, but
//! not where weights decay beside the step (`ExpansionRest::decay`). A state that is to hold the edge makes up for it by the oscillation.
//!
//! This is gradient descent. Another rule has its effective sharpness, `h S`, in units in which the edge is 2 as well, and
//! `x_{t+1} = -(1 + q y_t) x_t` to first order (`optimizer::UpdateRule`): `q y` takes the place of y, of which it is 1/q.

use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::process::{CentralSample, ExpansionRest, MapSample, MidpointSample, Sample, SegmentSample};

use super::average::BATCHES;
use super::largest::largest;

pub use crate::process::RESTART;

/// Quarters of a window whose means of `x^2 / Sigma` differ by more than this factor are no parts of one stationary oscillation.
/// A factor that the theory has wrong is in both of them. Bursts along an eigenvector that is critical at times make quarters differ
/// by a few tens on the shipped networks, which statistics tell; what dies away below the edge falls by hundreds of orders.
const STATIONARY: f64 = 1e3;

/// The fewest steps over which an average is judged: batches of some 50 steps, a cycle or two of the sharpness.
pub const SHORTEST: usize = 30 * BATCHES;

/// One step of a segment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The run.
    pub record: &'a Record,
    /// The whole sample.
    pub sample: &'a Sample,
    /// The midpoint.
    pub midpoint: &'a MidpointSample,
    /// The segment.
    pub segment: &'a SegmentSample,
    /// Its central map.
    pub map: &'a CentralSample,
}

impl Moment<'_> {
    /// `tr Sigma` of the weights: Sigma is that of the points at which gradients are taken, where an oscillation may be larger.
    pub fn size(&self) -> f64 {
        self.map.trace() / self.record.amplification.powi(2)
    }

    /// The displacement along the i-th eigenvector of Sigma of the point at which the gradient is taken.
    pub fn oscillation(&self, i: usize) -> Option<f64> {
        Some(self.record.amplification * self.map.oscillation.get(i)?)
    }
}

/// One step at which all processes that started at `w_0` have a sample.
#[derive(Debug, Clone, Copy)]
pub struct FromStart<'a> {
    /// The whole sample.
    pub sample: &'a Sample,
    /// The midpoint.
    pub midpoint: &'a MidpointSample,
    /// The central flow.
    pub central: &'a CentralSample,
    /// The central map.
    pub map: &'a MapSample,
}

/// The step at which the central flow enters the edge of stability.
pub fn edge(record: &Record) -> Option<usize> {
    record.samples.iter().position(|s| s.get::<CentralSample>().is_some_and(|c| c.trace() > 0.0))
}

/// All steps of segments at which averages may be taken.
pub fn in_segments(record: &Record) -> Vec<Moment<'_>> {
    record
        .samples
        .iter()
        .filter_map(|s| moment(record, s))
        .filter(|m| m.sample.step >= m.segment.start + RESTART)
        .collect()
}

/// The steps over which averages are taken, or why there are none.
pub fn at_the_edge(record: &Record) -> Result<Vec<Moment<'_>>, String> {
    if !record.samples.iter().any(|s| s.get::<MapSample>().is_some_and(|map| map.trace > 0.0)) {
        return Err("the central map never entered the edge of stability".to_string());
    }
    if record.samples.iter().all(|s| s.get::<SegmentSample>().is_none()) {
        return Err("the first blow-up of the oscillation was not over, so no segment started".to_string());
    }
    let moments: Vec<_> = in_segments(record).into_iter().filter(|m| m.map.trace() > 0.0).collect();
    if moments.len() < SHORTEST {
        return Err(format!(
            "only {} steps of segments are at the edge of stability; {SHORTEST} are needed",
            moments.len()
        ));
    }
    sustained(&moments)?;
    Ok(moments)
}

/// Whether the oscillation goes on at one size over these moments, at the edge of stability; if not, why there is no average.
pub fn sustained(moments: &[Moment<'_>]) -> Result<(), String> {
    let sizes = sizes(moments, |m| Some((m.midpoint.displacement_square, m.size())));
    if stationary(sizes) {
        return Ok(());
    }
    Err(format!(
        "the oscillation is not sustained: from the first quarter of the steps at the edge to the last, |w_t - w*_t|^2 over \
         tr(Sigma) goes from {:.1e} to {:.1e}; a bounded oscillation is the theory's premise",
        sizes[0], sizes[1]
    ))
}

/// The ratio of means of what is measured and predicted, over the first quarter of the moments that have both and over the last.
fn sizes(moments: &[Moment<'_>], terms: impl Fn(&Moment<'_>) -> Option<(f64, f64)>) -> [f64; 2] {
    let terms: Vec<(f64, f64)> = moments.iter().filter_map(terms).collect();
    let (first, last) = quarters(&terms);
    [first, last].map(|terms| {
        let (measured, predicted) = terms.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        measured / predicted
    })
}

fn stationary([first, last]: [f64; 2]) -> bool {
    (1.0 / STATIONARY..=STATIONARY).contains(&(last / first))
}

/// The first quarter of a series, and the last.
fn quarters<T>(series: &[T]) -> (&[T], &[T]) {
    let quarter = series.len() / 4;
    (&series[..quarter], &series[series.len() - quarter..])
}

/// The steps of the first segment, at which the flows from `w_0` are past the transient of the first blow-up, or why there
/// are none.
pub fn from_start(record: &Record) -> Result<Vec<FromStart<'_>>, String> {
    if edge(record).is_none() {
        return Err("the central flow never entered the edge of stability".to_string());
    }
    let moments: Vec<_> = record
        .samples
        .iter()
        .filter(|sample| sample.get::<SegmentSample>().is_some())
        .filter_map(|sample| {
            let (midpoint, central) = (sample.get::<MidpointSample>()?, sample.get::<CentralSample>()?);
            Some(FromStart { sample, midpoint, central, map: sample.get::<MapSample>()? })
        })
        .collect();
    if moments.len() < SHORTEST {
        return Err(format!(
            "only {} steps are left after the transient; {SHORTEST} are needed",
            moments.len()
        ));
    }
    Ok(moments)
}

/// The moments after the first blow-up of the oscillation along the i-th eigenvector of Sigma. Its size is measured by
/// the mean of that eigenvalue of Sigma over the run: while an eigenvalue enters it is small, and any remnant exceeds it. None if
/// the oscillation along it is not sustained.
pub fn after_blow_up<'m, 'a>(moments: &'m [Moment<'a>], i: usize) -> &'m [Moment<'a>] {
    let positive: Vec<f64> = moments.iter().filter_map(|m| m.map.positive_sigma(i)).collect();
    let mean = positive.iter().sum::<f64>() / positive.len().max(1) as f64;
    let size = |m: &Moment<'_>| {
        m.map.positive_sigma(i)?;
        Some(m.oscillation(i)?.powi(2) / mean)
    };
    let over = moments.iter().position(|m| size(m).is_some_and(|size| size > 1.0)).unwrap_or(moments.len());
    let back = moments[over..].iter().position(|m| size(m).is_some_and(|size| size < 1.0));
    let window = &moments[back.map_or(moments.len(), |back| over + back)..];
    let along = |m: &Moment<'_>| Some((m.oscillation(i)?.powi(2), m.map.positive_sigma(i)?));
    if stationary(sizes(window, along)) { window } else { &[] }
}

fn moment<'a>(record: &'a Record, sample: &'a Sample) -> Option<Moment<'a>> {
    let segment = sample.get::<SegmentSample>()?;
    Some(Moment { record, sample, midpoint: sample.get::<MidpointSample>()?, segment, map: &segment.map })
}

/// The orders of what the theory neglects, over a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truncation {
    /// The rule's q: an oscillation grows by `1 + q y` a step.
    pub growth: f64,
    /// `E x^2 y^2 / E x^2`, relative to what is kept.
    pub cycle: f64,
    /// `E y^2`: the mean of y itself is half of it, and slow fluctuations of the path, of the size of y, enter the mean gradient
    /// to second order.
    pub swing: f64,
    /// `|rho|`, the rate at which `tr Sigma` changes a step, relative to itself.
    pub rate: f64,
    /// `rho^2 / (2 r)`, relative to what is kept.
    pub lag: f64,
    /// The largest relative error of the force of the oscillation, times the kurtosis of the oscillation.
    pub force: f64,
    /// The same of the pace.
    pub pace: f64,
    /// The same of the curvature, in units of `eta lambda`.
    pub curvature: f64,
    /// Where a state makes the edge: half the truncation of the sharpness, by which it is moved instead, and with it all that is predicted;
    /// 0 where P is constant.
    pub edge: f64,
    /// The variance of e, by how much steps are longer than the central map's, where they depend on a state that fluctuates.
    pub state: f64,
    /// The same of the squared mean gradient, relative to `tr(H Sigma H)`; its parts of fourth order in x vary with `x^2`. Beside it is what a decay
    /// leaves of second order.
    pub gradient: f64,
    /// That last part, where a state follows the squares: 0 where there is none.
    pub followed: f64,
}

impl Truncation {
    /// Over these moments.
    pub fn over(moments: &[Moment<'_>]) -> Self {
        let (mut weighted, mut square, mut fourth) = (0.0, f64::MIN_POSITIVE, f64::MIN_POSITIVE);
        let growth = moments.first().map_or(1.0, |m| m.record.growth);
        let beyond = |midpoint: &MidpointSample| growth * beyond(midpoint);
        let swing = moments.iter().map(|m| beyond(m.midpoint).powi(2)).sum::<f64>() / moments.len() as f64;
        for Moment { midpoint, .. } in moments {
            weighted += midpoint.displacement_square * beyond(midpoint).powi(2);
            square += midpoint.displacement_square;
            fourth += midpoint.displacement_square.powi(2);
        }
        let kurtosis = match moments.len() as f64 * fourth / square.powi(2) {
            kurtosis if kurtosis < 1.0 => 1.0,
            kurtosis => kurtosis,
        };
        let rests = || moments.iter().filter_map(|m| m.segment.rest.as_ref());
        let most = |of: fn(&ExpansionRest) -> f64| kurtosis * largest(rests().map(of));
        let decay = largest(rests().map(|rest| rest.decay));
        let rate = rate(moments);
        let rise = moments.iter().map(|m| m.map.rise).sum::<f64>() / moments.len() as f64;
        let mut truncation = Self {
            growth,
            edge: 0.0,
            cycle: weighted / square,
            swing,
            rate,
            lag: if rate == 0.0 { 0.0 } else { rate * rate / (2.0 * growth * rise) },
            force: most(|rest| rest.force),
            pace: most(|rest| rest.pace),
            curvature: most(|rest| rest.curvature),
            gradient: most(|rest| rest.gradient) + decay,
            followed: 0.0,
            state: fluctuation(moments),
        };
        if moments.first().is_some_and(|m| m.record.adaptive) {
            truncation.edge = truncation.of_sharpness() / EDGE;
            truncation.followed = decay;
        }
        truncation
    }

    /// Of averages of squares of the oscillation, relative.
    pub fn of_squares(&self) -> f64 {
        self.cycle + self.force + self.rate + self.lag + self.state + self.edge + self.followed
    }

    /// Of the mean of `eta tr(H Sigma) / tr Sigma`.
    pub fn of_sharpness(&self) -> f64 {
        let averages = (0.5 * self.swing + self.cycle + 0.5 * self.rate) / self.growth;
        averages + self.curvature + self.state
    }

    /// Of the pace, relative. A relative error of the force of the oscillation does not change it: the force is orthogonal to
    /// the velocity, the flow being complementary.
    pub fn of_pace(&self) -> f64 {
        self.swing + self.pace + self.lag + self.state + self.edge
    }
}

/// The variance of e over these moments; 0 where the preconditioner has no state.
fn fluctuation(moments: &[Moment<'_>]) -> f64 {
    let longer: Vec<f64> = moments.iter().filter_map(|m| Some(m.segment.state.as_ref()?.longer)).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let middle = mean(&longer);
    mean(&longer.iter().map(|e| (e - middle).powi(2)).collect::<Vec<f64>>())
}

/// The relative rate at which `tr Sigma` changes a step, from the first quarter of the moments to the last.
fn rate(moments: &[Moment<'_>]) -> f64 {
    let (early, late) = quarters(moments);
    if late.is_empty() {
        return 0.0;
    }
    let mean =
        |moments: &[Moment<'_>]| moments.iter().map(|m| m.map.trace()).sum::<f64>() / moments.len() as f64;
    let (before, after) = (mean(early), mean(late));
    let time = late[0].sample.step.abs_diff(moments[0].sample.step);
    if before.is_nan() || after.is_nan() {
        f64::NAN
    } else if before > 0.0 && after > 0.0 {
        (libm::log(after / before) / time as f64).abs()
    } else {
        0.0
    }
}

/// `eta S - 2` at a midpoint.
pub fn beyond(midpoint: &MidpointSample) -> f64 {
    midpoint.eigenvalues.first().copied().unwrap_or(f64::NAN) - EDGE
}

/// How far midpoints are from the path that the theory averages them to: the sharpness at them differs from `2/h` by
/// `y / h`, and a point at which it does not is at least `|y| / (h |grad S|)` away. The largest over some midpoints.
pub fn averaging<'a>(samples: impl Iterator<Item = &'a Sample>) -> f64 {
    let away = |sample: &'a Sample| {
        let midpoint = sample.get::<MidpointSample>()?;
        Some(beyond(midpoint).abs() / (sample.discrete.edge_step * midpoint.sharpness_gradient_square.sqrt()))
    };
    largest(samples.filter_map(away))
}

/// The relative error of Sigma that the eigenpairs' residuals r explain. Sigma is made of `<D_ij, g>` and `<D_ij, D_kl>`, cubic
/// and of fourth degree in the critical eigenvectors, each off by r: some ten r, for the largest r of the window.
pub fn eigenpair_error(moments: &[Moment<'_>]) -> f64 {
    10.0 * largest(moments.iter().map(|m| m.map.residual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::synthetic::truth;

    fn truncation(growth: f64) -> Truncation {
        let record = Record { growth, ..truth::record() };
        Truncation::over(&in_segments(&record))
    }

    /// Where an oscillation grows by `1 + q y`, the theory's order is that of `q y`, and a mean of y is 1/q of one of `q y`.
    #[test]
    fn truncation_is_that_of_the_growth_of_the_oscillation() {
        let (one, three) = (truncation(1.0), truncation(3.0));
        let same = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{a} for {b}");
        same(three.cycle, 9.0 * one.cycle);
        same(three.swing, 9.0 * one.swing);
        same(three.lag, one.lag / 3.0);
        for (a, b) in [(three.rate, one.rate), (three.force, one.force), (three.gradient, one.gradient)] {
            same(a, b);
        }
        same(three.of_sharpness(), 3.0 * (0.5 * one.swing + one.cycle) + one.curvature + one.rate / 6.0);
    }
}
