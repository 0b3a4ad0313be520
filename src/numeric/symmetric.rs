//! Eigendecomposition of small dense symmetric matrices with the same bits on every processor.

use super::Matrix;

/// Eigenvalues in descending order, and the orthonormal eigenvectors as columns in the same order.
///
/// Cyclic Jacobi rotations: plain scalar arithmetic, high relative accuracy, meant for orders up to about 100
/// (Rayleigh-Ritz problems, k x k matrices). Reads the lower triangle only. Ties keep a deterministic order;
/// each eigenvector's entry of largest magnitude is made positive. NaN in gives NaN out. A matrix whose largest entry is
/// below `2^-400` or above `2^400` is scaled by a power of two, since rotations multiply entries; an eigenvalue that is
/// beyond f64 comes out infinite.
pub fn symmetric_eigen(a: &Matrix) -> (Vec<f64>, Matrix) {
    let n = a.rows();
    assert_eq!(n, a.cols(), "a symmetric matrix is square");
    let m = Matrix::from_fn(n, n, |i, j| if i >= j { a[(i, j)] } else { a[(j, i)] });
    if m.data().iter().any(|x| !x.is_finite()) {
        return (vec![f64::NAN; n], Matrix::from_fn(n, n, |_, _| f64::NAN));
    }
    const RANGE: i32 = 400;
    let largest = m.data().iter().fold(0.0_f64, |most, entry| most.max(entry.abs()));
    let exponent = if largest > 0.0 { libm::ilogb(largest) } else { 0 };
    if exponent.abs() <= RANGE {
        return diagonalized(m);
    }
    let (mut values, vectors) =
        diagonalized(Matrix::from_fn(n, n, |i, j| libm::scalbn(m[(i, j)], -exponent)));
    values.iter_mut().for_each(|value| *value = libm::scalbn(*value, exponent));
    (values, vectors)
}

/// The same of a symmetric matrix of moderate size.
fn diagonalized(mut m: Matrix) -> (Vec<f64>, Matrix) {
    let n = m.rows();
    let mut v = Matrix::identity(n);
    const MAX_SWEEPS: usize = 60;
    for _ in 0..MAX_SWEEPS {
        let mut rotated = false;
        for q in 1..n {
            for p in 0..q {
                rotated |= rotate(&mut m, &mut v, p, q);
            }
        }
        if !rotated {
            break;
        }
    }
    sorted(&m, &v)
}

/// Annihilates entry (p, q) unless it is negligible against its diagonal entries; true if it rotated.
fn rotate(m: &mut Matrix, v: &mut Matrix, p: usize, q: usize) -> bool {
    let (app, aqq, apq) = (m[(p, p)], m[(q, q)], m[(p, q)]);
    let scale = (app.abs() * aqq.abs()).sqrt();
    if apq == 0.0 || apq.abs() <= f64::EPSILON * 0.5 * scale || apq.abs() < f64::MIN_POSITIVE {
        return false;
    }
    let theta = (aqq - app) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    let n = m.rows();
    for r in 0..n {
        if r != p && r != q {
            let (arp, arq) = (m[(r, p)], m[(r, q)]);
            let (new_p, new_q) = (c * arp - s * arq, s * arp + c * arq);
            m[(r, p)] = new_p;
            m[(p, r)] = new_p;
            m[(r, q)] = new_q;
            m[(q, r)] = new_q;
        }
    }
    m[(p, p)] = app - t * apq;
    m[(q, q)] = aqq + t * apq;
    m[(p, q)] = 0.0;
    m[(q, p)] = 0.0;
    for r in 0..n {
        let (vrp, vrq) = (v[(r, p)], v[(r, q)]);
        v[(r, p)] = c * vrp - s * vrq;
        v[(r, q)] = s * vrp + c * vrq;
    }
    true
}

fn sorted(m: &Matrix, v: &Matrix) -> (Vec<f64>, Matrix) {
    let n = m.rows();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| m[(j, j)].total_cmp(&m[(i, i)]).then(i.cmp(&j)));
    let values = order.iter().map(|&i| m[(i, i)]).collect();
    let mut vectors = Matrix::zeros(n, 0);
    for &i in &order {
        let column = v.col(i);
        let largest = column.iter().fold(0.0_f64, |best, &x| if x.abs() > best.abs() { x } else { best });
        let sign = if largest < 0.0 { -1.0 } else { 1.0 };
        vectors.push_col(&column.iter().map(|x| sign * x).collect::<Vec<_>>());
    }
    (values, vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reconstructs_and_is_orthonormal() {
        for n in [1, 2, 3, 7, 20, 40] {
            let a = Matrix::from_fn(n, n, |i, j| {
                let (i, j) = (i.max(j) as f64, i.min(j) as f64);
                libm::sin(1.0 + i * 3.7 + j * j) + if i == j { i } else { 0.0 }
            });
            let (values, vectors) = symmetric_eigen(&a);
            assert!(values.windows(2).all(|w| w[0] >= w[1]));
            let norm = a.data().iter().map(|x| x * x).sum::<f64>().sqrt();
            for i in 0..n {
                for j in 0..n {
                    let entry: f64 = (0..n).map(|k| values[k] * vectors[(i, k)] * vectors[(j, k)]).sum();
                    assert!((entry - a[(i, j)]).abs() <= 1e-14 * norm * n as f64);
                    let gram: f64 = (0..n).map(|r| vectors[(r, i)] * vectors[(r, j)]).sum();
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((gram - expected).abs() <= 1e-14 * n as f64);
                }
            }
        }
    }

    #[test]
    fn any_size_has_the_digits_of_size_one() {
        let a = Matrix::from_fn(6, 6, |i, j| libm::cos((i * j) as f64) + if i == j { i as f64 } else { 0.0 });
        let (values, vectors) = symmetric_eigen(&a);
        for exponent in [-1020, -900, -520, -401, -399, 399, 401, 520, 900, 1019] {
            let moved = Matrix::from_fn(6, 6, |i, j| libm::scalbn(a[(i, j)], exponent));
            // Entries next to zero have become subnormal at the lowest end, where there are 52 - 6 bits and fewer.
            let allowed = if exponent < -1000 { 1e-14 } else { 0.0 };
            let (scaled, basis) = symmetric_eigen(&moved);
            for j in 0..6 {
                let error = (libm::scalbn(scaled[j], -exponent) - values[j]).abs();
                assert!(error <= allowed, "2^{exponent}: {error:e}");
                assert!(crate::numeric::vector::distance(basis.col(j), vectors.col(j)) <= allowed);
            }
        }
        let (values, _) =
            symmetric_eigen(&Matrix::from_fn(2, 2, |i, j| if i == j { 1e155 } else { 0.5e155 }));
        assert!((values[0] / 1.5e155 - 1.0).abs() < 1e-15 && (values[1] / 0.5e155 - 1.0).abs() < 1e-15);
        // Subnormal numbers have whole multiples of the least one.
        let least = f64::from_bits(1);
        let (values, _) =
            symmetric_eigen(&Matrix::from_fn(2, 2, |i, j| if i == j { 4.0 * least } else { 2.0 * least }));
        assert_eq!(values, [6.0 * least, 2.0 * least]);
        let (values, vectors) = symmetric_eigen(&Matrix::from_fn(2, 2, |_, _| f64::MAX));
        assert!(values[0] == f64::INFINITY && vectors.data().iter().all(|x| x.is_finite()));
    }

    #[test]
    fn handles_repeated_and_zero_eigenvalues() {
        let (values, _) = symmetric_eigen(&Matrix::zeros(4, 4));
        assert_eq!(values, vec![0.0; 4]);
        let (values, vectors) = symmetric_eigen(&Matrix::identity(5));
        assert_eq!(values, vec![1.0; 5]);
        assert_eq!(vectors, Matrix::identity(5));
    }
}
