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
    }
}

/// The value as a suite file spells it.
fn spelled(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_string()
}
