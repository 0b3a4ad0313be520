//! Walks a copy of the central flow through one step and certifies Sigma on the way.

use super::{ActionCertificate, Comparison, EdgeCertificate, Products, Scene, action, edge};
use crate::dynamics::FlowError;
use crate::eigen::Tracker;
use crate::numeric::Matrix;
use crate::numeric::vector::{distance, norm};

/// Adds certificates of the central flow at this step: of what acts after each substep, of what holds the edge
/// at the first substep and the middle one. The last certificate of what acts also compares the copy, which has gone
/// substep by substep, with one that was advanced over the whole step.
///
/// The products of the copies' trackers are counted as well.
///
/// # Errors
/// If the flow cannot be continued, or a number is infinite or NaN.
pub fn sigma(
    scene: &Scene<'_>,
    products: &Products,
    edges: &mut Vec<EdgeCertificate>,
    actions: &mut Vec<ActionCertificate>,
) -> Result<(), FlowError> {
    let (objective, rule, step) = (scene.now.objective, &**scene.now.rule, scene.now.step);
    let Some(flow) = scene.central().filter(|_| scene.sample.central().is_some()) else {
        return Ok(());
    };
    let (mut copy, mut whole) = (flow.clone(), flow.clone());
    let substeps = flow.substeps();
    for substep in 0..substeps {
        let here = copy.evaluate(objective)?.clone();
        let (from, u) = (copy.clone(), tracked(copy.tracker()));
        copy.substep(objective)?;
        if substep == 0 || substep == substeps / 2 {
            let certificate = edge(objective, rule, (&from, &here), &u, products)?;
            edges.extend(certificate.map(|c| EdgeCertificate { step, substep, ..c }));
        }
        let certificate = action(objective, rule, (&from, &here), copy.iterate(), products)?;
        actions.push(ActionCertificate { step, substep, ..certificate });
    }
    whole.advance(objective)?;
    let apart = distance(whole.weights(), copy.weights());
    let allowed = f64::EPSILON * norm(copy.weights());
    let path = distance(copy.weights(), flow.weights());
    if let Some(last) = actions.last_mut() {
        last.comparisons.push(Comparison::new("displacement of a step", path, apart, allowed));
    }
    products.add(copy.products() + whole.products() - 2 * flow.products());
    Ok(())
}

/// The tracked eigenvectors above the threshold.
pub(super) fn tracked(tracker: &Tracker) -> Matrix {
    let Some(pairs) = tracker.pairs() else { return Matrix::zeros(0, 0) };
    let count = pairs.values.iter().take_while(|value| **value > tracker.threshold()).count();
    pairs.vectors.cols_range(0, count)
}
