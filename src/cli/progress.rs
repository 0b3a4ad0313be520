//! What somebody who waits sees on stderr: in a terminal a bar of steps, everywhere a line a finished case.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use super::interrupt::Interrupt;
use crate::experiment::Progress;
use crate::suite::Case;

/// Shows the steps done and hears of Ctrl-C.
pub struct Bar {
    what: String,
    bar: ProgressBar,
    interrupt: Interrupt,
    began: Instant,
    ended: AtomicUsize,
}

impl Bar {
    /// A bar of so many steps for what it is called, which begins now.
    pub fn new(what: String, steps: usize, interrupt: Interrupt) -> Self {
        let style =
            ProgressStyle::with_template("{bar:40} {pos}/{len} steps, {elapsed} gone, {eta} left{msg}");
        let bar = ProgressBar::new(steps as u64);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { what, bar, interrupt, began: Instant::now(), ended: AtomicUsize::new(0) }
    }

    /// Says that one of so many cases has ended, and how.
    pub fn ended(&self, cases: usize, case: &Case, how: &str) {
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let (experiment, seed, elapsed) = (&case.spec.name, case.seed, self.elapsed());
        self.line(&format!("[{ended}/{cases}] {experiment} seed {seed}: {how}, after {elapsed}"));
    }

    /// Removes the bar, to make room for the results, and says how long it all took.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
        let _ = writeln!(io::stderr(), "{} in {}", self.what, self.elapsed());
    }

    fn elapsed(&self) -> String {
        duration(self.began.elapsed().as_secs_f64())
    }

    fn line(&self, text: &str) {
        if self.bar.is_hidden() {
            let _ = writeln!(io::stderr(), "{text}"); // nobody may be reading
        } else {
            self.bar.println(text);
        }
    }
}

/// Seconds in words.
fn duration(seconds: f64) -> String {
    let tenths = (10.0 * seconds).round() as u64;
    let (minutes, tenths) = (tenths / 600, tenths % 600);
    if minutes == 0 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("{minutes} min {} s", tenths / 10)
    }
}

impl Progress for Bar {
    fn step(&self) {
        self.bar.inc(1);
    }

    fn cancelled(&self) -> bool {
        let cancelled = self.interrupt.asked();
        if cancelled && self.bar.message().is_empty() {
            self.bar.set_message(" - stopping");
        }
        cancelled
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_in_words() {
        assert_eq!([0.04, 9.96, 59.94].map(duration), ["0.0 s", "10.0 s", "59.9 s"]);
        assert_eq!([59.96, 119.96, 3725.0].map(duration), ["1 min 0 s", "2 min 0 s", "62 min 5 s"]);
    }
}
