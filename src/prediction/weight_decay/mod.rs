//! The claims about runs whose weights decay, in the gradient or beside the step: what it shifts the edge by, and where there is no edge any more.

use super::{About, Group};

mod decay_shifts_the_edge;
mod plateau_below_the_edge;

/// Of more and more decay.
pub(super) const GROUP: Group = Group {
    name: "weight_decay",
    meaning: "weights that decay, in the gradient or beside the step: what that shifts the edge by, and the plateau below the edge past the \
              critical decay",
    about: About::Decaying,
    predictions: &[&decay_shifts_the_edge::DecayShiftsTheEdge, &plateau_below_the_edge::PlateauBelowTheEdge],
};
