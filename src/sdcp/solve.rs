//! The solver: exact cases, scaling, Newton's method, else interior-point method and polish, certificate.

use super::certify::{Certificate, certify};
use super::dense;
use super::interior;
use super::newton::{self, Data};
use super::polish::{polish, project};
use super::problem::{Problem, SdcpError};
use crate::numeric::{Matrix, symmetric_eigen};

/// The violation, relative as in [`Certificate`], that every returned solution is below.
pub const TOLERANCE: f64 = 1e-12;

/// The cancellation in B[X] above which a certificate is not taken for a solution.
const MAX_CANCELLATION: f64 = 1e11;
/// The violation at which Newton's method alone is believed.
const CLOSE: f64 = 1e-14;

/// A certified solution.
#[derive(Debug, Clone)]
pub struct Solution {
    /// X, exactly symmetric and positive semidefinite to rounding.
    pub x: Matrix,
    /// `R = A + B[X]`.
    pub residual: Matrix,
    /// How well X solves the problem.
    pub certificate: Certificate,
    /// Interior-point iterations made; 0 if none were needed.
    pub iterations: usize,
}

/// Solves the problem.
///
/// The solution is `max(0, -a / b)` if k = 1, and exactly zero if A is positive semidefinite to rounding. If it is
/// not unique (B singular), the method returns a point near the centre of the solution set; R is unique.
///
/// A direction `D >= 0`, `|D| = 1`, with `B[D] = 0` and a slope `-<A, D>` below about `1e-6 |A|` cannot be told from
/// a tiny positive `<D, B[D]>`; the answer is then an error or an X of large norm that solves a problem within
/// rounding of the given one, which [`Certificate::cancellation`] shows as a rule.
///
/// # Errors
/// If the problem has no solution, is out of the range of f64, or the certificate stays above [`TOLERANCE`].
pub fn solve(problem: &Problem) -> Result<Solution, SdcpError> {
    solve_with(problem, true)
}

/// As [`solve`]; without `direct` the interior-point method runs even where Newton's method alone would do.
pub(super) fn solve_with(problem: &Problem, direct: bool) -> Result<Solution, SdcpError> {
    let k = problem.order();
    if k == 1 {
        return solve_scalar(problem);
    }
    let (size_a, size_b) = (dense::largest(problem.a()), dense::largest(problem.b()));
    // Powers of two, so that scaling changes no mantissa: A = unit_a A', B = unit_b B', X = unit_a / unit_b X'.
    let (unit_a, unit_b) = (exponent(size_a), exponent(size_b));
    let back = |x| scaled(x, unit_a - unit_b);
    if direct
        && let Some(x) = newton_at(problem, unit_a, unit_b, size_b)
        && let Ok(solution) = finish(problem, back(x), 0)
        && solution.certificate.worst() <= CLOSE
    {
        return Ok(solution);
    }
    let (a, b) = (scaled(problem.a().clone(), -unit_a), scaled(problem.b().clone(), -unit_b));
    let smallest = symmetric_eigen(&a).0.last().copied().unwrap_or(0.0);
    if smallest >= -(k as f64) * f64::EPSILON * dense::norm(&a) {
        return finish(problem, Matrix::zeros(k, k), 0);
    }
    if size_b == 0.0 {
        return Err(SdcpError::Unbounded);
    }
    let outcome = interior::run(&a, &b);
    if outcome.unbounded {
        return Err(SdcpError::Unbounded);
    }
    // The two differ where B is nearly singular; the certificate decides.
    let sharp = finish(problem, back(polish(&a, &b, &outcome.x)), outcome.iterations);
    match &sharp {
        Ok(solution) if solution.certificate.worst() <= CLOSE => sharp,
        _ => better(sharp, finish(problem, back(project(&outcome.x)), outcome.iterations)),
    }
}

fn better(x: Result<Solution, SdcpError>, y: Result<Solution, SdcpError>) -> Result<Solution, SdcpError> {
    match (&x, &y) {
        (Ok(a), Ok(b)) if b.certificate.worst() < a.certificate.worst() => y,
        (Err(_), Ok(_)) => y,
        _ => x,
    }
}

fn solve_scalar(problem: &Problem) -> Result<Solution, SdcpError> {
    let (a, b) = (problem.a()[(0, 0)], problem.b()[(0, 0)]);
    let x = match (a < 0.0, b > 0.0) {
        (false, _) => 0.0,
        (true, false) => return Err(SdcpError::Unbounded),
        (true, true) => -a / b,
    };
    finish(problem, Matrix::from_columns(1, 1, vec![x]), 0)
}

fn finish(problem: &Problem, x: Matrix, iterations: usize) -> Result<Solution, SdcpError> {
    let residual = problem.residual(&x);
    let finite = |m: &Matrix| m.data().iter().all(|entry| entry.is_finite());
    if !finite(&x) || !finite(&residual) {
        return Err(SdcpError::Range);
    }
    let certificate = certify(problem, &x);
    // A NaN fails this test too.
    if certificate.worst() <= TOLERANCE {
        let cancellation = certificate.cancellation;
        if cancellation > MAX_CANCELLATION {
            return Err(SdcpError::IllConditioned { cancellation });
        }
        return Ok(Solution { x, residual, certificate, iterations });
    }
    let Certificate { primal, dual, complementarity, .. } = certificate;
    Err(SdcpError::NotConverged { iterations, primal, dual, complementarity })
}

/// Newton's method on the scaled problem; `size_b` is the largest magnitude of an entry of B.
fn newton_at(problem: &Problem, unit_a: i32, unit_b: i32, size_b: f64) -> Option<Matrix> {
    let largest = libm::scalbn(size_b, -unit_b);
    if let (Some(factor_a), Some(factor_b)) = (power(-unit_a), power(-unit_b)) {
        return newton::solve(Data { a: problem.a(), b: problem.b(), factor_a, factor_b, largest });
    }
    let (a, b) = (scaled(problem.a().clone(), -unit_a), scaled(problem.b().clone(), -unit_b));
    newton::solve(Data { a: &a, b: &b, factor_a: 1.0, factor_b: 1.0, largest })
}

/// e with `2^e <= size < 2^(e + 1)`; 0 for zero.
fn exponent(size: f64) -> i32 {
    if size == 0.0 { 0 } else { libm::ilogb(size) }
}

/// `2^exponent`, if that is a normal number: the product with it is then that of [`libm::scalbn`], much faster.
fn power(exponent: i32) -> Option<f64> {
    (-1022..=1023).contains(&exponent).then(|| libm::scalbn(1.0, exponent))
}

/// `2^exponent A`.
fn scaled(mut a: Matrix, exponent: i32) -> Matrix {
    match power(exponent) {
        Some(factor) => a.data_mut().iter_mut().for_each(|entry| *entry *= factor),
        None => a.data_mut().iter_mut().for_each(|entry| *entry = libm::scalbn(*entry, exponent)),
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of nine digits an answer is refused, of all it is a solution: `-A` where B is the identity.
    #[test]
    fn an_answer_must_be_exact() {
        let minus = |scale: f64| Matrix::from_fn(2, 2, |i, j| if i == j { scale } else { 0.5 * scale });
        let problem = Problem::new(minus(-2.0), Matrix::identity(3)).expect("a problem");
        assert!(finish(&problem, minus(2.0), 0).is_ok());
        let off = finish(&problem, minus(2.0 + 1e-9), 3);
        assert!(matches!(off, Err(SdcpError::NotConverged { iterations: 3, .. })), "{off:?}");
    }
}
