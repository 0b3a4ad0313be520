//! Linear nodes: a map and its transpose serve every order.

use crate::numeric::Scalar;

/// A linear map of per-example matrices (affine where a constant is subtracted).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Linear {
    /// `x + 1 b`: the row b added to each row of x.
    AddRow,
    /// `x - y`.
    Subtract,
    /// The sum of each row.
    RowSum,
    /// `x` minus its row's largest entry, taken as a constant.
    ShiftByRowMax,
    /// `factor x`.
    Scale(f64),
}

impl Linear {
    /// Adds the image of `x` as operand `operand` to `out`; `cols` is the width of that operand.
    pub fn apply<T: Scalar>(self, operand: usize, x: &[T], cols: usize, out: &mut [T]) {
        match (self, operand) {
            (Linear::AddRow, 1) => {
                for row in out.chunks_exact_mut(cols) {
                    add(x, row);
                }
            }
            (Linear::Subtract, 1) => add_scaled(-T::ONE, x, out),
            (Linear::RowSum, _) => {
                for (row, out) in x.chunks_exact(cols).zip(out) {
                    *out += row.iter().fold(T::ZERO, |sum, &x| sum + x);
                }
            }
            (Linear::Scale(factor), _) => add_scaled(T::from_f64(factor), x, out),
            (Linear::AddRow | Linear::Subtract | Linear::ShiftByRowMax, _) => add(x, out),
        }
    }

    /// The constant part at the value `x`, added to `out`: minus the largest entry of each row.
    pub fn add_constant<T: Scalar>(self, x: &[T], cols: usize, out: &mut [T]) {
        if self == Linear::ShiftByRowMax {
            for (row, out) in x.chunks_exact(cols).zip(out.chunks_exact_mut(cols)) {
                let largest = row.iter().fold(row[0], |m, &x| if x > m { x } else { m });
                out.iter_mut().for_each(|out| *out += -largest);
            }
        }
    }

    /// Adds the transposed image of `y` to `out`, the adjoint of operand `operand`, whose width is `cols`.
    pub fn transpose<T: Scalar>(self, operand: usize, y: &[T], cols: usize, out: &mut [T]) {
        match (self, operand) {
            (Linear::AddRow, 1) => {
                for row in y.chunks_exact(cols) {
                    add(row, out);
                }
            }
            (Linear::Subtract, 1) => add_scaled(-T::ONE, y, out),
            (Linear::RowSum, _) => {
                for (row, &y) in out.chunks_exact_mut(cols).zip(y) {
                    row.iter_mut().for_each(|out| *out += y);
                }
            }
            (Linear::Scale(factor), _) => add_scaled(T::from_f64(factor), y, out),
            (Linear::AddRow | Linear::Subtract | Linear::ShiftByRowMax, _) => add(y, out),
        }
    }
}

fn add<T: Scalar>(x: &[T], out: &mut [T]) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out += x;
    }
}

fn add_scaled<T: Scalar>(factor: T, x: &[T], out: &mut [T]) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out += factor * x;
    }
}
