//! Claims that compare runs which differ in one setting.

use super::{About, Group};

mod flatter_at_equal_loss;

/// In the order of the source.
pub(super) const GROUP: Group = Group {
    name: "sweeps",
    meaning: "what changes from run to run of a sweep; judged on all values of one setting together, seed by seed",
    about: About::OneStep,
    predictions: &[&flatter_at_equal_loss::FlatterAtEqualLoss],
};
