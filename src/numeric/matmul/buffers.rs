//! The memory of packed blocks: two buffers a thread, aligned to cache lines, that only grow.

use std::cell::RefCell;

use crate::numeric::Scalar;

/// Memory aligned to cache lines.
#[derive(Debug, Default)]
pub struct Buffer(Vec<CacheLine>);

#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct CacheLine([u64; 8]);

impl Buffer {
    /// Room for `len` numbers, of any value; valid until the next call.
    pub fn at_least<T: Scalar>(&mut self, len: usize) -> *mut T {
        let lines = (len * size_of::<T>()).div_ceil(size_of::<CacheLine>());
        if lines > self.0.len() {
            self.0.resize(lines, CacheLine([0; 8]));
        }
        self.0.as_mut_ptr().cast()
    }

    /// The room that was asked for last.
    pub fn start<T: Scalar>(&self) -> *const T {
        self.0.as_ptr().cast()
    }
}

/// The memory of one product.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Copied blocks of A.
    pub a: Buffer,
    /// Packed blocks of B.
    pub b: Buffer,
}

/// Calls `f` with the workspace of this thread.
///
/// # Panics
/// If `f` calls this function.
pub fn with(f: impl FnOnce(&mut Workspace)) {
    thread_local! {
        static WORKSPACE: RefCell<Workspace> = RefCell::default();
    }
    WORKSPACE.with_borrow_mut(f);
}
