//! The values that are accepted, one rule a quantity; a rule that refuses says what it would accept.

use crate::experiment::Settings;
use crate::prediction::Outcome;
use crate::prediction::window::RESTART;
use crate::source::require;

type Accepted = Result<(), String>;

const MOST_STEPS: usize = 1_000_000;
const MOST_SUBSTEPS: usize = 1_000;
const LONGEST_NAME: usize = 80;
const LONGEST_ENDING: usize = 100;

/// A learning rate: finite and above 0.
pub fn learning_rate(value: f64) -> Accepted {
    require(value.is_finite() && value > 0.0, || "accepted are finite numbers above 0".into())
}

/// A number of steps: 1 to a million.
pub fn steps(value: usize) -> Accepted {
    require((1..=MOST_STEPS).contains(&value), || format!("accepted are 1 to {MOST_STEPS}"))
}

/// A decay of weights: finite and not negative.
pub(super) fn weight_decay(value: f64) -> Accepted {
    require(value.is_finite() && value >= 0.0, || "accepted are finite numbers, 0 or more".into())
}

/// A decay of weights beside the step: with the largest learning rate of the run it takes away less than all of them; either in the gradient or
/// beside it, not both.
pub(super) fn decoupled_weight_decay(value: f64, settings: &Settings) -> Accepted {
    weight_decay(value)?;
    require(value == 0.0 || settings.weight_decay == 0.0, || {
        let l2 = settings.weight_decay;
        format!(
            "accepted is one of weight_decay, which is {l2}, and decoupled_weight_decay: leave out the other"
        )
    })?;
    let eta = settings.largest_learning_rate();
    require(eta * value < 1.0, || {
        format!(
            "each step keeps 1 - eta gamma of the weights: accepted are numbers below {}, 1 over the largest learning rate",
            1.0 / eta
        )
    })
}

/// A number of steps to warm up: up to a million.
pub(super) fn warm_up(value: usize) -> Accepted {
    require(value <= MOST_STEPS, || format!("accepted are 0 to {MOST_STEPS}"))
}

/// Whether the preconditioner is frozen, which takes one that would move, a learning rate that does not, and no decay beside the step.
pub(super) fn frozen(value: bool, settings: &Settings) -> Accepted {
    let constant = settings.schedule.is_none() && settings.decoupled_weight_decay == 0.0;
    require(!value || settings.rule().is_adaptive() && constant, || {
        "accepted is true for an optimizer whose preconditioner has a state, with a constant learning rate and no decoupled decay".into()
    })
}

/// The length of a segment: longer than its first steps, which are left out of averages.
pub(super) fn segment(value: usize) -> Accepted {
    const SHORTEST: usize = 2 * RESTART;
    require((SHORTEST..=MOST_STEPS).contains(&value), || format!("accepted are {SHORTEST} to {MOST_STEPS}"))
}

/// Seeds: at least one, no two the same.
pub fn seeds(values: &[u64]) -> Accepted {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    require(!values.is_empty() && sorted.len() == values.len(), || {
        "accepted are one or more seeds, no two the same".into()
    })
}

/// A prediction that the experiment lists.
pub(super) fn one_of(value: &str, names: &[&str]) -> Accepted {
    require(names.contains(&value), || format!("accepted are the experiment's {}", names.join(", ")))
}

/// Seeds that the experiment lists; none only in a finding of all of them pooled.
pub(super) fn some_of(values: &[u64], seeds: &[u64], pooled: bool) -> Accepted {
    require((pooled || !values.is_empty()) && values.iter().all(|value| seeds.contains(value)), || {
        format!("accepted are one or more of the experiment's {seeds:?}")
    })
}

/// The verdict of a finding.
pub(super) fn not_holding(value: Outcome) -> Accepted {
    require(value != Outcome::Holds, || "accepted are violated, not_reached, unresolved".into())
}

/// A name: it becomes part of file names and of the names of tests.
pub(super) fn name(value: &str) -> Accepted {
    let inside = value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let ends = !value.is_empty() && !value.starts_with('-') && !value.ends_with('-');
    require(inside && ends && value.len() <= LONGEST_NAME, || {
        format!(
            "accepted are names of lower-case letters, digits and inner hyphens, at most {LONGEST_NAME} characters"
        )
    })
}

/// What the keys and values of a sweep add to a name.
pub(super) fn name_ending(value: &str) -> Accepted {
    require(value.len() <= LONGEST_ENDING, || {
        format!("its arrays add {} characters to it: accepted are {LONGEST_ENDING}", value.len())
    })
}

/// Substeps of the central flow; the central map takes one.
pub(super) fn substeps(value: usize) -> Accepted {
    require((2..=MOST_SUBSTEPS).contains(&value), || format!("accepted are 2 to {MOST_SUBSTEPS}"))
}

/// The residual at which eigenpairs are accepted.
pub(super) fn eigen_tolerance(value: f64) -> Accepted {
    require(value > 0.0 && value <= 1e-2, || "accepted are numbers above 0 and at most 0.01".into())
}

/// The largest number of eigenvalues tracked.
pub(super) fn max_tracked(value: usize) -> Accepted {
    require((1..=16).contains(&value), || "accepted are 1 to 16".into())
}

/// The thresholds of tracked and of critical eigenvalues.
pub(super) fn thresholds(tracked_above: f64, critical_above: f64) -> Accepted {
    require(0.0 < tracked_above && tracked_above < critical_above && critical_above < 2.0, || {
        format!(
            "accepted is 0 < tracked_above < critical_above < 2, \
             but tracked_above is {tracked_above} and critical_above is {critical_above}"
        )
    })
}
