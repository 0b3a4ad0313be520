//! Where a rule is: its weights and what it remembers.

use crate::numeric::vector::midpoint;

/// What a preconditioner is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// nu: running averages of squares of the gradient; empty where a rule keeps none.
    pub squares: Vec<f64>,
    /// How many gradients have been taken in; along a flow any number in between.
    pub time: f64,
}

impl State {
    /// The squares of a gradient by coordinate, where there is an average to follow them; else none.
    pub fn squares_of(&self, gradient: &[f64]) -> Vec<f64> {
        if self.squares.is_empty() { vec![] } else { gradient.iter().map(|g| g * g).collect() }
    }
}

/// The weights and the memory of a rule between two steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Iterate {
    /// `w_t`.
    pub weights: Vec<f64>,
    /// `m_t`, the sum of gradients that inertia carries on; empty without momentum.
    pub buffer: Vec<f64>,
    /// The state of the preconditioner.
    pub state: State,
}

impl Iterate {
    /// The second-order midpoint of three successive iterates: of the weights and of all that is remembered.
    pub fn midpoint([before, here, after]: [&Iterate; 3]) -> Iterate {
        Iterate {
            weights: midpoint(&before.weights, &here.weights, &after.weights),
            buffer: midpoint(&before.buffer, &here.buffer, &after.buffer),
            state: State {
                squares: midpoint(&before.state.squares, &here.state.squares, &after.state.squares),
                time: here.state.time,
            },
        }
    }
}
