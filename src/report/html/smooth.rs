//! Averages over neighbouring steps, for the eye: no verdict rests on them.

/// About one cycle of the sharpness around the edge, in steps.
const CYCLE: f64 = 20.0;

/// The standard deviation of the Gaussian kernel for a run of so many steps, in whole steps: a cycle, or less if the run
/// is so short that it would be smoothed away.
pub fn width(steps: usize) -> f64 {
    CYCLE.min((steps / 20).max(1) as f64)
}

/// Beyond so many standard deviations the kernel is cut off.
const REACH: f64 = 3.0;

/// The Gaussian average around each value. What is not finite stays out of the averages and remains a gap.
pub fn smoothed(values: &[f64], width: f64) -> Vec<f64> {
    let reach = (REACH * width) as usize;
    let kernel: Vec<f64> = (0..=reach).map(|k| libm::exp(-0.5 * (k as f64 / width).powi(2))).collect();
    let around = |i: usize| {
        let neighbours = i.saturating_sub(reach)..(i + reach + 1).min(values.len());
        let weighted = neighbours.map(|j| (kernel[i.abs_diff(j)], values[j])).filter(|(_, x)| x.is_finite());
        let (total, sum) = weighted.fold((0.0, 0.0), |(total, sum), (w, x)| (total + w, sum + w * x));
        sum / total
    };
    (0..values.len()).map(|i| if values[i].is_finite() { around(i) } else { f64::NAN }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_and_an_oscillation_vanishes() {
        assert!(smoothed(&[3.0; 50], 20.0).iter().all(|x| (x - 3.0).abs() < 1e-12));
        let oscillation: Vec<f64> = (0..500).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert!(smoothed(&oscillation, 20.0)[100..400].iter().all(|x| x.abs() < 1e-2));
        assert!(smoothed(&[], 20.0).is_empty());
    }

    #[test]
    fn short_runs_are_smoothed_less() {
        assert_eq!([0, 40, 400, 700].map(width), [1.0, 2.0, 20.0, 20.0]);
    }

    #[test]
    fn gaps_stay_gaps_and_infect_nothing() {
        let mut values = [2.0; 30];
        values[7] = f64::NAN;
        values[8] = f64::INFINITY;
        let smooth = smoothed(&values, 20.0);
        let gaps: Vec<usize> = (0..30).filter(|&i| !smooth[i].is_finite()).collect();
        assert_eq!(gaps, [7, 8]);
    }
}
