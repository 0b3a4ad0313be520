//! The outcome of a judgement.

use serde::{Deserialize, Serialize};

/// What came out of a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The discrepancy is within the tolerance, numerical error included.
    Holds,
    /// The discrepancy is beyond the tolerance, numerical error allowed for.
    Violated,
    /// The premise never occurred, for instance the run never entered the edge of stability.
    NotReached,
    /// The numerical error is too large to judge.
    Unresolved,
}

/// A judgement: what the theory says, what was measured, and how far apart they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// What is claimed, in one sentence.
    pub statement: String,
    /// What the theory predicts.
    pub predicted: Option<f64>,
    /// What was measured.
    pub measured: Option<f64>,
    /// How far the measurement is from the prediction, in the units of the tolerance; 0 when met.
    pub discrepancy: Option<f64>,
    /// The largest discrepancy at which the claim holds.
    pub tolerance: Option<f64>,
    /// The share of the discrepancy that numerical error could explain.
    pub numerical_error: Option<f64>,
    /// The part of the tolerance that is statistics: the interval of an average.
    pub statistics: Option<f64>,
    /// The part of the tolerance that is the theory's own: the order of what it neglects.
    pub truncation: Option<f64>,
    /// The smallest relative error of the theory, of either sign, that this judgement would have refuted:
    /// `(discrepancy + tolerance + numerical error) / |predicted|`.
    pub resolution: Option<f64>,
    /// Where the tolerance and the numerical error come from, or why there is no judgement.
    pub reason: String,
    /// The outcome.
    pub verdict: Outcome,
}

impl Judgement {
    /// Judges by intervals: *holds* if `discrepancy + numerical_error <= tolerance`, *violated* if
    /// `discrepancy - numerical_error > tolerance`, otherwise (NaN, or a size below zero) *unresolved*.
    pub fn new(statement: impl Into<String>, values: Values, reason: impl Into<String>) -> Self {
        let Values { predicted, measured, discrepancy, tolerance, numerical_error } = values;
        let numbers = [predicted, measured, discrepancy, tolerance, numerical_error];
        let sizes = [discrepancy, tolerance, numerical_error];
        let verdict = if numbers.iter().any(|x| !x.is_finite()) || sizes.iter().any(|&x| x < 0.0) {
            Outcome::Unresolved
        } else if discrepancy + numerical_error <= tolerance {
            Outcome::Holds
        } else if discrepancy - numerical_error > tolerance {
            Outcome::Violated
        } else {
            Outcome::Unresolved
        };
        Self {
            statement: statement.into(),
            predicted: finite(predicted),
            measured: finite(measured),
            discrepancy: finite(discrepancy),
            tolerance: finite(tolerance),
            numerical_error: finite(numerical_error),
            statistics: None,
            truncation: None,
            resolution: None,
            reason: reason.into(),
            verdict,
        }
    }

    /// With what the tolerance is made of.
    pub fn with_parts(mut self, statistics: f64, truncation: f64) -> Self {
        (self.statistics, self.truncation) = (finite(statistics), finite(truncation));
        self
    }

    /// With its resolution, where a relative error e of the theory changes the discrepancy by `e scale`.
    pub fn resolving(mut self, scale: f64) -> Self {
        let parts = [self.discrepancy, self.tolerance, self.numerical_error];
        let sum = parts.into_iter().sum::<Option<f64>>();
        self.resolution = sum.map(|sum| sum / scale.abs()).and_then(finite);
        self
    }

    /// The judgement that the premise never occurred.
    pub fn not_reached(statement: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            statement: statement.into(),
            predicted: None,
            measured: None,
            discrepancy: None,
            tolerance: None,
            numerical_error: None,
            statistics: None,
            truncation: None,
            resolution: None,
            reason: reason.into(),
            verdict: Outcome::NotReached,
        }
    }
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// The numbers of a judgement.
#[derive(Debug, Clone, Copy)]
pub struct Values {
    /// What the theory predicts.
    pub predicted: f64,
    /// What was measured.
    pub measured: f64,
    /// How far apart they are.
    pub discrepancy: f64,
    /// The largest discrepancy allowed.
    pub tolerance: f64,
    /// What numerical error could explain.
    pub numerical_error: f64,
}

impl Values {
    /// Of a ratio that is to be less than 1.
    pub fn less_than_one(ratio: f64, numerical_error: f64) -> Self {
        Self { predicted: 0.0, measured: ratio, discrepancy: ratio, tolerance: 1.0, numerical_error }
    }
}

/// A judgement of the claim and one of its control, a theory that is wrong in one place, on the same run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The claim.
    pub claim: Judgement,
    /// The wrong theory, which must come out violated.
    pub control: Judgement,
}

impl Finding {
    /// True if the claim holds and its control is violated.
    pub fn passes(&self) -> bool {
        self.claim.verdict == Outcome::Holds && self.control.verdict == Outcome::Violated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(discrepancy: f64, tolerance: f64, numerical_error: f64) -> Outcome {
        let values = Values { predicted: 2.0, measured: 2.0, discrepancy, tolerance, numerical_error };
        Judgement::new("claim", values, "reason").verdict
    }

    #[test]
    fn judges_by_intervals() {
        assert_eq!(judge(0.1, 0.3, 0.1), Outcome::Holds);
        assert_eq!(judge(0.25, 0.3, 0.1), Outcome::Unresolved);
        assert_eq!(judge(0.35, 0.3, 0.1), Outcome::Unresolved);
        assert_eq!(judge(0.5, 0.3, 0.1), Outcome::Violated);
    }

    /// A theory wrong by a little more than the resolution is refuted, whichever the sign, by a little less only if the
    /// error has the sign of the discrepancy.
    #[test]
    fn the_resolution_is_the_smallest_error_refuted() {
        let at = |predicted: f64| {
            let (measured, tolerance, numerical_error): (f64, f64, f64) = (2.1, 0.3, 0.05);
            let discrepancy = (measured - predicted).abs();
            let values = Values { predicted, measured, discrepancy, tolerance, numerical_error };
            Judgement::new("claim", values, "reason").resolving(2.0)
        };
        let resolution = at(2.0).resolution.expect("finite");
        assert!((resolution - 0.45 / 2.0).abs() < 1e-12, "{resolution}");
        for sign in [1.0, -1.0] {
            assert_eq!(at(2.0 * (1.0 + sign * 1.01 * resolution)).verdict, Outcome::Violated);
        }
        assert_ne!(at(2.0 * (1.0 + 0.99 * resolution)).verdict, Outcome::Violated);
    }

    #[test]
    fn numbers_that_are_none_resolve_nothing() {
        for bad in [f64::NAN, f64::INFINITY] {
            assert_eq!(judge(bad, 0.3, 0.1), Outcome::Unresolved);
            assert_eq!(judge(0.1, bad, 0.1), Outcome::Unresolved);
            assert_eq!(judge(0.1, 0.3, bad), Outcome::Unresolved);
        }
    }
}
