//! What else the theory predicts of a network than its loss: averages of its outputs.

use super::{About, Group};

mod outputs_average;

/// In the order of the talk.
pub(super) const GROUP: Group = Group {
    name: "observables",
    meaning: "averages of the outputs of a network, of which the theory knows no more than their derivatives",
    about: About::Every,
    predictions: &[&outputs_average::OutputsAverage],
};
