//! The oscillation says where the gradient is large, coordinate by coordinate (Cohen et al. 2025, part 3; P5).

use crate::experiment::Record;
use crate::prediction::window::{Truncation, at_the_edge};
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{ByCoordinate, Kind, SegmentSample, segments};

/// `E g_a^2 = g_a^2 + (H Sigma H)_aa`: averages over a segment and what the central map says of them have the same direction.
pub struct SquaresByCoordinate;

impl Prediction for SquaresByCoordinate {
    fn name(&self) -> &'static str {
        "squares_by_coordinate"
    }

    fn statement(&self) -> &'static str {
        "the mean squares of the gradient are, by coordinate, those of the central flow plus diag(H Sigma H)"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&segments::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: they are those of the central flow alone";
        Finding {
            claim: judge(self.statement(), record, |found| found.predicted),
            control: judge(control, record, |found| found.without),
        }
    }
}

/// The segment that fits worst.
fn judge(statement: &str, record: &Record, cosine: impl Fn(&ByCoordinate) -> f64) -> Judgement {
    let moments = match at_the_edge(record) {
        Ok(moments) => moments,
        Err(reason) => return Judgement::not_reached(statement, &reason),
    };
    let truncation = Truncation::over(&moments).of_squares();
    let found = record
        .samples
        .iter()
        .filter_map(|s| s.get::<SegmentSample>()?.state.as_ref()?.by_coordinate.as_ref());
    let values = |found: &ByCoordinate| Values {
        predicted: 1.0,
        measured: cosine(found),
        discrepancy: 1.0 - cosine(found),
        tolerance: (1.0 - found.halves) + 0.5 * truncation.powi(2),
        numerical_error: 0.0,
    };
    let worst = found
        .map(values)
        .max_by(|a, b| (a.discrepancy / a.tolerance).total_cmp(&(b.discrepancy / b.tolerance)));
    let Some(values) = worst else {
        let reason = "no segment with one state a coordinate had its time at the edge of stability";
        return Judgement::not_reached(statement, reason);
    };
    let reason = "the cosine between the sum of the squares over a segment and the central map's, for the segment that fits worst. \
                  Relative errors of coordinates with the variance v leave v / 2 to 1. Allowed are what two halves of the segment that take \
                  turns leave in the cosine between them, four times the part of chance in all of it, and half the square of the \
                  truncation of averages of squares";
    Judgement::new(statement, values, reason).resolving(1.0)
}
