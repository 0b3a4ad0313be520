//! Ctrl-C, a hang-up or a request to terminate: the first asks for an end that keeps the results and waits a moment for
//! it, the second waits no longer, the third ends the program at once.
//!
//! A signal that was ignored when the program started, as `nohup` and shells for background jobs arrange it, is not
//! listened to and so stays ignored.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::CliError;

/// How long the work may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is looked whether somebody has asked for an end.
const TICK: Duration = Duration::from_millis(20);
/// The request that is not waited for at all.
const AT_ONCE: usize = 3;

/// How often somebody has asked for an end.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Listens from now on.
    pub fn listen() -> Result<Self, CliError> {
        let interrupt = Self::default();
        let result = listen(interrupt.clone());
        result.map_err(|error| CliError::Refused(format!("Ctrl-C cannot be handled: {error}")))?;
        Ok(interrupt)
    }

    /// True if somebody has.
    pub fn asked(&self) -> bool {
        self.count() > 0
    }

    /// Does the work on a thread of its own; none if it did not end soon after somebody had asked for it. The thread is
    /// then left to itself, and ends with the program.
    ///
    /// # Panics
    /// If the work does.
    pub fn outlasting<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Option<R> {
        let (sender, receiver) = mpsc::channel();
        let worker = thread::spawn(move || {
            let _ = sender.send(work());
        });
        let mut asked: Option<Instant> = None;
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(result) => return Some(result),
                Err(RecvTimeoutError::Disconnected) => {
                    resume_unwind(worker.join().expect_err("it has ended without a result"))
                }
                Err(RecvTimeoutError::Timeout) if self.count() > 1 => return None,
                Err(RecvTimeoutError::Timeout) if self.asked() => {
                    if asked.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                        return None;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn ask(&self) {
        if self.0.fetch_add(1, Ordering::Relaxed) + 1 >= AT_ONCE {
            std::process::exit(super::status::INTERRUPTED.into());
        }
    }
}

#[cfg(unix)]
fn listen(interrupt: Interrupt) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new(heeded(ignored()))?;
    thread::spawn(move || signals.forever().for_each(|_| interrupt.ask()));
    Ok(())
}

/// Without a queue of signals: they are looked for now and then.
#[cfg(not(unix))]
fn listen(interrupt: Interrupt) -> io::Result<()> {
    use std::sync::atomic::AtomicBool;
    let heard = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGINT, heard.clone())?;
    thread::spawn(move || {
        loop {
            if heard.swap(false, Ordering::Relaxed) {
                interrupt.ask();
            }
            thread::sleep(TICK);
        }
    });
    Ok(())
}

/// The signals to listen to, given the bits of those that were ignored at the start. Where these are not known, a hang-up
/// is left as it is: ignored under `nohup`, else the end.
#[cfg(unix)]
fn heeded(ignored: Option<u64>) -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    match ignored {
        Some(bits) => {
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| bits >> (signal - 1) & 1 == 0).collect()
        }
        None => vec![SIGINT, SIGTERM],
    }
}

/// The signals that this process ignores, bit n - 1 for signal n, as Linux tells it.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(bits.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_ends_is_waited_for() {
        assert_eq!(Interrupt::default().outlasting(|| 3), Some(3));
        let asked = Interrupt::default();
        asked.ask();
        let heeding = asked.clone();
        assert_eq!(asked.outlasting(move || heeding.asked()), Some(true));
    }

    #[test]
    fn work_that_does_not_end_is_left() {
        for requests in [1, 2] {
            let interrupt = Interrupt::default();
            (0..requests).for_each(|_| interrupt.ask());
            assert_eq!(interrupt.outlasting(|| thread::sleep(Duration::from_secs(3600))), None);
        }
    }

    #[test]
    #[should_panic(expected = "on purpose")]
    fn a_panic_is_passed_on() {
        Interrupt::default().outlasting(|| panic!("on purpose"));
    }

    #[cfg(unix)]
    #[test]
    fn ignored_signals_are_not_listened_to() {
        // Numbers by POSIX: hang-up 1, interrupt 2, terminate 15.
        let hangup = 1 << (1 - 1);
        let interrupt = 1 << (2 - 1);
        let terminate = 1 << (15 - 1);
        assert_eq!(heeded(Some(0)), [2, 15, 1]);
        assert_eq!(heeded(Some(hangup)), [2, 15]);
        assert_eq!(heeded(Some(interrupt)), [15, 1]);
        assert_eq!(heeded(Some(terminate)), [2, 1]);
        assert!(heeded(Some(hangup | interrupt | terminate)).is_empty());
        assert_eq!(heeded(None), [2, 15]);
    }
}
