//! Claims about the central flow alone.

use super::trial::{Trial, constant};
use super::truth::{ASCENT, DIM, EDGE_STEP, RESIDUAL, RISE, SINGLE, record, with};
use crate::experiment::Record;
use crate::prediction::Outcome;
use crate::process::{CentralSample, MapSample};

/// The resolution of the claims about eta lambda: 1 % of 2.
const MARGIN: f64 = 0.02;

/// The residual twice, in units of eta lambda, which is 2.
const PAIRS: f64 = 2.0 * 2.0 * RESIDUAL;

pub fn trials() -> Vec<Trial> {
    let mut trials = stays_stable();
    trials.extend(eigenspace(1.0));
    trials.extend(eigenspace(-1.0));
    trials.extend(complementary());
    trials.extend(identities());
    trials.extend(descends());
    trials
}

/// An excess eight times as large with four times the substep is the integrator's, which explains a seventh of the difference;
/// one that is the same with both is certain but for the pairs and what may have come up unseen.
fn stays_stable() -> Vec<Trial> {
    let trial = |flow: f64, map: f64, outcome| {
        let record = at_the_edge(|c, m| (c.eigenvalues[0], m.sharpness) = (2.0 + flow, 2.0 + map));
        let what = format!("excess {flow}, of the map {map}");
        Trial::new("central_flow_stays_stable", &what, record, outcome)
    };
    let second_order = (0.95 * MARGIN - PAIRS) / 2.0;
    let halfway = (1.01 * MARGIN - PAIRS) / 2.0;
    let certain = 1.05 * MARGIN + PAIRS + RISE;
    vec![
        trial(second_order, 8.0 * second_order, Outcome::Holds),
        trial(halfway, 8.0 * halfway, Outcome::Unresolved),
        // Of first order it is not the integrator's.
        trial(second_order, 4.0 * second_order, Outcome::Unresolved),
        trial(certain, certain, Outcome::Violated),
        trial(MARGIN + PAIRS + 0.9 * RISE, MARGIN + PAIRS + 0.9 * RISE, Outcome::Unresolved),
    ]
}

/// An eigenvalue under Sigma of `2 + sign x`, in the map as in the flow.
fn eigenspace(sign: f64) -> Vec<Trial> {
    let make = |x: f64| {
        at_the_edge(|c, m| {
            let under = 2.0 + sign * x;
            c.effective_variance = c.trace() * under * under;
            m.effective_variance = m.trace * under * under;
        })
    };
    let trial = |x: f64, outcome| {
        Trial::new("sigma_in_critical_eigenspace", &format!("2 and {}", sign * x), make(x), outcome)
    };
    vec![
        trial(0.95 * MARGIN - PAIRS, Outcome::Holds),
        trial(MARGIN - 0.5 * PAIRS, Outcome::Unresolved),
        trial(MARGIN + 0.9 * (PAIRS + RISE), Outcome::Unresolved),
        trial(1.05 * MARGIN + PAIRS + RISE, Outcome::Violated),
    ]
}

/// What the solver promises, and the rounding of the sums of a certificate of order 2: 4 terms in an entry, 4 in the pairing, 2
/// of an eigenvalue.
fn complementary() -> Vec<Trial> {
    constant("sigma_complementary", (1e-12, 10.0 * f64::EPSILON), |x| {
        with(|s| s.get_mut::<CentralSample>().into_iter().for_each(|c| c.complementarity = x))
    })
}

/// Ten roundings of an inner product of p terms, relative to the two lengths, and one. The unit of sigma^2 is the closed form
/// over the cosine.
fn identities() -> Vec<Trial> {
    let rounding = f64::EPSILON * (DIM as f64).sqrt();
    let single = |solved: f64, mismatch: f64| {
        with(|s| {
            for single in s.get_mut::<CentralSample>().into_iter().filter_map(|c| c.single.as_mut()) {
                (single.solved, single.projection_mismatch) = (SINGLE.closed_form + solved, mismatch);
            }
        })
    };
    let unit = SINGLE.closed_form / SINGLE.cosine;
    let mut trials = constant("projected_gradient_flow", (10.0 * rounding, rounding), |x| single(0.0, x));
    for sign in [1.0, -1.0] {
        let name = "single_critical_eigenvalue";
        trials.extend(constant(name, (10.0 * rounding, rounding), |x| single(sign * x * unit, 0.0)));
    }
    trials
}

/// A hundredth of gradient flow's descent; what Sigma spends and Euler's error, a thousandth of it, and rounding are numerical.
fn descends() -> Vec<Trial> {
    let error = (ASCENT.restoring + ASCENT.euler) / ASCENT.descent;
    constant("central_flow_descends", (0.01, error), |x| {
        let mut record = record();
        let central = record.samples[700].get_mut::<CentralSample>().expect("a flow");
        central.ascent.as_mut().expect("an ascent").change = x * ASCENT.descent;
        record
    })
}

fn at_the_edge(change: impl Fn(&mut CentralSample, &mut MapSample)) -> Record {
    with(|s| {
        if s.step >= EDGE_STEP {
            let mut flow = s.get::<CentralSample>().expect("a flow").clone();
            change(&mut flow, s.get_mut().expect("a map"));
            s.set(flow);
        }
    })
}
