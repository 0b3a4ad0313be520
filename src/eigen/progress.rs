//! Whether an iteration still gets anywhere.

/// Whether residuals still shrink: it must come within 200 steps, since long plateaus are normal for unlucky spectra.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    best: f64,
    steps: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self { best: f64::INFINITY, steps: 0 }
    }
}

impl Progress {
    /// Counts a step that begins with the residual `worst`.
    pub fn ended(&mut self, worst: f64) -> bool {
        let better = worst < 0.9 * self.best;
        *self = if better { Self { best: worst, steps: 0 } } else { Self { steps: self.steps + 1, ..*self } };
        self.steps > 200
    }
}
