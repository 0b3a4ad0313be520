//! Judgements on synthetic records of known truth: no experiment is run, every number of a record is a formula.
//!
//! [`truth`] makes the record of a run that comes to the edge, blows up and is followed in two segments. The other files
//! have one claim or kind of claim each and change that record so that a discrepancy is known; what is allowed is derived
//! from the claim's docs, not read from a judgement.

mod averages;
mod before_the_edge;
mod certificates;
mod decay;
mod distances;
mod flow;
mod fuzz;
mod numbers;
mod orders;
mod pooled;
mod stationary;
mod tenfold;
mod trial;
pub(super) mod truth;
