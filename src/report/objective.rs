//! What an experiment minimises.

use serde::Serialize;

use crate::objective::ObjectiveSpec;

/// An objective in words.
pub fn objective(objective: &ObjectiveSpec) -> String {
    match objective {
        ObjectiveSpec::Network(network) => format!(
            "network of hidden widths {:?}, activation {}, loss {}, on {} examples of {}",
            network.hidden,
            spelled(&network.activation),
            spelled(&network.loss),
            network.examples,
            spelled(&network.data),
        ),
        ObjectiveSpec::Quadratic { spectrum } => format!("quadratic in {} dimensions", spectrum.len()),
        ObjectiveSpec::Valley { curvature, slope, directions } => {
            format!("valley of curvature {curvature} and slope {slope} with {directions} sharp directions")
        }
        ObjectiveSpec::MatrixValley(valley) => {
            format!("matrix valley of curvatures {:?} and slope {:?}", valley.curvature, valley.slope)
        }
        ObjectiveSpec::Crossing(crossing) => format!(
            "crossing of eigenvalues {} and {}, slope {}, drift {}",
            crossing.curvature[0], crossing.curvature[1], crossing.slope, crossing.drift
        ),
        ObjectiveSpec::Leaving(leaving) => format!(
            "valley to be left, of curvature {}, slope {}, drift {} and coupling {}",
            leaving.curvature, leaving.slope, leaving.drift, leaving.coupling
        ),
    }
}

/// The value as a suite file spells it.
fn spelled(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_string()
}
