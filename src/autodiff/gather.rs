//! The linear map that moves entries: one index map, the same for each example, read forwards and backwards.

use super::rows::stride;
use super::write::Write;
use crate::numeric::Scalar;
use crate::numeric::dispatch::dispatched;

/// The row and the column of an entry.
pub(super) type Entry = (usize, usize);

/// `Y[i, j] = X_o[k, l]` for each entry (i, j) of an example's matrix Y that has a source (o, (k, l)), else zero.
///
/// The transposed map adds `Y[i, j]` to `X_o[k, l]`, example after example and in each along the rows of Y.
#[derive(Debug, Clone)]
pub(super) struct Gather {
    /// The shape of Y.
    shape: Entry,
    sources: Vec<Source>,
}

/// A matrix that entries come from, and the entries that do.
#[derive(Debug, Clone)]
struct Source {
    shape: Entry,
    /// It is a parameter: the same matrix for all examples, its rows one after the other.
    shared: bool,
    runs: Vec<Run>,
    /// All entries of Y come from it.
    covers: bool,
}

/// Successive entries of a row of Y, whose sources are a constant step of rows and columns apart.
#[derive(Debug, Clone, Copy)]
struct Run {
    to: Entry,
    from: Entry,
    step: Entry,
    len: usize,
}

impl Gather {
    /// The map to a matrix of this shape from matrices of the given shapes, each shared by all examples or not.
    ///
    /// # Panics
    /// If a source lies outside its matrix: a bug in the architecture.
    pub fn new(
        shape: Entry,
        sources: &[(Entry, bool)],
        source: impl Fn(usize, usize) -> Option<(usize, Entry)>,
    ) -> Self {
        let empty = |&(shape, shared)| Source { shape, shared, runs: Vec::new(), covers: false };
        let mut sources: Vec<Source> = sources.iter().map(empty).collect();
        for i in 0..shape.0 {
            for j in 0..shape.1 {
                let Some((operand, from)) = source(i, j) else { continue };
                let inside = sources.get(operand).is_some_and(|x| from.0 < x.shape.0 && from.1 < x.shape.1);
                assert!(inside, "entry {from:?} of operand {operand}, gathered to ({i}, {j}), is outside it");
                extend(&mut sources[operand].runs, (i, j), from);
            }
        }
        for source in &mut sources {
            source.covers = source.runs.iter().map(|run| run.len).sum::<usize>() == shape.0 * shape.1;
        }
        Self { shape, sources }
    }

    /// What comes from operand `operand`, for each example in `out`.
    pub fn apply<T: Scalar>(&self, operand: usize, x: &[T], out: &mut [T], write: Write) {
        let source = &self.sources[operand];
        if write == Write::Replace && !source.covers {
            out.fill(T::ZERO);
        }
        let ((from, length), (to, width)) = (source.layout::<T>(), self.layout::<T>());
        for (example, out) in out.chunks_exact_mut(width.max(1)).enumerate() {
            pull(&source.runs, &x[example * length..], from, out, to, write);
        }
    }

    /// The transposed map to operand `operand`, of all examples in `y`.
    pub fn transpose<T: Scalar>(&self, operand: usize, y: &[T], out: &mut [T], write: Write) {
        if write == Write::Replace {
            out.fill(T::ZERO);
        }
        let source = &self.sources[operand];
        let ((from, length), (to, width)) = (source.layout::<T>(), self.layout::<T>());
        for (example, y) in y.chunks_exact(width.max(1)).enumerate() {
            push(&source.runs, y, to, &mut out[example * length..], from);
        }
    }

    /// The distances between rows and between examples of Y.
    fn layout<T>(&self) -> (usize, usize) {
        let row = stride::<T>(self.shape.1);
        (row, self.shape.0 * row)
    }
}

impl Source {
    /// The distances between rows and between examples.
    fn layout<T>(&self) -> (usize, usize) {
        let (rows, cols) = self.shape;
        if self.shared { (cols, 0) } else { (stride::<T>(cols), rows * stride::<T>(cols)) }
    }
}

/// Adds the next entry along the rows of Y to the last run, or begins another.
fn extend(runs: &mut Vec<Run>, to: Entry, from: Entry) {
    if let Some(run) = runs.last_mut()
        && (run.to.0, run.to.1 + run.len) == to
        && let Some(step) = step_to(run, from)
    {
        (run.step, run.len) = (step, run.len + 1);
        return;
    }
    runs.push(Run { to, from, step: (0, 1), len: 1 });
}

/// The step of a run if its next entry is this one.
fn step_to(run: &Run, next: Entry) -> Option<Entry> {
    let step = match run.len {
        1 => (next.0.checked_sub(run.from.0)?, next.1.checked_sub(run.from.1)?),
        _ => run.step,
    };
    let expected = (run.from.0 + run.len * step.0, run.from.1 + run.len * step.1);
    (expected == next).then_some(step)
}

impl Run {
    /// Where its entries are and come from, in matrices with these distances between rows, and the step between sources.
    #[inline(always)]
    fn places(&self, to: usize, from: usize) -> (usize, usize, usize) {
        let place = |entry: Entry, row: usize| entry.0 * row + entry.1;
        (place(self.to, to), place(self.from, from), place(self.step, from))
    }
}

dispatched! {
    /// One example: `y[to + k] = x[from + k step]` or added to it, run after run.
    fn pull<T: Scalar>(
        runs: &[Run],
        x: &[T],
        x_row: usize,
        y: &mut [T],
        y_row: usize,
        write: Write,
    ) {
        for run in runs {
            let (to, from, step) = run.places(y_row, x_row);
            let y = &mut y[to..to + run.len];
            match (write, step) {
                (Write::Replace, 1) => y.copy_from_slice(&x[from..from + run.len]),
                (Write::Replace, _) => {
                    for k in 0..run.len {
                        y[k] = x[from + k * step];
                    }
                }
                (Write::Add, _) => {
                    for k in 0..run.len {
                        y[k] += x[from + k * step];
                    }
                }
            }
        }
    }
}

dispatched! {
    /// One example: `x[from + k step] += y[to + k]`, run after run.
    fn push<T: Scalar>(runs: &[Run], y: &[T], y_row: usize, x: &mut [T], x_row: usize) {
        for run in runs {
            let (to, from, step) = run.places(y_row, x_row);
            let y = &y[to..to + run.len];
            match step {
                0 => x[from] = y.iter().fold(x[from], |sum, &y| sum + y),
                1 => x[from..from + run.len].iter_mut().zip(y).for_each(|(x, &y)| *x += y),
                _ => {
                    for k in 0..run.len {
                        x[from + k * step] += y[k];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
