//! The progress bar on stderr; without a terminal there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::dynamics::Progress;

/// Shows the steps done and hears of Ctrl-C.
pub struct Bar {
    bar: ProgressBar,
    interrupted: Arc<AtomicBool>,
}

impl Bar {
    /// A bar of so many steps.
    pub fn new(steps: usize, interrupted: Arc<AtomicBool>) -> Self {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} steps, {eta} left{msg}");
        let bar = ProgressBar::new(steps as u64);
        Self { bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())), interrupted }
    }

    /// Removes the bar, to make room for the results.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn step(&self) {
        self.bar.inc(1);
    }

    fn cancelled(&self) -> bool {
        let cancelled = self.interrupted.load(Ordering::Relaxed);
        if cancelled && self.bar.message().is_empty() {
            self.bar.set_message(" - stopping, Ctrl-C again to quit at once");
        }
        cancelled
    }
}
