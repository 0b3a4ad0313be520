//! Memory that runs share: one that would not fit beside those under way waits for them, one that never fits is refused.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::experiment::Memory;

/// How often a run that waits looks whether it is still wanted.
const TICK: Duration = Duration::from_millis(100);

/// So much memory, of which runs take their shares.
#[derive(Debug)]
pub struct Ration {
    available: Option<u64>,
    taken: Mutex<u64>,
    given_back: Condvar,
}

/// What one run has taken; it is given back when dropped.
#[derive(Debug)]
pub struct Share<'a> {
    ration: &'a Ration,
    bytes: u64,
}

impl Ration {
    /// So many bytes; without a number there is enough for all.
    pub fn new(available: Option<u64>) -> Self {
        Self { available, taken: Mutex::new(0), given_back: Condvar::new() }
    }

    /// Takes what a run needs, as soon as it is there; none if the run is no longer wanted.
    ///
    /// # Errors
    /// What it needs and what there is, in words, if that is less.
    pub fn take(&self, memory: &Memory, unwanted: impl Fn() -> bool) -> Result<Option<Share<'_>>, String> {
        let bytes = memory.total();
        let Some(available) = self.available else { return Ok(Some(Share { ration: self, bytes: 0 })) };
        if bytes > available {
            return Err(memory.refusal(available));
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken > available - bytes {
            if unwanted() {
                return Ok(None);
            }
            taken = self.given_back.wait_timeout(taken, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
        *taken += bytes;
        Ok(Some(Share { ration: self, bytes }))
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.ration.taken.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.ration.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn memory(bytes: u64) -> Memory {
        Memory::of(&[("numbers", bytes)])
    }

    #[test]
    fn runs_never_take_more_than_there_is() {
        let (ration, taken) = (Ration::new(Some(10)), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for bytes in [1, 4, 5, 6, 10, 3, 7, 2] {
                let (ration, taken) = (&ration, &taken);
                scope.spawn(move || {
                    for _ in 0..50 {
                        let share = ration.take(&memory(bytes), || false).expect("it fits").expect("wanted");
                        assert!(taken.fetch_add(bytes, Ordering::SeqCst) + bytes <= 10);
                        std::thread::yield_now();
                        taken.fetch_sub(bytes, Ordering::SeqCst);
                        drop(share);
                    }
                });
            }
        });
    }

    #[test]
    fn what_never_fits_is_refused_and_what_is_unwanted_does_not_wait() {
        let ration = Ration::new(Some(10));
        assert!(ration.take(&memory(11), || false).is_err());
        let share = ration.take(&memory(10), || false).expect("it fits").expect("wanted");
        assert!(ration.take(&memory(1), || true).expect("it would fit").is_none());
        drop(share);
        assert!(ration.take(&memory(1), || true).expect("it fits").is_some());
        assert!(Ration::new(None).take(&memory(u64::MAX), || false).expect("enough").is_some());
    }
}
