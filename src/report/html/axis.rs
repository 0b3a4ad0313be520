//! Axes: which part of the numbers is shown, where it lands and where the ticks are.

/// How values are laid out along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// In proportion.
    Linear,
    /// By their logarithms; what is not positive has no place.
    Log,
}

/// Positive values of which the largest is more than this times the smallest are laid out by their logarithms.
const WIDE: f64 = 10.0;

/// A logarithmic axis shows no more than this below its largest value.
const DEEPEST: f64 = 1e-12;

impl Scale {
    /// Logarithmic for positive values that span more than a power of ten, otherwise linear.
    pub fn fitting(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = extremes(values.filter(|x| x.is_finite()));
        if low > 0.0 && high / low > WIDE { Scale::Log } else { Scale::Linear }
    }

    /// True if the value has a place on the axis.
    pub fn shows(self, x: f64) -> bool {
        x.is_finite() && (self == Scale::Linear || x > 0.0)
    }

    fn apply(self, x: f64) -> f64 {
        match self {
            Scale::Linear => x,
            Scale::Log => libm::log10(x),
        }
    }

    fn invert(self, x: f64) -> f64 {
        match self {
            Scale::Linear => x,
            Scale::Log => libm::exp10(x),
        }
    }

    /// The room on both sides of a constant.
    fn margin(self, x: f64) -> f64 {
        match self {
            Scale::Linear if x == 0.0 => 1.0,
            Scale::Linear => 0.1 * x.abs(),
            Scale::Log => 0.5,
        }
    }
}

/// An interval of numbers laid out on a scale.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    scale: Scale,
    /// The ends, as the scale lays them out.
    low: f64,
    high: f64,
}

impl Axis {
    /// An axis that ends where the values do.
    pub fn tight(scale: Scale, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = extremes(values.filter(|&x| scale.shows(x)));
        if low > high {
            return Self { scale, low: 0.0, high: 1.0 };
        }
        let low = if scale == Scale::Log { low.max(high * DEEPEST) } else { low };
        let (low, high) = (scale.apply(low), scale.apply(high));
        let margin = if high > low { 0.0 } else { scale.margin(high) };
        Self { scale, low: low - margin, high: high + margin }
    }

    /// An axis with a little room around the values.
    pub fn roomy(scale: Scale, values: impl Iterator<Item = f64>) -> Self {
        let tight = Self::tight(scale, values);
        let room = 0.04 * (tight.high - tight.low);
        Self { low: tight.low - room, high: tight.high + room, ..tight }
    }

    /// Where the value is: 0 at the low end, 1 at the high end.
    pub fn position(&self, x: f64) -> f64 {
        (self.scale.apply(x) - self.low) / (self.high - self.low)
    }

    /// The values with a tick, about `count` of them, and their labels.
    pub fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        let ticks = match self.scale {
            Scale::Linear => self.even_ticks(self.low, self.high, count),
            Scale::Log => self.powers(count),
        };
        if ticks.len() >= 2 {
            return ticks;
        }
        self.even_ticks(self.scale.invert(self.low), self.scale.invert(self.high), count)
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    fn even_ticks(&self, low: f64, high: f64, count: usize) -> Vec<(f64, String)> {
        let rough = (high - low) / count as f64;
        if !(rough.is_finite() && rough > 0.0) {
            return vec![];
        }
        let power = libm::exp10(libm::floor(libm::log10(rough)));
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|&step| step >= rough * 0.999);
        let step = step.unwrap_or(10.0 * power);
        let first = libm::ceil(low / step - 1e-9);
        (0..=2 * count)
            .map(|i| (first + i as f64) * step)
            .take_while(|&x| x <= high + 1e-9 * step)
            .map(|x| (x, label(x, step)))
            .collect()
    }

    /// Powers of ten; every second or third and so on if there are many, with 2 and 5 between if there are few.
    fn powers(&self, count: usize) -> Vec<(f64, String)> {
        let decades = self.high - self.low;
        let every = libm::ceil(decades / count as f64).max(1.0) as i32;
        let between: &[f64] = if decades < 2.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        (libm::floor(self.low) as i32..=libm::ceil(self.high) as i32)
            .filter(|exponent| exponent.rem_euclid(every) == 0)
            .flat_map(|exponent| between.iter().map(move |m| m * libm::exp10(f64::from(exponent))))
            .filter(|&x| (-1e-9..=1.0 + 1e-9).contains(&self.position(x)))
            .map(|x| (x, label(x, x)))
            .collect()
    }
}

fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

/// `x` with the decimals that a tick of that step needs.
fn label(x: f64, step: f64) -> String {
    let exponent = |x: f64| libm::floor(libm::log10(x.abs()) + 1e-9) as i32;
    let fine = exponent(step);
    if x.abs() < 1e-9 * step {
        return "0".into();
    }
    if fine < -4 || exponent(x) > 5 {
        let digits = (exponent(x) - fine).clamp(0, 15) as usize;
        return format!("{x:.digits$e}");
    }
    format!("{x:.*}", (-fine).max(0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis) -> Vec<String> {
        axis.ticks(5).into_iter().map(|(_, label)| label).collect()
    }

    fn linear(values: &[f64]) -> Axis {
        Axis::tight(Scale::Linear, values.iter().copied())
    }

    fn log(values: &[f64]) -> Axis {
        Axis::tight(Scale::Log, values.iter().copied())
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(linear(&[0.0, 700.0])), ["0", "200", "400", "600"]);
        assert_eq!(labels(linear(&[-0.5, 0.5])), ["-0.4", "-0.2", "0", "0.2", "0.4"]);
        assert_eq!(labels(linear(&[1.93, 2.07])), ["1.95", "2.00", "2.05"]);
        assert_eq!(labels(linear(&[0.0, 2e-7])), ["0", "5e-8", "1.0e-7", "1.5e-7", "2.0e-7"]);
        assert_eq!(labels(linear(&[0.0, 4e8])), ["0", "1e8", "2e8", "3e8", "4e8"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        assert_eq!(labels(log(&[1e-3, 10.0])), ["0.001", "0.01", "0.1", "1", "10"]);
        assert_eq!(labels(log(&[1e-12, 1.0])), ["1e-12", "1e-9", "1e-6", "0.001", "1"]);
        assert_eq!(labels(log(&[0.1, 1.0])), ["0.1", "0.2", "0.5", "1"]);
        assert_eq!(labels(log(&[1.1, 1.4])), ["1.1", "1.2", "1.3", "1.4"]);
    }

    #[test]
    fn the_ends_are_at_0_and_1_and_what_has_no_place_is_ignored() {
        let axis = linear(&[f64::NAN, 3.0, 5.0, f64::INFINITY]);
        assert_eq!([3.0, 4.0, 5.0].map(|x| axis.position(x)), [0.0, 0.5, 1.0]);
        let axis = log(&[0.0, -1.0, 1e-2, 1.0]);
        assert_eq!([1e-2, 1e-1, 1.0].map(|x| axis.position(x)), [0.0, 0.5, 1.0]);
        assert!(log(&[1e-300, 1.0]).position(1e-300) < 0.0);
    }

    #[test]
    fn constants_and_nothing_have_an_axis() {
        for values in [&[][..], &[0.0], &[-2.5, -2.5], &[1e-200], &[1e200]] {
            for scale in [Scale::Linear, Scale::Log] {
                let axis = Axis::roomy(scale, values.iter().copied());
                let place = values.first().filter(|&&x| scale.shows(x)).map_or(0.5, |&x| axis.position(x));
                assert!((place - 0.5).abs() < 1e-6, "{values:?}, {scale:?}: {place}");
                assert!(axis.ticks(5).iter().all(|(x, _)| axis.position(*x).is_finite()), "{values:?}");
            }
        }
    }

    #[test]
    fn the_scale_fits_the_values() {
        assert_eq!(Scale::fitting([0.5, 3.0].into_iter()), Scale::Linear);
        assert_eq!(Scale::fitting([1e-3, f64::NAN, 3.0].into_iter()), Scale::Log);
        assert_eq!(Scale::fitting([0.0, 1e-3, 3.0].into_iter()), Scale::Linear);
    }
}
