//! Claims that recompute: what the certificates allow.

use super::trial::{Trial, constant};
use super::truth::{TOLERANCE, record};
use crate::experiment::certificate::EigenpairCertificate;
use crate::experiment::{ProbeResults, Record};

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![];
    // A comparison allows what it says, relative to its size, which is 2.
    trials.extend(constant("distances_as_recorded", (1e-12, 0.0), |x| {
        probed(|probes| probes.distances[0].comparisons[0].difference = x)
    }));
    trials.extend(constant("sigma_acts_as_reported", (1e-12, 0.0), |x| {
        probed(|probes| probes.actions[0].comparisons[0].difference = x)
    }));
    // An exact condition, to a millionth of its terms.
    trials.extend(constant("sigma_holds_the_edge", (1e-6, 1e-7), |x| {
        probed(|probes| probes.edges[0].violation = x)
    }));
    // Residuals up to the run's tolerance and 1e-12, within 1e-12 of the reported ones; orthonormal to 1e-10; nothing missed by
    // more than the tolerance.
    trials.extend(constant("eigenpairs_certified", (TOLERANCE + 1e-12, 0.0), |x| {
        certified(|c| (c.residual, c.reported) = (x, x))
    }));
    trials.extend(constant("eigenpairs_certified", (1e-12, 0.0), |x| certified(|c| c.reported += x)));
    trials.extend(constant("eigenpairs_certified", (1e-10, 0.0), |x| certified(|c| c.orthogonality = x)));
    trials.extend(constant("eigenpairs_certified", (TOLERANCE, 0.0), |x| certified(|c| c.missed = x)));
    trials
}

fn probed(change: impl Fn(&mut ProbeResults)) -> Record {
    let mut record = record();
    change(&mut record.probes);
    record
}

fn certified(change: impl Fn(&mut EigenpairCertificate)) -> Record {
    probed(|probes| change(&mut probes.eigenpairs[0]))
}
