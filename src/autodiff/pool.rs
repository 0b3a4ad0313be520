//! Things that are used again, so that sweeps in steady state allocate nothing.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

/// Things not in use.
#[derive(Debug)]
pub(super) struct Pool<B> {
    free: Mutex<Vec<B>>,
}

impl<B> Pool<B> {
    pub fn new() -> Self {
        Self { free: Mutex::new(Vec::new()) }
    }

    /// One that was used before, or a new one.
    pub fn take(&self, make: impl FnOnce() -> B) -> Pooled<'_, B> {
        let used = self.free.lock().expect("no panic while locked").pop();
        Pooled { item: Some(used.unwrap_or_else(make)), pool: self }
    }
}

/// Goes back to its pool when dropped.
#[derive(Debug)]
pub(super) struct Pooled<'p, B> {
    item: Option<B>,
    pool: &'p Pool<B>,
}

impl<B> Deref for Pooled<'_, B> {
    type Target = B;
    fn deref(&self) -> &B {
        self.item.as_ref().expect("there until dropped")
    }
}

impl<B> DerefMut for Pooled<'_, B> {
    fn deref_mut(&mut self) -> &mut B {
        self.item.as_mut().expect("there until dropped")
    }
}

impl<B> Drop for Pooled<'_, B> {
    fn drop(&mut self) {
        if let (Some(item), Ok(mut free)) = (self.item.take(), self.pool.free.lock()) {
            free.push(item);
        }
    }
}
