//! How much memory a run takes, estimated before it starts.

use super::Settings;
use crate::dynamics::{AtRest, MOST_WEIGHTS};
use crate::objective::ObjectiveMemory;
use crate::process::{Sample, kinds};

/// The memory of a run in bytes, by what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    parts: Vec<(String, u64)>,
}

/// Bytes of a number.
const NUMBER: u64 = size_of::<f64>() as u64;

/// Processes side by side, each with a linearisation of its own and a tracker: midpoints, three from `w_0`, three of a
/// segment, the ablated flow; those of few weights that have none are counted by their matrices.
const PROCESSES: u64 = 8;
/// Vectors that a process keeps from step to step: its weights, gradient and velocity, and the tracker's last three
/// blocks of tracked vectors and guards.
const KEPT: u64 = 14;
/// Vectors of a search for eigenpairs: the largest Krylov basis of a cold start, the next block and its products.
const SEARCH: u64 = 42;
/// What the allocator takes for each vector that is in use: bases grow and are copied, and freed blocks are not at once
/// fit to be used again. Peaks that were measured, of networks with 1e5 and 2e6 parameters on two threads, are 2 to 3 times
/// the vectors in use.
const HELD: u64 = 3;
/// Directions of a block of HVPs whose matrices are packed at a time.
const PACKED: u64 = 4;
/// Matrices of all weights while the program of a stationary preconditioner is solved, by two processes: the Hessian in the units of either side, three
/// points of an iteration with their factors, a step, a system and products.
const MATRICES: u64 = 2 * 14;

/// Lists of numbers in a sample, each in memory of its own.
const LISTS: u64 = 4;
/// The bytes of a short list and of what the allocator adds.
const LIST: u64 = 64;
/// The bytes of a pointer to a part, and of what the allocator adds.
const POINTER: usize = 32;
/// Columns of the series that are made of the samples in the end.
const COLUMNS: u64 = 80;

impl Settings {
    /// What a run on such an objective takes, whatever it meets: a run with many critical eigenvalues may take more.
    pub fn memory(&self, objective: &ObjectiveMemory) -> Memory {
        let &ObjectiveMemory { dim, fixed, point, direction, sweep } = objective;
        let threads = rayon::current_num_threads() as u64;
        let searches = threads.min(PROCESSES);
        let vector = NUMBER * dim;
        let basis = SEARCH.min(2 * dim);
        let parts: usize = kinds().iter().map(|kind| kind.part.size + POINTER).sum();
        let solves = AtRest::new(&*self.rule()).is_some() && dim <= MOST_WEIGHTS as u64;
        let matrices = if solves { MATRICES * NUMBER * dim * dim } else { 0 };
        let sample = (size_of::<Sample>() + parts) as u64 + LISTS * LIST + COLUMNS * NUMBER;
        Memory::of(&[
            (
                &format!("vectors of {dim} parameters"),
                fixed + HELD * vector * (PROCESSES * KEPT + searches * basis),
            ),
            ("activations at points and along directions", PROCESSES * point + threads * sweep),
            ("packed matrices and those of convex programs", searches * PACKED * direction + HELD * matrices),
            (&format!("the record of {} steps", self.steps), self.steps as u64 * sample),
        ])
    }
}

impl Memory {
    /// The sum of some parts, each with what it is for.
    pub fn of(parts: &[(&str, u64)]) -> Self {
        Self { parts: parts.iter().map(|&(what, bytes)| (what.to_string(), bytes)).collect() }
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        self.parts.iter().fold(0, |sum, (_, bytes)| sum.saturating_add(*bytes))
    }

    /// Why a run that needs this is refused where there is only so much.
    pub fn refusal(&self, available: u64) -> String {
        let parts: Vec<String> =
            self.parts.iter().map(|(what, bytes)| format!("{} for {what}", size(*bytes))).collect();
        format!(
            "needs about {} of memory ({}), but {} are free: accepted is a smaller network, fewer examples or fewer steps",
            size(self.total()),
            parts.join(", "),
            size(available)
        )
    }
}

/// A size in words.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let exponent = (bytes.max(1).ilog2() / 10).clamp(1, UNITS.len() as u32);
    format!("{:.1} {}", bytes as f64 / (1u64 << (10 * exponent)) as f64, UNITS[exponent as usize - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::{Entry, Quadratic};

    fn quadratic(order: usize, steps: usize) -> u64 {
        let objective = Quadratic { spectrum: vec![1.0; order] };
        Settings::new(0.1, steps).memory(&objective.memory()).total()
    }

    #[test]
    fn every_kind_of_size_counts() {
        // The basis of eigenvectors, 8 MB, and a record of some two thousand bytes a step.
        assert!(quadratic(1000, 1) > quadratic(10, 1) + 8_000_000);
        let steps = quadratic(10, 1_000_000) - quadratic(10, 1);
        assert!((1_000_000_000..4_000_000_000).contains(&steps), "{steps}");
    }

    #[test]
    fn refusals_say_what_for_and_how_much_there_is() {
        let memory = Memory::of(&[("numbers", 3 << 29), ("the rest", 1 << 19)]);
        assert_eq!(
            memory.refusal(1 << 30),
            "needs about 1.5 GiB of memory (1.5 GiB for numbers, 512.0 KiB for the rest), but 1.0 GiB are free: accepted \
             is a smaller network, fewer examples or fewer steps"
        );
        assert_eq!([0, 1023, 1 << 20, 5 << 40].map(size), ["0.0 KiB", "1.0 KiB", "1.0 MiB", "5.0 TiB"]);
        assert_eq!(Memory::of(&[("a", u64::MAX), ("b", 1)]).total(), u64::MAX);
    }
}
