//! Judges eigenpairs from outside, with arithmetic of its own.

use super::{EigenError, EigenPairs, SymmetricOperator};
use crate::numeric::Matrix;
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, dot, norm, scale};

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EigenCertificate {
    /// The largest `|H u - lambda u| / max(|lambda_1|, eps |H|)`, recomputed: relative to the wanted end of the spectrum.
    pub max_residual: f64,
    /// The largest entry of `|U^T U - I|`.
    pub orthogonality: f64,
    /// A lower bound of an eigenvalue that should be in the answer but is not.
    pub missed: Option<f64>,
}

impl EigenCertificate {
    /// Whether the residuals meet the tolerance, the vectors are orthonormal to 1e-8, and none was missed.
    pub fn passes(&self, tolerance: f64) -> bool {
        self.max_residual <= tolerance && self.orthogonality <= 1e-8 && self.missed.is_none()
    }
}

/// The largest dimension for which all eigenvalues are computed.
const SMALL: usize = 200;
/// Lanczos steps in larger dimensions.
const STEPS: usize = 40;

/// Judges an answer for the largest pairs of `op`.
///
/// An eigenvalue is missed if it exceeds the lowest reported one by more than `tolerance` relative and the rounding
/// of this judge, about `p eps |H|`; where the latter is the larger, so are the residuals of any answer as a rule, and no
/// answer passes. Up to dimension 200 all eigenvalues are computed (Householder tridiagonalisation and bisection) and the search
/// is exact; beyond, 40 Lanczos steps from a random vector look for one in the complement of the answer,
/// which finds a separated one almost surely but proves nothing.
pub fn certify(
    op: &dyn SymmetricOperator,
    pairs: &EigenPairs,
    tolerance: f64,
    seed: u64,
) -> Result<EigenCertificate, EigenError> {
    certify_above(op, pairs, f64::INFINITY, tolerance, seed)
}

/// Judges an answer that is to have all pairs of `op` with eigenvalues above `threshold`.
///
/// As [`certify`], but an eigenvalue that is not in the answer is also missed if it exceeds the threshold.
pub fn certify_above(
    op: &dyn SymmetricOperator,
    pairs: &EigenPairs,
    threshold: f64,
    tolerance: f64,
    seed: u64,
) -> Result<EigenCertificate, EigenError> {
    let (p, k) = (op.dim(), pairs.values.len());
    if k == 0 || k > p {
        return Err(EigenError::Count { count: k, dim: p });
    }
    let u = &pairs.vectors;
    if u.rows() != p || u.cols() != k {
        return Err(EigenError::Shape { rows: p, cols: k, got_rows: u.rows(), got_cols: u.cols() });
    }
    if pairs.values.iter().chain(u.data()).any(|x| !x.is_finite()) {
        return Err(EigenError::NonFinite);
    }
    let (op, hu) = Scaled::around(op, u)?;
    let values: Vec<f64> = pairs.values.iter().map(|value| libm::scalbn(*value, -op.exponent)).collect();
    let mut orthogonality = 0.0_f64;
    let mut residual = 0.0_f64;
    for j in 0..k {
        let mut r = hu.col(j).to_vec();
        axpy(-values[j], u.col(j), &mut r);
        residual = residual.max(norm(&r));
        for i in 0..=j {
            let expected = if i == j { 1.0 } else { 0.0 };
            orthogonality = orthogonality.max((dot(u.col(i), u.col(j)) - expected).abs());
        }
    }
    let top = values.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    let lowest = values.iter().fold(f64::INFINITY, |m, v| m.min(*v));
    let spectrum = if p <= SMALL { whole(&op)? } else { complement(&op, u, seed)? };
    let rounding = f64::EPSILON * spectrum.largest_magnitude();
    let reference = top.abs().max(rounding).max(f64::MIN_POSITIVE);
    let margin = tolerance * reference + spectrum.diagonal.len() as f64 * rounding;
    let missed = if p <= SMALL {
        let mut reported = values.clone();
        reported.sort_by(|a, b| b.total_cmp(a));
        let bound = |i: usize| reported.get(i).copied().unwrap_or(threshold);
        let last = if threshold < f64::INFINITY { p.min(k + 1) } else { k };
        (0..last).map(|i| (spectrum.eigenvalue(i), bound(i))).find(|(t, r)| *t > r + margin).map(|(t, _)| t)
    } else {
        Some(spectrum.eigenvalue(0)).filter(|theta| *theta > lowest.min(threshold) + margin)
    };
    let missed = missed.map(|value| libm::scalbn(value, op.exponent));
    Ok(EigenCertificate { max_residual: residual / reference, orthogonality, missed })
}

/// `2^-exponent H`, of a size at which nothing overflows or vanishes.
struct Scaled<'a> {
    op: &'a dyn SymmetricOperator,
    exponent: i32,
}

impl<'a> Scaled<'a> {
    /// The operator, and its products with the orthonormal `u`, whose size says what to take out: nothing between 1e-90
    /// and 1e90.
    fn around(op: &'a dyn SymmetricOperator, u: &Matrix) -> Result<(Self, Matrix), EigenError> {
        const ORDINARY: i32 = 300;
        const FAR: i32 = 1000;
        for exponent in [0, FAR, -FAR] {
            let this = Self { op, exponent };
            let hu = this.apply(u)?;
            let largest =
                hu.data().iter().fold(0.0_f64, |most, x| if x.abs() > most { x.abs() } else { most });
            if largest == 0.0 || hu.data().iter().any(|x| !x.is_finite()) {
                continue;
            }
            let size = libm::ilogb(largest);
            if size.abs() <= ORDINARY {
                return Ok((this, hu));
            }
            let this = Self { op, exponent: exponent + size };
            let hu = product(&this, u)?;
            return Ok((this, hu));
        }
        let this = Self { op, exponent: 0 };
        let hu = product(&this, u)?;
        Ok((this, hu))
    }

    fn apply(&self, v: &Matrix) -> Result<Matrix, EigenError> {
        let half = self.exponent / 2;
        let mut vector = v.clone();
        vector.data_mut().iter_mut().for_each(|x| *x = libm::scalbn(*x, -half));
        let mut w = self.op.apply(&vector);
        if w.rows() != v.rows() || w.cols() != v.cols() {
            let (rows, cols, got_rows, got_cols) = (v.rows(), v.cols(), w.rows(), w.cols());
            return Err(EigenError::Shape { rows, cols, got_rows, got_cols });
        }
        w.data_mut().iter_mut().for_each(|x| *x = libm::scalbn(*x, half - self.exponent));
        Ok(w)
    }
}

/// The product with a block of vectors, finite.
fn product(op: &Scaled, v: &Matrix) -> Result<Matrix, EigenError> {
    let w = op.apply(v)?;
    if w.data().iter().all(|x| x.is_finite()) { Ok(w) } else { Err(EigenError::NonFinite) }
}

/// A symmetric tridiagonal matrix: its diagonal, and the entries next to it.
struct Tridiagonal {
    diagonal: Vec<f64>,
    beside: Vec<f64>,
}

impl Tridiagonal {
    /// The number of eigenvalues above `x`: the positive pivots of `T - x I` (Sylvester's law of inertia).
    fn above(&self, x: f64) -> usize {
        let mut pivot = 1.0_f64;
        let mut count = 0;
        for (i, a) in self.diagonal.iter().enumerate() {
            let b = if i == 0 { 0.0 } else { self.beside[i - 1] };
            let safe = if pivot.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { pivot };
            pivot = a - x - b / safe * b;
            count += usize::from(pivot > 0.0);
        }
        count
    }

    /// The `i`-th largest eigenvalue, by bisection to the last bits.
    fn eigenvalue(&self, i: usize) -> f64 {
        let bound = self.bound();
        let (mut low, mut high) = (-bound, bound);
        for _ in 0..120 {
            let middle = 0.5 * (low + high);
            if self.above(middle) > i { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// Gershgorin's bound of all magnitudes.
    fn bound(&self) -> f64 {
        let at = |i: usize| self.beside.get(i).map_or(0.0, |b| b.abs());
        let row = |i: usize| self.diagonal[i].abs() + at(i) + if i > 0 { at(i - 1) } else { 0.0 };
        (0..self.diagonal.len()).map(row).fold(0.0, f64::max)
    }

    fn largest_magnitude(&self) -> f64 {
        match self.diagonal.len() {
            0 => 0.0,
            n => self.eigenvalue(0).abs().max(self.eigenvalue(n - 1).abs()),
        }
    }
}

/// Householder's reduction of the whole operator (Golub, Van Loan: Matrix Computations, section 8.3.1).
fn whole(op: &Scaled) -> Result<Tridiagonal, EigenError> {
    let p = op.op.dim();
    let h = product(op, &Matrix::identity(p))?;
    let mut a = Matrix::from_fn(p, p, |i, j| 0.5 * h[(i, j)] + 0.5 * h[(j, i)]);
    let mut beside = Vec::with_capacity(p);
    for k in 0..p.saturating_sub(1) {
        let mut v = vec![0.0; p];
        v[k + 1..].copy_from_slice(&a.col(k)[k + 1..]);
        let length = norm(&v);
        let alpha = if v[k + 1] > 0.0 { -length } else { length };
        v[k + 1] -= alpha;
        beside.push(alpha);
        let size = norm(&v);
        if size == 0.0 {
            continue;
        }
        scale(1.0 / size, &mut v);
        // A <- (I - 2 v v^T) A (I - 2 v v^T) = A - 2 v w^T - 2 w v^T with w = A v - (v^T A v) v.
        let mut w = vec![0.0; p];
        (0..p).for_each(|j| axpy(v[j], a.col(j), &mut w));
        let curvature = dot(&v, &w);
        axpy(-curvature, &v, &mut w);
        for j in 0..p {
            axpy(-2.0 * w[j], &v, a.col_mut(j));
            axpy(-2.0 * v[j], &w, a.col_mut(j));
        }
    }
    Ok(Tridiagonal { diagonal: (0..p).map(|i| a[(i, i)]).collect(), beside })
}

/// Lanczos on `(I - U U^T) H (I - U U^T)` from a random vector.
fn complement(op: &Scaled, u: &Matrix, seed: u64) -> Result<Tridiagonal, EigenError> {
    let p = op.op.dim();
    let mut random = Stream::new(seed, "certify");
    let mut basis = u.clone();
    let mut next = random.normals(p);
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    let mut size = 0.0_f64;
    for step in 0..STEPS {
        for _ in 0..2 {
            for j in 0..basis.cols() {
                axpy(-dot(basis.col(j), &next), basis.col(j), &mut next);
            }
        }
        let length = norm(&next);
        if length <= 1e-13 * size || length == 0.0 {
            break;
        }
        if step > 0 {
            beside.push(length);
        }
        scale(1.0 / length, &mut next);
        basis.push_col(&next);
        let w = product(op, &Matrix::from_columns(p, 1, next))?;
        next = w.col(0).to_vec();
        size = size.max(norm(&next));
        diagonal.push(dot(basis.col(basis.cols() - 1), &next));
    }
    Ok(Tridiagonal { diagonal, beside })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eigen::spectra::Known;

    /// The exact pairs `which` of an operator whose diagonal descends.
    fn pairs(known: &Known, which: &[usize]) -> EigenPairs {
        let values = known.top(known.dim());
        let mut vectors = Matrix::zeros(known.dim(), 0);
        which.iter().for_each(|&i| vectors.push_col(&known.vector(i)));
        EigenPairs {
            values: which.iter().map(|&i| values[i]).collect(),
            vectors,
            residuals: vec![0.0; which.len()],
            products: 0,
            converged: true,
        }
    }

    #[test]
    fn one_above_the_threshold_must_not_be_missing() {
        for dim in [20, 300] {
            // Locked at 2, one above 1.5, the rest below.
            let top = [2.0, 2.0 - 1e-9, 1.7, 1.4];
            let diagonal =
                (0..dim).map(|i| top.get(i).copied().unwrap_or(0.5 - i as f64 / dim as f64)).collect();
            let known = Known::new("locked", diagonal, 3);
            let missed = |which: &[usize], threshold: f64| {
                let answer = pairs(&known, which);
                certify_above(&known, &answer, threshold, 1e-6, 1).expect("finite").missed
            };
            assert_eq!(missed(&[0, 1, 2], 1.5), None);
            // Of two equal ones only the threshold tells that one is missing.
            assert_eq!(missed(&[1], f64::INFINITY), None);
            for which in [&[1, 2][..], &[0, 1], &[1], &[0]] {
                let found = missed(which, 1.5).expect("one is missing");
                assert!(found > 1.5 && found <= 2.0 + 1e-9, "{which:?}: {found}");
            }
            let low = missed(&[0, 1, 2], 1.39).expect("1.4 is missing");
            assert!((low - 1.4).abs() < 1e-6, "{low}");
        }
    }
}
