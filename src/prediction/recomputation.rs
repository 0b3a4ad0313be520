//! Reported numbers against the same numbers from other code: shared by the predictions that say they agree.

use super::{Judgement, Values};
use crate::dynamics::certificate::Comparison;

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
