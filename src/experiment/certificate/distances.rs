//! Are the recorded distances those of the weights?

use serde::{Deserialize, Serialize};

use super::{Comparison, ROUNDING, Scene};
use crate::dynamics::FlowError;
use crate::process::{CentralSample, FlowSample, MapSample, MidpointSample, Sample, SegmentSample};
use crate::process::{central_map, gradient_flow};

/// Distances and displacements of one step, recomputed from the weights; the control takes the central flow from one
/// substep later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DistanceCertificate {
    /// The step.
    pub step: usize,
    /// Steps of gradient descent, and recorded distances.
    pub comparisons: Vec<Comparison>,
}

/// The certificate of a step; none before the first midpoint.
///
/// Iterates must be a step `-P^-1 (beta m + c grad L) - a w` apart, where P, beta, c and a are those of the run's rule.
/// Midpoints are taken from the differences of the iterates, and sums are compensated, so that only the recorded numbers' rounding counts: with p terms in sixteen partial
/// sums at most `p / 16 + 6` units in the last place, and one unit in the weights for each of the three operations of
/// a midpoint.
///
/// # Errors
/// If a number is infinite or NaN.
pub fn distances(scene: &Scene<'_>) -> Result<Option<DistanceCertificate>, FlowError> {
    let Some([before, here, after]) = scene.now.discrete.iterates() else { return Ok(None) };
    let (rule, sample) = (scene.now.rule, scene.sample);
    let momentum = rule.momentum();
    let mut comparisons = Vec::new();
    for (name, from, to) in [("step to w_t", before, here), ("step from w_t", here, after)] {
        let at = scene.now.objective.linearize(&rule.query(from));
        let steps = rule.preconditioner().steps(&to.state);
        let of = |mut m: Vec<f64>, share: f64| {
            steps.clone().times(-share).descend(&mut m);
            m
        };
        let step = of(at.gradient().to_vec(), momentum.intake);
        let again = of(from.buffer.clone(), momentum.kept);
        let again = again.into_iter().chain(std::iter::repeat(0.0));
        let apart = zip(&from.weights, &to.weights).zip(zip_owned(&step, again));
        let decay = rule.decay(&to.state).share;
        let gap = length(apart.map(|((from, to), (step, again))| to - from + again + step + decay * from));
        let size = length(step.iter().copied());
        let allowed = (2.0 + 4.0 * momentum.kept) * f64::EPSILON * length(from.weights.iter().copied())
            + ROUNDING * size;
        comparisons.push(Comparison::new(name, size, gap, allowed));
    }
    let coordinates = scene.now.discrete.coordinates();
    let [before, here, after] = [before, here, after].map(|iterate| &iterate.weights[..]);
    // w_t - w*_t = (2 w_t - w_{t+1} - w_{t-1}) / 4.
    let displacement: Vec<f64> =
        zip(before, after).zip(here).map(|((b, a), w)| 0.25 * ((w - b) + (w - a))).collect();
    let midpoint: Vec<f64> = zip(here, &displacement).map(|(w, d)| w - d).collect();
    let sums = (here.len() as f64 / 16.0 + 6.0) * f64::EPSILON;
    let weights = 3.0 * f64::EPSILON * length(coordinates.shrunk(here.to_vec()).into_iter());
    let allowed = |distance: f64| sums * distance + weights;
    let apart = |a: &[f64], b: &[f64]| length(coordinates.between(a, b).into_iter());
    let mut compare = |name: &str, recorded: Option<f64>, true_one: f64, control: Option<f64>| {
        let Some(recorded) = recorded else { return };
        let comparison = Comparison::new(name, true_one, recorded - true_one, allowed(true_one));
        comparisons.push(match control {
            Some(wrong) => comparison.against(recorded - wrong),
            None => comparison,
        });
    };
    let moved = length(coordinates.shrunk(displacement.clone()).into_iter());
    let recorded = sample.get::<MidpointSample>();
    compare("|w_t - w*_t|", recorded.map(|m| m.displacement_square.sqrt()), moved, None);
    let gradient_flow = scene.others.point::<gradient_flow::Flow>();
    if let Some(flow) = gradient_flow {
        let recorded = recorded.and_then(|m| m.to_gradient_flow);
        compare("midpoint to gradient flow", recorded, apart(&midpoint, flow), None);
    }
    if let Some((flow, here)) = scene.central().and_then(|flow| Some((flow, flow.evaluation()?))) {
        let dt = flow.substep_length();
        let velocity = here.coordinates.stretched(here.velocity.clone());
        let later: Vec<f64> = zip(flow.weights(), &velocity).map(|(w, v)| w + dt * v).collect();
        compare(
            "midpoint to central flow",
            recorded.and_then(|m| m.to_central_flow),
            apart(&midpoint, flow.weights()),
            Some(apart(&midpoint, &later)),
        );
        if let Some(other) = gradient_flow {
            let recorded = sample.get::<FlowSample>().and_then(|f| f.to_central_flow);
            compare("flows apart", recorded, apart(other, flow.weights()), None);
        }
        if sample.get::<CentralSample>().is_none() {
            let recorded = sample.get::<SegmentSample>().map(|segment| segment.to_map);
            compare(
                "midpoint to the segment's central map",
                recorded,
                length(here.coordinates.between(&midpoint, flow.weights()).into_iter()),
                None,
            );
        }
        if let Some(map) = scene.others.point::<central_map::Map>() {
            let recorded = sample.get::<MapSample>().and_then(|c| c.distance);
            compare("central map to central flow", recorded, apart(map, flow.weights()), None);
        }
        for i in 0..here.sigma_vectors.cols() {
            let natural = here.coordinates.shrunk(displacement.clone());
            let along = zip(here.sigma_vectors.col(i), &natural).map(|(q, d)| q * d);
            let (along, oscillation) = (sum(along), oscillation_of(sample));
            let recorded = oscillation.map_or(f64::NAN, |o| o.get(i).copied().unwrap_or(f64::NAN));
            // The terms are of the size of the displacement, not of their sum.
            let name = format!("displacement along eigenvector {} of Sigma", i + 1);
            comparisons.push(Comparison::new(name, moved, recorded - along, sums * moved + weights));
        }
    }
    if !comparisons.iter().all(Comparison::is_finite) {
        return Err(FlowError::NonFinite);
    }
    Ok(Some(DistanceCertificate { step: sample.step, comparisons }))
}

/// The recorded displacements along the eigenvectors of Sigma.
fn oscillation_of(sample: &Sample) -> Option<&Vec<f64>> {
    sample.central().map(|central| &central.oscillation)
}

fn zip<'a>(a: &'a [f64], b: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
    a.iter().copied().zip(b.iter().copied())
}

fn zip_owned<'a>(a: &'a [f64], b: impl Iterator<Item = f64> + 'a) -> impl Iterator<Item = (f64, f64)> + 'a {
    a.iter().copied().zip(b)
}

fn length(values: impl Iterator<Item = f64>) -> f64 {
    sum(values.map(|x| x * x)).sqrt()
}

/// A compensated sum (Neumaier): right to the last bits at any length.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut rest) = (0.0_f64, 0.0_f64);
    for x in values {
        let next = sum + x;
        rest += if sum.abs() >= x.abs() { (sum - next) + x } else { (x - next) + sum };
        sum = next;
    }
    sum + rest
}
