//! What the numerics say of themselves, asked again by code that shares nothing with them: no theory, but whether it was
//! evaluated.

use super::{About, Group};

mod distances_as_recorded;
mod eigenpairs_certified;
mod sigma_acts_as_reported;
mod sigma_holds_the_edge;

pub(super) const GROUP: Group = Group {
    name: "certificates",
    meaning: "what checks the numerics from outside, whatever the theory",
    about: About::Every,
    predictions: &[
        &sigma_holds_the_edge::SigmaHoldsTheEdge,
        &sigma_acts_as_reported::SigmaActsAsReported,
        &distances_as_recorded::DistancesAsRecorded,
        &eigenpairs_certified::EigenpairsCertified,
    ],
};
