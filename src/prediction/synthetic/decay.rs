//! The claim about runs that weight decay keeps below the edge.

use super::trial::{Trial, constant};
use super::truth::{PLATEAU, STEPS, TOLERANCE, plateau};
use crate::experiment::Record;
use crate::prediction::Outcome;
use crate::process::{CentralSample, MapSample, MidpointSample, Sample};

/// The substeps of the central flow a step.
const N: f64 = 4.0;

pub fn trials() -> Vec<Trial> {
    let [flow, map, _] = PLATEAU;
    let tolerance = N / (N - 1.0) * (map - flow);
    let error = 4.0 * TOLERANCE * TOLERANCE;
    let mut trials = vec![];
    for sign in [1.0, -1.0] {
        trials.extend(constant("plateau_below_the_edge", (tolerance, error), |x| {
            late(|s| midpoint(s, flow + sign * x))
        }));
    }
    trials.extend(premises());
    trials
}

/// An oscillation of flow or map in the last quarter, a flow that is on its way, or has ended, and one that is not told from the edge.
fn premises() -> Vec<Trial> {
    let trial =
        |what: &str, record: Record, outcome| Trial::new("plateau_below_the_edge", what, record, outcome);
    let first = STEPS - STEPS / 4;
    let rising = |to: f64| {
        late(|s| {
            let share = (s.step - first) as f64 / (STEPS - 1 - first) as f64;
            let sharpness = 1.5 + (to - 1.5) * share;
            s.get_mut::<CentralSample>().into_iter().for_each(|c| c.eigenvalues = vec![sharpness]);
            s.get_mut::<MapSample>().into_iter().for_each(|m| m.sharpness = sharpness + 0.003);
            midpoint(s, sharpness);
        })
    };
    let level = |sharpness: f64| {
        late(|s| {
            s.get_mut::<CentralSample>().into_iter().for_each(|c| c.eigenvalues = vec![sharpness]);
            s.get_mut::<MapSample>().into_iter().for_each(|m| m.sharpness = sharpness + 0.003);
            midpoint(s, sharpness);
        })
    };
    let once = |change: fn(&mut Sample)| {
        let mut record = plateau();
        change(&mut record.samples[first]);
        record
    };
    let earlier = |change: fn(&mut Sample)| {
        let mut record = plateau();
        change(&mut record.samples[first - 1]);
        record
    };
    let acts: fn(&mut Sample) = |s| s.get_mut::<MapSample>().into_iter().for_each(|m| m.trace = 1e-9);
    let flows: fn(&mut Sample) =
        |s| s.get_mut::<CentralSample>().into_iter().for_each(|c| c.sigma = vec![1e-9]);
    vec![
        trial("an oscillation of the map", once(acts), Outcome::NotReached),
        trial("an oscillation of the flow", once(flows), Outcome::NotReached),
        trial("an oscillation before", earlier(acts), Outcome::Holds),
        trial("an end of the flow", once(Sample::remove::<CentralSample>), Outcome::NotReached),
        // With a rise r in the quarter `2 - (1.5 + r) = 4 r` is at r = 0.1.
        trial("a rise of 0.095", rising(1.595), Outcome::Holds),
        trial("a rise of 0.105", rising(1.605), Outcome::NotReached),
        // 0.004 are allowed.
        trial("a plateau just below the edge", level(1.997), Outcome::Unresolved),
        trial("a plateau below the edge", level(1.995), Outcome::Holds),
    ]
}

fn midpoint(sample: &mut Sample, sharpness: f64) {
    sample.get_mut::<MidpointSample>().into_iter().for_each(|m| m.eigenvalues[0] = sharpness);
}

/// The plateau with its last quarter changed.
fn late(change: impl Fn(&mut Sample)) -> Record {
    let mut record = plateau();
    record.samples[STEPS - STEPS / 4..].iter_mut().for_each(change);
    record
}
