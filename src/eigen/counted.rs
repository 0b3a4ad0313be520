//! An operator with its products counted, checked, and brought to a size whose squares neither overflow nor vanish.

use super::block::finite;
use super::{EigenError, EigenPairs, SymmetricOperator};
use crate::numeric::Matrix;

/// The products of `2^-exponent H`.
///
/// The exponent is 0, so that no bit changes, unless a product with unit vectors shows that H is below `2^-RANGE` or above
/// `2^RANGE`. Then the solver starts again with the exponent of that product. Half of the power is taken from the vectors
/// and half from the product, which keeps both in range for the largest and the smallest numbers.
pub(super) struct Counted<'a> {
    op: &'a dyn SymmetricOperator,
    /// The dimension of H.
    pub dim: usize,
    /// The products used, those of attempts that were given up included.
    pub products: usize,
    /// The power of two that is taken out of H.
    pub exponent: i32,
    /// The exponent to start again with.
    next: Option<i32>,
    /// Whether the size of H has been looked at from below; from above it always is.
    seen: bool,
}

/// About 1e100: residuals down to the rounding of H, times H, are then in range.
const RANGE: i32 = 332;
/// The exponent at which products are tried again that overflow, or are zero or subnormal, for no reason that they show.
const FAR: i32 = 1000;

impl<'a> Counted<'a> {
    /// The operator with no product used.
    pub fn new(op: &'a dyn SymmetricOperator, exponent: i32) -> Self {
        Self { op, dim: op.dim(), products: 0, exponent, next: None, seen: false }
    }

    /// The product with a block of vectors of about unit length.
    ///
    /// # Errors
    /// [`EigenError::Range`] asks for another attempt, see [`Counted::rescale`].
    pub fn apply(&mut self, v: &Matrix) -> Result<Matrix, EigenError> {
        let product = self.product(v);
        self.products += v.cols();
        if product.rows() != self.dim || product.cols() != v.cols() {
            let (got_rows, got_cols) = (product.rows(), product.cols());
            return Err(EigenError::Shape { rows: self.dim, cols: v.cols(), got_rows, got_cols });
        }
        self.next = self.better_exponent(&product);
        if self.next.is_some() {
            return Err(EigenError::Range);
        }
        if finite(&product) { Ok(product) } else { Err(EigenError::NonFinite) }
    }

    /// Whether to start again, with another exponent from now on.
    pub fn rescale(&mut self) -> bool {
        let Some(next) = self.next.take() else { return false };
        self.exponent = next;
        true
    }

    /// Eigenpairs of H from those of `2^-exponent H`.
    pub fn in_units_of_the_operator(&self, mut pairs: EigenPairs) -> Result<EigenPairs, EigenError> {
        pairs.values.iter_mut().for_each(|value| *value = libm::scalbn(*value, self.exponent));
        if pairs.values.iter().all(|value| value.is_finite()) { Ok(pairs) } else { Err(EigenError::Range) }
    }

    fn product(&self, v: &Matrix) -> Matrix {
        if self.exponent == 0 {
            return self.op.apply(v);
        }
        let half = self.exponent / 2;
        let product = self.op.apply(&scaled(v, -half));
        scaled(&product, half - self.exponent)
    }

    fn better_exponent(&mut self, product: &Matrix) -> Option<i32> {
        let first = !std::mem::replace(&mut self.seen, true);
        if !finite(product) {
            // Sums that overflow, unless H has no finite products at all.
            return (self.exponent < FAR).then_some(if self.exponent < 0 { 0 } else { FAR });
        }
        let largest = product.data().iter().fold(0.0_f64, |most, entry| most.max(entry.abs()));
        if largest == 0.0 {
            return (first && self.exponent > -FAR).then_some(-FAR);
        }
        let size = libm::ilogb(largest);
        let whole = self.exponent + size;
        (size > RANGE || first && size < -RANGE).then_some(if whole.abs() <= RANGE { 0 } else { whole })
    }
}

/// `2^exponent M`.
fn scaled(m: &Matrix, exponent: i32) -> Matrix {
    let data = m.data().iter().map(|entry| libm::scalbn(*entry, exponent)).collect();
    Matrix::from_columns(m.rows(), m.cols(), data)
}

/// What a solver finds for H at a scale that suits it.
pub(super) fn at_any_scale(
    op: &dyn SymmetricOperator,
    mut solve: impl FnMut(&mut Counted) -> Result<EigenPairs, EigenError>,
) -> Result<EigenPairs, EigenError> {
    let mut op = Counted::new(op, 0);
    loop {
        match solve(&mut op) {
            Err(EigenError::Range) if op.rescale() => {}
            pairs => return op.in_units_of_the_operator(pairs?),
        }
    }
}
