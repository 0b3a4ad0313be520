//! Means over time and how certain they are.
//!
//! **Tapered means.** Series along a run are correlated and nearly periodic, for the sharpness cycles around the edge, and
//! what drives the oscillation telescopes: with one critical eigenvalue `y_{t+1} - y_t = eta (alpha - beta x_t^2 / 2)`
//! (Damian, Nichani, Lee 2023), so a plain mean of `x^2` is off by what y differs by between the ends of the window, a
//! fluctuation that has nothing to do with the theory. A mean with Hann's weights `1 - cos` has no ends: sums of differences
//! of a bounded series vanish in it to higher order.
//!
//! **Standard error.** That of the mean comes from the means of [`BATCHES`] batches, tapered as well and overlapping by
//! half (Welch 1967), each of them several cycles long: the variance of a tapered mean over L steps is the spectral density
//! at frequency zero over L, so that the whole window's is that of a batch times its share. Where the spectrum falls towards
//! zero, as for series that telescope, this is too much rather than too little.

/// Batches into which a window is cut for its standard error.
pub const BATCHES: usize = 8;

/// The correlation of two tapered means of white noise that overlap by half: `sum h_i h_{i + L/2} / sum h_i^2` for Hann's
/// weights.
const OVERLAP: f64 = 1.0 / 6.0;

/// A mean over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Average {
    /// The mean.
    pub mean: f64,
    /// Its standard error, correlation in time taken into account.
    pub standard_error: f64,
}

impl Average {
    /// The mean of a correlated series of at least two values a batch (with fewer, the error is unknown: NaN).
    pub fn of(series: &[f64]) -> Self {
        Self { mean: tapered(series), standard_error: standard_error(series) }
    }

    /// The ratio `R` of the means of two series; its error is that of the mean of `a - R b`, over the mean of b.
    pub fn ratio(a: &[f64], b: &[f64]) -> Self {
        let mean_b = tapered(b);
        let ratio = tapered(a) / mean_b;
        let rest: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - ratio * b).collect();
        Self { mean: ratio, standard_error: standard_error(&rest) / mean_b.abs() }
    }
}

/// The weights of Hann's taper at the middle of each of n intervals; they sum to n.
fn taper(n: usize) -> impl Iterator<Item = f64> {
    let step = std::f64::consts::TAU / n as f64;
    (0..n).map(move |i| 1.0 - libm::cos(step * (i as f64 + 0.5)))
}

fn tapered(series: &[f64]) -> f64 {
    let sum = taper(series.len()).zip(series).fold(0.0, |sum, (weight, x)| sum + weight * x);
    sum / series.len() as f64
}

fn standard_error(series: &[f64]) -> f64 {
    let n = series.len();
    let length = 2 * n / (BATCHES + 1);
    if length < 2 {
        return f64::NAN;
    }
    let start = |batch: usize| batch * (n - length) / (BATCHES - 1);
    let means: Vec<f64> =
        (0..BATCHES).map(|batch| tapered(&series[start(batch)..start(batch) + length])).collect();
    let middle = means.iter().sum::<f64>() / BATCHES as f64;
    let square = means.iter().fold(0.0, |sum, mean| sum + (mean - middle).powi(2)) / (BATCHES - 1) as f64;
    // Neighbours overlap, so the means scatter less around their own mean: by 2 OVERLAP / BATCHES.
    let variance = square / (1.0 - 2.0 * OVERLAP / BATCHES as f64);
    (variance * length as f64 / n as f64).sqrt()
}

/// Standard errors allowed so that `comparisons` of means whose error has `freedom` degrees of freedom together pass with
/// 99 % probability (Bonferroni).
///
/// The two-sided quantile of Student's t: the normal quantile z (Abramowitz and Stegun 26.2.23, error below 5e-4)
/// with the Cornish-Fisher terms in `1 / degrees of freedom` (26.7.5), good to 1 % from five degrees of freedom on.
pub fn errors_allowed(comparisons: usize, freedom: f64) -> f64 {
    let tail = 0.005 / comparisons.max(1) as f64;
    let t = (-2.0 * libm::log(tail)).sqrt();
    let z = t
        - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    let g1 = z * (z * z + 1.0) / 4.0;
    let g2 = z * (z.powi(4) * 5.0 + z * z * 16.0 + 3.0) / 96.0;
    let g3 = z * (z.powi(6) * 3.0 + z.powi(4) * 19.0 + z * z * 17.0 - 15.0) / 384.0;
    z + g1 / freedom + g2 / freedom.powi(2) + g3 / freedom.powi(3)
}

/// The degrees of freedom of a standard error from batches.
pub const FREEDOM: f64 = (BATCHES - 1) as f64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Stream;

    fn autoregressive(rho: f64, n: usize, stream: &mut Stream) -> Vec<f64> {
        let mut x = 0.0;
        let step = |_| {
            x = rho * x + stream.normal();
            x
        };
        (0..n).map(step).collect()
    }

    /// How many of 400 intervals cover the true mean, 0.
    fn covered(mut series: impl FnMut(&mut Stream) -> Vec<f64>) -> usize {
        let mut stream = Stream::new(1, "average");
        let covers =
            |average: Average| average.mean.abs() <= errors_allowed(1, FREEDOM) * average.standard_error;
        (0..400).filter(|_| covers(Average::of(&series(&mut stream)))).count()
    }

    /// Of white noise a tapered mean over n steps has the variance `sum h^2 / n^2`, which batches give on average, overlap and all.
    #[test]
    fn standard_errors_are_right_on_average() {
        const TRIALS: usize = 6000;
        let (n, mut stream) = (180, Stream::new(2, "average"));
        let square = |_| Average::of(&stream.normals(n)).standard_error.powi(2);
        let found = (0..TRIALS).map(square).sum::<f64>() / TRIALS as f64;
        let expected = taper(n).map(|h| h * h).sum::<f64>() / (n * n) as f64;
        // A variance of seven degrees of freedom scatters by sqrt(2/7); three standard deviations of the mean of all are 2.1 %.
        // Forgotten overlap would be 4.2 %, batches of 40 steps have a taper that is off by less than 0.1 %.
        assert!((found / expected - 1.0).abs() < 0.021, "{found:e} for {expected:e}");
    }

    /// The interval covers the true mean of an autoregressive series about as often as it promises.
    #[test]
    fn intervals_cover_the_mean_of_a_correlated_series() {
        // 99 % of 400 are 396, three standard deviations are 6; batches of 444 with correlation time 19 cost a little.
        let count = covered(|stream| autoregressive(0.9, 2000, stream));
        assert!((386..400).contains(&count), "{count} of 400");
        let count = covered(|stream| stream.normals(2000));
        assert!((388..400).contains(&count), "{count} of 400");
    }

    /// A series that telescopes has a tapered mean far nearer to zero than a plain one, and an interval that covers it.
    #[test]
    fn tapers_remove_what_telescopes() {
        let difference = |stream: &mut Stream| -> Vec<f64> {
            let bounded = autoregressive(0.9, 2001, stream);
            bounded.windows(2).map(|pair| pair[1] - pair[0]).collect()
        };
        assert_eq!(covered(difference), 400);
        let mut stream = Stream::new(2, "average");
        let (mut plain, mut taper) = (0.0, 0.0);
        for _ in 0..100 {
            let series = difference(&mut stream);
            plain += (series.iter().sum::<f64>() / series.len() as f64).powi(2);
            taper += Average::of(&series).mean.powi(2);
        }
        // Plain: var / n^2, the series starting at rest. Tapered: var tau / n^2 times the sum of the squared differences of the
        // weights, 2 pi^2 / n, with the correlation time tau = 19: 0.19 var / n^2. Each is known to 14 % here.
        assert!(taper < plain / 3.0, "{taper:e} {plain:e}");
    }

    #[test]
    fn more_comparisons_and_fewer_batches_allow_more() {
        // Student's t, two-sided: 99 % and its Bonferroni parts, from tables.
        for (comparisons, freedom, t) in [
            (1, 7.0, 3.499),
            (1, 11.0, 3.106),
            (2, 11.0, 3.497),
            (5, 11.0, 4.025),
            (1, 5.0, 4.032),
            (1, 20.0, 2.845),
        ] {
            let allowed = errors_allowed(comparisons, freedom);
            assert!((allowed / t - 1.0).abs() < 0.015, "{comparisons} {freedom}: {allowed} for {t}");
        }
    }

    #[test]
    fn a_constant_has_no_error_and_a_ratio_of_multiples_is_exact() {
        let average = Average::of(&[2.0; 50]);
        assert!((average.mean - 2.0).abs() < 1e-14 && average.standard_error < 1e-14, "{average:?}");
        let b: Vec<f64> = (1..100).map(f64::from).collect();
        let a: Vec<f64> = b.iter().map(|b| 3.0 * b).collect();
        let ratio = Average::ratio(&a, &b);
        assert!((ratio.mean - 3.0).abs() < 1e-14 && ratio.standard_error < 1e-13, "{ratio:?}");
    }

    #[test]
    fn too_short_a_series_has_no_error() {
        assert!(Average::of(&[1.0, 2.0]).standard_error.is_nan());
        assert!(Average::of(&[]).mean.is_nan());
    }
}
