//! What runs beside the optimizer, and what is measured.

use serde::{Serialize, Serializer};

use super::Probe;
use crate::process::{Kind, kinds};

/// Processes to run and probes to measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    #[serde(serialize_with = "names")]
    processes: Vec<&'static Kind>,
    probes: Vec<Probe>,
}

impl Plan {
    /// These processes and probes, and what they need; each once, in the order of the registry.
    pub fn new(processes: &[&'static Kind], mut probes: Vec<Probe>) -> Self {
        probes.sort();
        probes.dedup();
        let mut wanted: Vec<&Kind> = processes.to_vec();
        wanted.extend(probes.iter().flat_map(|probe| probe.needs()));
        // Those that a process needs stand before it.
        for kind in kinds().iter().rev() {
            if wanted.contains(kind) {
                wanted.extend(kind.needs);
            }
        }
        let processes = kinds().iter().copied().filter(|kind| wanted.contains(kind)).collect();
        Self { processes, probes }
    }

    /// All processes, and no probes.
    pub fn everything() -> Self {
        Self::new(kinds(), vec![])
    }

    /// The processes.
    pub fn processes(&self) -> &[&'static Kind] {
        &self.processes
    }

    /// The probes.
    pub fn probes(&self) -> &[Probe] {
        &self.probes
    }
}

fn names<S: Serializer>(processes: &[&'static Kind], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(processes.iter().map(|kind| kind.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{ablated_flow, central_map, gradient_flow, midpoints, segments};

    #[test]
    fn what_is_needed_runs_too_and_nothing_else() {
        let of = |processes: &[&'static Kind], probes: &[Probe]| {
            Plan::new(processes, probes.to_vec()).processes().to_vec()
        };
        assert_eq!(of(&[], &[]), Vec::<&Kind>::new());
        assert_eq!(of(&[], &[Probe::QuadraticModel]), Vec::<&Kind>::new());
        assert_eq!(of(&[&gradient_flow::KIND], &[]), [&gradient_flow::KIND]);
        let of_segments = [&midpoints::KIND, &central_map::KIND, &segments::KIND];
        assert_eq!(of(&[&segments::KIND, &segments::KIND], &[]), of_segments);
        assert_eq!(of(&[&ablated_flow::KIND], &[])[..3], of_segments);
        assert_eq!(of(&[], &[Probe::EulerDrift]), [&central_map::KIND]);
        assert_eq!(Plan::everything().processes(), kinds());
    }
}
