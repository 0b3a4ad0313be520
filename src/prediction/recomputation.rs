//! Reported numbers against the same numbers from other code: shared by the predictions that say they agree.

use super::{Judgement, Values};
use crate::experiment::certificate::Comparison;

/// Judges the comparison that is farthest beyond what it is allowed, relative to the size of its quantity.
///
/// The tolerance is what the certificate derives for rounding and residuals, so there is no numerical error beside it.
pub fn judge<'a>(
    statement: &str,
    comparisons: impl Iterator<Item = &'a Comparison>,
    difference: impl Fn(&Comparison) -> Option<f64>,
    reason: &str,
) -> Judgement {
    let beyond =
        |c: &Comparison, difference: f64| if difference == 0.0 { 0.0 } else { difference / c.allowed };
    let worst = comparisons
        .filter_map(|c| difference(c).map(|difference| (c, difference)))
        .max_by(|(a, x), (b, y)| beyond(a, *x).total_cmp(&beyond(b, *y)));
    let Some((comparison, difference)) = worst else {
        return Judgement::not_reached(statement, "nothing was recomputed");
    };
    let relative = difference / comparison.size;
    let values = Values {
        predicted: 0.0,
        measured: relative,
        discrepancy: relative,
        tolerance: comparison.allowed / comparison.size,
        numerical_error: 0.0,
    };
    Judgement::new(statement, values, format!("{reason}; shown is the worst, {}", comparison.quantity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::Outcome;

    fn verdict(comparisons: &[Comparison]) -> Outcome {
        judge("claim", comparisons.iter(), |c| Some(c.difference), "reason").verdict
    }

    #[test]
    fn the_worst_comparison_decides() {
        let fine = Comparison::new("large", 1e3, 0.9, 1.0);
        let exact = Comparison::new("exact", 0.0, 0.0, 0.0);
        let within = Comparison::new("small", 1e-3, 0.95e-9, 1e-9);
        let beyond = Comparison::new("small", 1e-3, 1.05e-9, 1e-9);
        let nan = Comparison::new("nan", 1.0, f64::NAN, 1e-9);
        assert_eq!(verdict(&[]), Outcome::NotReached);
        assert_eq!(verdict(&[fine.clone(), within, exact.clone()]), Outcome::Holds);
        assert_eq!(verdict(&[fine.clone(), beyond, exact]), Outcome::Violated);
        assert_eq!(verdict(&[fine, nan]), Outcome::Unresolved);
    }
}
