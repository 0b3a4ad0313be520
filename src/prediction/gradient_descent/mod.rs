//! What gradient descent itself does, by the theory of the talk: on quadratics, before the edge of stability and as it comes there.

use super::{About, Group};

mod euler_term;
mod follows_gradient_flow;
mod quadratic_modes;
mod splits_from_gradient_flow;
mod steps_by_the_gradient;

/// In the order of the talk.
pub(super) const GROUP: Group = Group {
    name: "gradient_descent",
    meaning: "what gradient descent itself does: on quadratics, before the edge and as it comes there",
    about: About::Kind("gradient_descent"),
    predictions: &[
        &quadratic_modes::QuadraticModes,
        &steps_by_the_gradient::StepsByTheGradient,
        &follows_gradient_flow::FollowsGradientFlow,
        &euler_term::EulerTerm,
        &splits_from_gradient_flow::SplitsFromGradientFlow,
    ],
};
