//! Eigenpairs that a process may go on with: converged, and no critical one left out.

use super::FlowError;
use crate::eigen::{EigenPairs, SymmetricOperator, Tracker};

/// What a process needs of its eigenpairs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Those above are critical and must not be missed; infinity where no force depends on all of them, so that the largest
    /// ones will do.
    pub critical_above: f64,
    /// The relative residual that they must have.
    pub tolerance: f64,
}

impl Wanted {
    /// The largest pairs, where no force depends on all of them.
    pub const fn largest(tolerance: f64) -> Self {
        Self { critical_above: f64::INFINITY, tolerance }
    }
}

/// The pairs of the next operator.
///
/// # Errors
/// If the solver fails, a pair that matters did not converge, or all pairs that `max_tracked` allows are critical, so that nothing is
/// known of further ones and Sigma would be truncated in silence.
pub(crate) fn reliable<'a>(
    tracker: &'a mut Tracker,
    operator: &dyn SymmetricOperator,
    wanted: &Wanted,
) -> Result<&'a EigenPairs, FlowError> {
    tracker.update(operator)?;
    let saturated = tracker.saturated();
    let pairs = tracker.pairs().expect("just updated");
    let tracked = pairs.values.len();
    if !pairs.converged {
        // Others, such as a sentinel far below, may be missing without harm.
        let residual = undecided(pairs, wanted.critical_above);
        if residual > wanted.tolerance {
            return Err(FlowError::NotConverged { residual });
        }
    }
    if saturated && pairs.values.iter().all(|&value| value > wanted.critical_above) {
        return Err(FlowError::Saturated { tracked });
    }
    Ok(pairs)
}

/// The largest relative residual of the first pair and of those that are, or may be, critical.
fn undecided(pairs: &EigenPairs, critical_above: f64) -> f64 {
    let first = pairs.values[0].abs();
    let matters = |i: usize| i == 0 || pairs.values[i] + pairs.residuals[i] * first > critical_above;
    (0..pairs.values.len()).filter(|&i| matters(i)).fold(0.0, |most, i| pairs.residuals[i].max(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eigen::TrackerSettings;
    use crate::numeric::Matrix;

    const WANTED: Wanted = Wanted { critical_above: 1.95, tolerance: 1e-5 };

    /// A diagonal operator.
    struct Diagonal(Vec<f64>);

    impl SymmetricOperator for Diagonal {
        fn dim(&self) -> usize {
            self.0.len()
        }

        fn apply(&self, v: &Matrix) -> Matrix {
            Matrix::from_fn(v.rows(), v.cols(), |i, j| self.0[i] * v[(i, j)])
        }
    }

    fn tracker(max_count: usize, max_products: usize) -> Tracker {
        Tracker::new(TrackerSettings {
            threshold: 1.5,
            max_count,
            max_products,
            ..TrackerSettings::default()
        })
    }

    #[test]
    fn pairs_are_refused_only_where_a_critical_one_may_be_missing() {
        let operator = Diagonal((0..40).map(|i| 2.1 - 0.1 * f64::from(i)).collect());
        // Above 1.5 are 2.1, 2.0, ..., 1.6; above 1.95 the first two of them.
        for (max_count, refused) in [(1, true), (2, true), (3, false), (8, false)] {
            let mut tracker = tracker(max_count, 2000);
            let result = reliable(&mut tracker, &operator, &WANTED).map(|pairs| pairs.values.len());
            assert_eq!(result.is_err(), refused, "max_tracked = {max_count}: {result:?}");
        }
        let text = reliable(&mut tracker(2, 2000), &operator, &WANTED).expect_err("saturated").to_string();
        assert!(text.contains("max_tracked = 2") && text.contains("accepted are up to 16"), "{text}");
    }

    #[test]
    fn pairs_that_did_not_converge_are_refused() {
        let operator = Diagonal((0..400).map(|i| 2.1 - 1e-3 * f64::from(i)).collect());
        let result = reliable(&mut tracker(10, 4), &operator, &WANTED).map(|pairs| pairs.values.clone());
        assert!(matches!(result, Err(FlowError::NotConverged { residual }) if residual > 1e-5), "{result:?}");
    }
}
