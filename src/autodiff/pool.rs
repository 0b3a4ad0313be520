//! Buffers that are used again, so that sweeps in steady state allocate nothing large.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use crate::numeric::Scalar;

/// Free buffers by length.
#[derive(Debug, Default)]
pub(super) struct Pool<T> {
    free: Mutex<HashMap<usize, Vec<Vec<T>>>>,
}

impl<T: Scalar> Pool<T> {
    pub fn new() -> Self {
        Self { free: Mutex::new(HashMap::new()) }
    }

    /// A buffer of `len` zeros.
    pub fn zeros(&self, len: usize) -> Buffer<'_, T> {
        let reused = self.free.lock().expect("no panic while locked").get_mut(&len).and_then(Vec::pop);
        let data = match reused {
            Some(mut data) => {
                data.fill(T::ZERO);
                data
            }
            None => vec![T::ZERO; len],
        };
        Buffer { data, pool: self }
    }
}

/// A buffer that goes back to its pool when dropped.
#[derive(Debug)]
pub(super) struct Buffer<'p, T> {
    data: Vec<T>,
    pool: &'p Pool<T>,
}

impl<T> Deref for Buffer<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.data
    }
}

impl<T> DerefMut for Buffer<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.data
    }
}

impl<T> Drop for Buffer<'_, T> {
    fn drop(&mut self) {
        let data = std::mem::take(&mut self.data);
        if let Ok(mut free) = self.pool.free.lock() {
            free.entry(data.len()).or_default().push(data);
        }
    }
}
