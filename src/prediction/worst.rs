//! Which of several points at which a claim is made decides about it.

use super::{Judgement, Outcome, Values};

/// The point that decides: one that violates the claim before one that cannot be resolved before one that holds; among
/// equals the one with the largest discrepancy, error added or taken off, as a multiple of the tolerance.
pub(super) fn worst(points: impl Iterator<Item = Values>) -> Option<Values> {
    points.max_by(|a, b| {
        let (x, y) = (severity(a), severity(b));
        x.0.cmp(&y.0).then(x.1.total_cmp(&y.1))
    })
}

fn severity(values: &Values) -> (u8, f64) {
    let Values { discrepancy, tolerance, numerical_error, .. } = values;
    match Judgement::new("", *values, "").verdict {
        Outcome::Violated => (2, (discrepancy - numerical_error) / tolerance),
        Outcome::Holds => (0, (discrepancy + numerical_error) / tolerance),
        Outcome::Unresolved | Outcome::NotReached => (1, ((discrepancy + numerical_error) / tolerance).abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(discrepancy: f64, numerical_error: f64) -> Values {
        Values { predicted: 0.0, measured: discrepancy, discrepancy, tolerance: 1.0, numerical_error }
    }

    #[test]
    fn what_is_certain_decides_first() {
        let (holds, violated) = (point(0.5, 0.1), point(2.0, 0.1));
        let (unresolved, unknown) = (point(0.5, 9.0), point(f64::NAN, 0.0));
        let decides = |points: &[Values]| worst(points.iter().copied()).expect("not empty").discrepancy;
        assert_eq!(decides(&[holds, violated, unresolved, unknown]), 2.0);
        assert_eq!(decides(&[point(0.1, 0.0), holds, point(0.4, 0.1)]), 0.5);
        assert!(decides(&[unknown, unresolved, holds]).is_nan());
        assert!(worst(std::iter::empty()).is_none());
    }
}
