//! The reproducible matrix product: fast, and the same bits whatever the vector instructions.
//!
//! Blocked in the manner of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM
//! TOMS 34, 2008): blocks of B are packed into panels as wide as a tile of C held in registers; blocks of A
//! are copied when their rows would compete for the same cache sets.

mod batch;
mod buffers;
mod kernel;
mod packed;
mod term;
mod vector;
mod view;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::Scalar;
use batch::Batch;
use buffers::Workspace;
use kernel::{Begin, Kernels};
pub use packed::Packed;
pub use term::Term;
pub use vector::Vectors;
pub use view::{MatMut, MatRef};

/// The number of terms of each sum that are added while it is in a register, at most.
const DEPTH: usize = 512;
/// The number of rows of A that are copied at a time.
const ROWS: usize = 96;
/// The number of columns of B that are packed at a time, or as many more as fill whole panels.
const COLS: usize = 256;

/// What each entry of a product starts from, before the first term is added.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a, T> {
    /// From zero: `C = A B`.
    Zero,
    /// From its present value: `C += A B`.
    Present,
    /// From the entry of this row in its column: `C = 1 row + A B`.
    Row(&'a [T]),
}

/// `C = start + A B`, on the calling thread: [`matmul_sum`] of one term.
///
/// # Panics
/// If the shapes do not match: a bug of the caller.
pub fn matmul<T: Scalar>(c: MatMut<'_, T>, start: Start<'_, T>, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    matmul_sum(c, start, [Term::new(a, b)]);
}

/// `C = start + A_1 B_1 + A_2 B_2 + ...`, on the calling thread.
///
/// Each entry of C is one chain of fused multiply-adds in increasing order of k, term after term, from its start:
/// `c_ij = fma(a_ik, b_kj, c_ij)` for k = 0, 1, .... Neither the blocking nor the instructions in use change a
/// bit of it (except the payload of a NaN).
///
/// # Panics
/// If the shapes do not match: a bug of the caller.
pub fn matmul_sum<'a, T: Scalar, I>(mut c: MatMut<'_, T>, mut start: Start<'_, T>, terms: I)
where
    I: IntoIterator<Item = Term<'a, T>>,
    I::IntoIter: Clone,
{
    if let Start::Row(row) = start {
        assert_eq!(row.len(), c.cols(), "the row is as wide as the product");
    }
    let shape = (c.rows(), c.cols());
    let fits = |term: &Term<'a, T>| assert_eq!(term.shape(), shape, "each term has the shape of the sum");
    let mut rest = terms.into_iter().inspect(fits).filter(|term| term.depth() > 0).peekable();
    if shape.0 * shape.1 == 0 || rest.peek().is_none() {
        return c.begin(start);
    }
    buffers::with(|workspace| {
        // Factors that were packed for other instructions than those in use now have other panels.
        while let Some(kernels) = rest.peek().map(Term::kernels) {
            let run = rest.clone().take_while(|term| term.suits(&kernels));
            sum(&kernels, &mut c, start, run, workspace);
            while rest.next_if(|term| term.suits(&kernels)).is_some() {}
            start = Start::Present;
        }
    });
}

/// Block after block of columns of C, batch after batch of blocks of the terms.
fn sum<'a, T: Scalar>(
    kernels: &Kernels<T>,
    c: &mut MatMut<'_, T>,
    start: Start<'_, T>,
    terms: impl Iterator<Item = Term<'a, T>> + Clone,
    workspace: &mut Workspace,
) {
    let most_cols = kernels.most_cols(COLS);
    for j in (0..c.cols()).step_by(most_cols) {
        let cols = j..c.cols().min(j + most_cols);
        let mut batch = Batch::new(kernels, cols, Begin::new(start, j));
        for term in terms.clone() {
            for k in (0..term.depth()).step_by(DEPTH) {
                let depth = DEPTH.min(term.depth() - k);
                if !batch.has_room_for(depth) {
                    batch.multiply(c, workspace);
                }
                batch.push(&term, k, depth, workspace);
            }
        }
        batch.multiply(c, workspace);
    }
}

#[cfg(test)]
mod tests;
