//! How much memory an objective takes, before it is built.

use super::network;
use super::spec::{NetworkSpec, ObjectiveSpec};
use crate::autodiff::Footprint;

/// The memory of an objective in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectiveMemory {
    /// The number of parameters p.
    pub dim: u64,
    /// What is there as long as the objective: data, starting point.
    pub fixed: u64,
    /// What a linearisation keeps, beside p numbers each of the point and the gradient.
    pub point: u64,
    /// What each direction of a block takes beside its p numbers and those of its result.
    pub direction: u64,
    /// What a thread works on in a sweep along directions.
    pub sweep: u64,
}

/// Bytes of a number.
const NUMBER: u64 = size_of::<f64>() as u64;
/// Chunks of examples whose coefficients a thread keeps at a time.
const CHUNKS: u64 = 8;

impl ObjectiveSpec {
    /// The memory of the objective that this builds.
    pub fn memory(&self) -> ObjectiveMemory {
        match self {
            ObjectiveSpec::Network(network) => network.memory(),
            ObjectiveSpec::Quadratic { spectrum } => {
                let dim = spectrum.len() as u64;
                let fixed = NUMBER * dim * (dim + 2);
                ObjectiveMemory { dim, fixed, point: 0, direction: 0, sweep: 0 }
            }
            ObjectiveSpec::Valley { directions, .. } => {
                let dim = *directions as u64 + 1;
                ObjectiveMemory { dim, fixed: NUMBER * dim, point: NUMBER * dim, direction: 0, sweep: 0 }
            }
            // At most some tens of parameters, so that building one costs nothing.
            ObjectiveSpec::MatrixValley(_) | ObjectiveSpec::Crossing(_) | ObjectiveSpec::Leaving(_) => {
                let dim = self.build(0).map_or(0, |objective| objective.dim() as u64);
                ObjectiveMemory {
                    dim,
                    fixed: NUMBER * dim * (dim + 2),
                    point: NUMBER * dim,
                    direction: 0,
                    sweep: 0,
                }
            }
        }
    }
}

impl NetworkSpec {
    fn memory(&self) -> ObjectiveMemory {
        let graph = network::graph(&self.architecture(), self.loss);
        let Footprint { tables, point, jet, chunks, packed } = Footprint::new::<f64>(&graph, self.examples);
        let dim = graph.dim() as u64;
        ObjectiveMemory {
            dim,
            // While it is built there are the data, a copy in the precision of the program, and one with room between rows.
            fixed: 3 * tables + NUMBER * dim,
            point: point + packed,
            direction: packed,
            sweep: jet * chunks.min(CHUNKS),
        }
    }
}
