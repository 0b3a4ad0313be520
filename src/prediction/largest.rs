//! The largest of some values, among which a NaN is not overlooked.

/// The largest value, 0 if there is none, NaN if one is NaN: what was not measured must not pass for small.
pub(super) fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |most, x| if x > most || x.is_nan() { x } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nan_anywhere_is_the_largest() {
        assert_eq!(largest([1.0, 3.0, 2.0].into_iter()), 3.0);
        assert_eq!(largest(std::iter::empty()), 0.0);
        for i in 0..3 {
            assert!(largest((0..3).map(|j| if i == j { f64::NAN } else { 5.0 })).is_nan());
        }
    }
}
