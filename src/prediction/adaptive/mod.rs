//! The claims of the theory of adaptive rules: what their state follows, and what the reduction of curvature is good for.

use super::{About, Group};

mod curvature_is_reduced;
mod flatness_is_faster;
mod squares_by_coordinate;
mod state_follows_squares;
mod steps_grow_by_flatness;

/// In the order of the source.
pub(super) const GROUP: Group = Group {
    name: "adaptive",
    meaning: "preconditioners whose state follows squares of the gradient, most of which is oscillation, and what the oscillation's reduction of curvature is good for",
    about: About::Adaptive,
    predictions: &[
        &state_follows_squares::StateFollowsSquares,
        &squares_by_coordinate::SquaresByCoordinate,
        &curvature_is_reduced::CLAIM,
        &steps_grow_by_flatness::CLAIM,
        &flatness_is_faster::CLAIM,
    ],
};
