//! Fewer points a line, without losing what the eye would see.

/// Buckets of a line that is thinned: two points each, so some 400 points a line.
const BUCKETS: usize = 200;

/// The points that a line is drawn through. A long series is cut into buckets, and of each the lowest, the highest and
/// the first non-finite point remain, in their order: peaks and gaps survive.
pub fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let n = points.len();
    if n <= 2 * BUCKETS {
        return points.to_vec();
    }
    let mut kept = vec![0, n - 1];
    for bucket in 0..BUCKETS {
        let indices = bucket * n / BUCKETS..(bucket + 1) * n / BUCKETS;
        let finite = |index: &usize| points[*index].1.is_finite();
        let by_value = |a: &usize, b: &usize| points[*a].1.total_cmp(&points[*b].1);
        kept.extend(indices.clone().filter(finite).min_by(by_value));
        kept.extend(indices.clone().filter(finite).max_by(by_value));
        kept.extend(indices.clone().find(|index| !finite(index)));
    }
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|index| points[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(value: impl Fn(usize) -> f64) -> Vec<(f64, f64)> {
        (0..10_000).map(|i| (i as f64, value(i))).collect()
    }

    #[test]
    fn short_series_stay_whole() {
        let points = series(|i| i as f64)[..400].to_vec();
        assert_eq!(thinned(&points), points);
        assert_eq!(thinned(&[]), []);
    }

    #[test]
    fn extremes_and_ends_remain() {
        let points = series(|i| match i {
            3333 => 9.0,
            7777 => -9.0,
            _ => (i % 7) as f64 / 7.0,
        });
        let thin = thinned(&points);
        assert!(thin.len() <= 2 * BUCKETS + 2);
        assert!([0, 3333, 7777, 9999].iter().all(|&i| thin.contains(&points[i])));
        assert!(thin.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn gaps_remain() {
        let thin = thinned(&series(|i| if i == 5000 { f64::NAN } else { 1.0 }));
        assert_eq!(thin.iter().filter(|(_, y)| y.is_nan()).count(), 1);
        assert!(thinned(&series(|_| f64::NAN)).len() <= BUCKETS + 2);
    }
}
