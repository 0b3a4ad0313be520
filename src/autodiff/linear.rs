//! Linear nodes: a map and its transpose serve every order.

use std::sync::Arc;

use super::gather::Gather;
use super::rows::stride;
use super::write::Write;
use crate::numeric::Scalar;
use crate::numeric::dispatch::dispatched;

/// A linear map of per-example matrices (affine where a constant is subtracted).
#[derive(Debug, Clone)]
pub(super) enum Linear {
    /// `x + 1 b`: the row b added to each row of x.
    AddRow,
    /// `x + y`.
    Add,
    /// `x - y`.
    Subtract,
    /// The sum of each row.
    RowSum,
    /// `x` minus its row's largest entry, taken as a constant.
    ShiftByRowMax,
    /// `factor x`.
    Scale(f64),
    /// `x` plus the same number for all entries.
    Offset(f64),
    /// Entries of its operands, each to some places of the image.
    Gather(Arc<Gather>),
    /// The transpose of a gather of one operand: entries added to each other.
    Scatter(Arc<Gather>),
}

impl Linear {
    /// Writes the image of `x` as operand `operand` to `out`; `cols` is the width of that operand.
    pub fn apply<T: Scalar>(&self, operand: usize, x: &[T], cols: usize, out: &mut [T], write: Write) {
        match (self, operand) {
            (Linear::AddRow, 1) => {
                for row in out.chunks_exact_mut(stride::<T>(cols)) {
                    scaled(T::ONE, x, &mut row[..cols], write);
                }
            }
            (Linear::Subtract, 1) => scaled(-T::ONE, x, out, write),
            (Linear::RowSum, _) => {
                for (row, out) in x.chunks_exact(stride::<T>(cols)).zip(out) {
                    let sum = row[..cols].iter().fold(T::ZERO, |sum, &x| sum + x);
                    *out = if write == Write::Add { *out + sum } else { sum };
                }
            }
            (&Linear::Scale(factor), _) => scaled(T::from_f64(factor), x, out, write),
            (Linear::Gather(gather), _) => gather.apply(operand, x, out, write),
            (Linear::Scatter(gather), _) => gather.transpose(0, x, out, write),
            (
                Linear::AddRow | Linear::Add | Linear::Subtract | Linear::ShiftByRowMax | Linear::Offset(_),
                _,
            ) => {
                scaled(T::ONE, x, out, write);
            }
        }
    }

    /// Adds the constant part to the linear one in `out`: an offset, or minus the largest entry of each row.
    pub fn add_constant<T: Scalar>(&self, cols: usize, out: &mut [T]) {
        match *self {
            Linear::ShiftByRowMax => {
                for row in out.chunks_exact_mut(stride::<T>(cols)) {
                    let row = &mut row[..cols];
                    let largest = row.iter().fold(row[0], |m, &x| if x > m { x } else { m });
                    row.iter_mut().for_each(|x| *x -= largest);
                }
            }
            Linear::Offset(offset) => {
                let offset = T::from_f64(offset);
                out.iter_mut().for_each(|x| *x += offset);
            }
            _ => {}
        }
    }

    /// Writes the transposed image of `y` to `out`, the adjoint of operand `operand`, whose width is `cols`.
    pub fn transpose<T: Scalar>(&self, operand: usize, y: &[T], cols: usize, out: &mut [T], write: Write) {
        match (self, operand) {
            (Linear::AddRow, 1) => {
                if write == Write::Replace {
                    out.fill(T::ZERO);
                }
                for row in y.chunks_exact(stride::<T>(cols)) {
                    scaled(T::ONE, &row[..cols], out, Write::Add);
                }
            }
            (Linear::Subtract, 1) => scaled(-T::ONE, y, out, write),
            (Linear::RowSum, _) => {
                for (row, &y) in out.chunks_exact_mut(stride::<T>(cols)).zip(y) {
                    row[..cols]
                        .iter_mut()
                        .for_each(|out| *out = if write == Write::Add { *out + y } else { y });
                }
            }
            (&Linear::Scale(factor), _) => scaled(T::from_f64(factor), y, out, write),
            (Linear::Gather(gather), _) => gather.transpose(operand, y, out, write),
            (Linear::Scatter(gather), _) => gather.apply(0, y, out, write),
            (
                Linear::AddRow | Linear::Add | Linear::Subtract | Linear::ShiftByRowMax | Linear::Offset(_),
                _,
            ) => {
                scaled(T::ONE, y, out, write);
            }
        }
    }
}

dispatched! {
    /// `out = factor x`, or added to `out`.
    fn scaled<T: Scalar>(factor: T, x: &[T], out: &mut [T], write: Write) {
        match write {
            Write::Replace => {
                for (out, &x) in out.iter_mut().zip(x) {
                    *out = factor * x;
                }
            }
            Write::Add => {
                for (out, &x) in out.iter_mut().zip(x) {
                    *out += factor * x;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wherever the largest entry stands, it becomes zero, so that no exponential overflows and one is 1.
    #[test]
    fn rows_are_shifted_by_their_largest_entry() {
        let cols = 3;
        for row in [[-900.0, 0.5, 800.0], [800.0, -900.0, 0.5], [0.5, 800.0, -900.0]] {
            let mut out = vec![0.0_f64; stride::<f64>(cols)];
            out[..cols].copy_from_slice(&row);
            Linear::ShiftByRowMax.add_constant(cols, &mut out);
            assert_eq!(out[..cols], row.map(|x| x - 800.0));
        }
    }
}
