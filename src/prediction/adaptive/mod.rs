//! The claims of the theory of adaptive rules: what their state follows.

use super::{About, Group};

mod squares_by_coordinate;
mod state_follows_squares;

/// In the order of the source.
pub(super) const GROUP: Group = Group {
    name: "adaptive",
    meaning: "the state of a preconditioner that follows squares of the gradient, most of which is oscillation",
    about: About::Adaptive,
    predictions: &[&state_follows_squares::StateFollowsSquares, &squares_by_coordinate::SquaresByCoordinate],
};
