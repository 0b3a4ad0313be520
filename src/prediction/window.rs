//! Where averages are taken and how certain they are: written once, used by all predictions about averages.
//!
//! **Window.** The central flow enters the edge of stability when `tr Sigma` first becomes positive. Gradient descent
//! then still has to build up its oscillation from whatever small displacement it arrives with: until then it follows
//! gradient flow and its sharpness overshoots, by an amount that depends on the start; then comes the first blow-up (the
//! four stages of Damian, Nichani, Lee 2023). Averages are taken from the step at which the oscillation `|w_t - w*_t|^2`,
//! having exceeded its predicted mean `tr Sigma`, first is below it again (see `blow_up`), to the end of the run, over those
//! steps at which `tr Sigma` is positive (a flow may leave the edge again), and only if that leaves at least
//! [`SHORTEST`] steps. An eigenvector of Sigma that becomes critical later has a first blow-up of its own; averages along
//! it start after that ([`after_blow_up`]).
//!
//! **Statistical error.** Series along a run are correlated, and nearly periodic: the sharpness cycles around the edge.
//! The standard error of a mean comes from the means of [`BATCHES`] consecutive batches (Law and Kelton), each of them
//! longer than a cycle, so that what cancels over a cycle cancels in the batch means too. Claims allow the 99 %
//! interval of Student's t with `BATCHES - 1` degrees of freedom, adjusted for several comparisons ([`errors_allowed`]):
//! dozens of averages are judged at once, and chance alone should refute next to none of them.
//!
//! **Truncation.** The theory keeps terms of third order in the loss. With `y_t = eta S_t - 2` the displacement obeys
//! `x_{t+1} = -(1 + y_t) x_t`; a bounded oscillation has `E log |1 + y| = 0`, hence `E y = E y^2 / 2 + ...`, and averages of
//! products with `y` vanish to first order in the same way. So the relative error of time averages is of the order of the
//! mean of `y^2`, which is measured at the midpoints of the run itself ([`truncation`]).

use crate::dynamics::{CentralSample, CompanionSample, MidpointSample, Record, Sample};
use crate::optimizer::EDGE;

/// Batches into which a window is cut for its standard error.
pub const BATCHES: usize = 12;

/// The fewest steps over which an average is judged: batches of 20, about a cycle of the sharpness.
pub const SHORTEST: usize = 20 * BATCHES;

/// Standard errors allowed so that `comparisons` of batch means together pass with 99 % probability (Bonferroni).
///
/// The two-sided quantile of Student's t: the normal quantile z (Abramowitz and Stegun 26.2.23, error below 5e-4)
/// with the Cornish-Fisher terms in `1 / degrees of freedom` (26.7.5).
pub fn errors_allowed(comparisons: usize) -> f64 {
    let tail = 0.005 / comparisons.max(1) as f64;
    let t = (-2.0 * libm::log(tail)).sqrt();
    let z = t
        - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    let nu = (BATCHES - 1) as f64;
    let g1 = z * (z * z + 1.0) / 4.0;
    let g2 = z * (z.powi(4) * 5.0 + z * z * 16.0 + 3.0) / 96.0;
    let g3 = z * (z.powi(6) * 3.0 + z.powi(4) * 19.0 + z * z * 17.0 - 15.0) / 384.0;
    z + g1 / nu + g2 / nu.powi(2) + g3 / nu.powi(3)
}

/// One step at which all processes have a sample.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The whole sample.
    pub sample: &'a Sample,
    /// The midpoint.
    pub midpoint: &'a MidpointSample,
    /// The central flow.
    pub central: &'a CentralSample,
    /// Its companion with half as many substeps.
    pub companion: &'a CompanionSample,
}

/// The step at which the central flow enters the edge of stability.
pub fn edge(record: &Record) -> Option<usize> {
    record.samples.iter().position(|s| s.central_flow.as_ref().is_some_and(|c| c.trace() > 0.0))
}

/// The steps over which averages are taken, or why there are none.
pub fn at_the_edge(record: &Record) -> Result<Vec<Moment<'_>>, String> {
    if edge(record).is_none() {
        return Err("the central flow never entered the edge of stability".to_string());
    }
    let (_, start) = blow_up(record, total).ok_or("the first blow-up of the oscillation was not over")?;
    let moments: Vec<_> =
        record.samples[start..].iter().filter_map(moment).filter(|m| m.central.trace() > 0.0).collect();
    if moments.len() < SHORTEST {
        return Err(format!(
            "only {} steps at the edge of stability are left after the transient; {SHORTEST} are needed",
            moments.len()
        ));
    }
    Ok(moments)
}

/// The steps at which the oscillation first exceeds its predicted size and first is below it again; `size` is the
/// square of the oscillation over its predicted mean.
fn blow_up(record: &Record, size: impl Fn(&Sample) -> Option<f64>) -> Option<(usize, usize)> {
    let mut steps = 0..record.samples.len();
    let over = steps.find(|&step| size(&record.samples[step]).is_some_and(|size| size > 1.0))?;
    let back = steps.find(|&step| size(&record.samples[step]).is_some_and(|size| size < 1.0))?;
    Some((over, back))
}

/// The whole oscillation.
fn total(sample: &Sample) -> Option<f64> {
    let trace = sample.central_flow.as_ref()?.trace();
    (trace > 0.0).then_some(sample.midpoint.as_ref()?.displacement_square / trace)
}

/// The step at which the oscillation of gradient descent has built up: it first exceeds its predicted size.
pub fn built_up(record: &Record) -> Option<usize> {
    blow_up(record, total).map(|(over, _)| over)
}

/// The moments after the first blow-up of the oscillation along the i-th eigenvector of Sigma. Its size is measured by
/// the mean of that eigenvalue of Sigma over the run: while an eigenvalue enters it is small, and any remnant exceeds it.
pub fn after_blow_up<'m, 'a>(moments: &'m [Moment<'a>], record: &Record, i: usize) -> &'m [Moment<'a>] {
    let central = || record.samples.iter().filter_map(|s| s.central_flow.as_ref());
    let positive: Vec<f64> = central().filter_map(|c| c.positive_sigma(i)).collect();
    let mean = positive.iter().sum::<f64>() / positive.len().max(1) as f64;
    let along = |s: &Sample| {
        let central = s.central_flow.as_ref()?;
        central.positive_sigma(i)?;
        Some(central.oscillation.get(i)?.powi(2) / mean)
    };
    let start = blow_up(record, along).map_or(usize::MAX, |(_, back)| back);
    &moments[moments.partition_point(|m| m.sample.step < start)..]
}

fn moment(sample: &Sample) -> Option<Moment<'_>> {
    Some(Moment {
        sample,
        midpoint: sample.midpoint.as_ref()?,
        central: sample.central_flow.as_ref()?,
        companion: sample.companion.as_ref()?,
    })
}

/// The mean of `(eta S - 2)^2` over the window: the order of what the theory neglects, relative to what it keeps.
pub fn truncation(moments: &[Moment<'_>]) -> f64 {
    let square = |m: &Moment<'_>| (m.midpoint.eigenvalues[0] - EDGE).powi(2);
    moments.iter().map(square).sum::<f64>() / moments.len() as f64
}

/// A mean over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Average {
    /// The mean.
    pub mean: f64,
    /// Its standard error, correlation in time taken into account.
    pub standard_error: f64,
}

impl Average {
    /// The mean of a correlated series of at least [`BATCHES`] values (with fewer, the error is unknown: NaN).
    pub fn of(series: &[f64]) -> Self {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let n = series.len();
        let batches: Vec<f64> =
            (0..BATCHES).map(|b| mean(&series[b * n / BATCHES..(b + 1) * n / BATCHES])).collect();
        let middle = mean(&batches);
        let variance = batches.iter().map(|m| (m - middle).powi(2)).sum::<f64>() / (BATCHES - 1) as f64;
        Self { mean: mean(series), standard_error: (variance / BATCHES as f64).sqrt() }
    }

    /// The ratio `R` of the means of two series; its error is that of the mean of `a - R b`, over the mean of b.
    pub fn ratio(a: &[f64], b: &[f64]) -> Self {
        let ratio = a.iter().sum::<f64>() / b.iter().sum::<f64>();
        let rest: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - ratio * b).collect();
        let mean_b = b.iter().sum::<f64>() / b.len() as f64;
        Self { mean: ratio, standard_error: Average::of(&rest).standard_error / mean_b.abs() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Stream;

    /// The interval covers the true mean of an autoregressive series about as often as it promises.
    #[test]
    fn intervals_cover_the_mean_of_a_correlated_series() {
        let (rho, n, runs) = (0.9, 2000, 400);
        let mut stream = Stream::new(1, "ar");
        let covered = (0..runs)
            .filter(|_| {
                let mut x = 0.0;
                let series: Vec<f64> = (0..n)
                    .map(|_| {
                        x = rho * x + stream.normal();
                        x
                    })
                    .collect();
                let average = Average::of(&series);
                average.mean.abs() <= errors_allowed(1) * average.standard_error
            })
            .count();
        // 99 % of 400 are 396, three standard deviations are 6; batches of 167 with correlation time 19 cost a little.
        assert!((385..400).contains(&covered), "{covered} of {runs}");
    }

    #[test]
    fn more_comparisons_allow_more() {
        for (comparisons, z) in [(1, 3.106), (2, 3.497), (5, 4.025)] {
            assert!((errors_allowed(comparisons) - z).abs() < 0.05);
        }
    }

    #[test]
    fn a_constant_has_no_error_and_a_ratio_of_multiples_is_exact() {
        assert_eq!(Average::of(&[2.0; 50]), Average { mean: 2.0, standard_error: 0.0 });
        let b: Vec<f64> = (1..100).map(f64::from).collect();
        let a: Vec<f64> = b.iter().map(|b| 3.0 * b).collect();
        let ratio = Average::ratio(&a, &b);
        assert!((ratio.mean - 3.0).abs() < 1e-14 && ratio.standard_error < 1e-14);
    }
}
