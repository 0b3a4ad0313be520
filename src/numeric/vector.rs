//! Vector operations on f64 slices with sums in one fixed order on every processor.

use super::dispatch::dispatched;

const LANES: usize = 16;

dispatched! {
    /// `<x, y>`: sixteen interleaved partial sums, added pairwise at the end; no fused operations.
    pub fn dot(x: &[f64], y: &[f64]) -> f64 {
        assert_eq!(x.len(), y.len());
        let mut lanes = [0.0f64; LANES];
        let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
        let tail: f64 = xs.remainder().iter().zip(ys.remainder()).fold(0.0, |sum, (a, b)| sum + a * b);
        for (a, b) in xs.zip(ys) {
            for l in 0..LANES {
                lanes[l] += a[l] * b[l];
            }
        }
        let mut width = LANES / 2;
        while width > 0 {
            for l in 0..width {
                lanes[l] += lanes[l + width];
            }
            width /= 2;
        }
        lanes[0] + tail
    }
}

dispatched! {
    /// `y += a x`.
    pub fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
        assert_eq!(x.len(), y.len());
        for (y, x) in y.iter_mut().zip(x) {
            *y += a * x;
        }
    }
}

dispatched! {
    /// `y *= a`.
    pub fn scale(a: f64, y: &mut [f64]) {
        for y in y.iter_mut() {
            *y *= a;
        }
    }
}

/// The Euclidean norm `|x|`; where squares overflow or vanish, that of `2^-e x` times `2^e`.
pub fn norm(x: &[f64]) -> f64 {
    // Above it, squares that are lost or subnormal do not matter.
    const SMALLEST: f64 = f64::MIN_POSITIVE / (f64::EPSILON * f64::EPSILON);
    let square = dot(x, x);
    if (SMALLEST..=f64::MAX).contains(&square) || square.is_nan() { square.sqrt() } else { scaled_norm(x) }
}

/// Out of line, so that the usual case stays as small as a square root of an inner product.
#[cold]
#[inline(never)]
fn scaled_norm(x: &[f64]) -> f64 {
    let largest = x.iter().fold(0.0_f64, |most, entry| most.max(entry.abs()));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    let exponent = libm::ilogb(largest);
    let scaled: Vec<f64> = x.iter().map(|entry| libm::scalbn(*entry, -exponent)).collect();
    libm::scalbn(dot(&scaled, &scaled).sqrt(), exponent)
}

/// `w*_t = (2 w_t + w_{t+1} + w_{t-1}) / 4`: removes an oscillation of period 2 and keeps a slow drift to second order.
pub fn midpoint(before: &[f64], here: &[f64], after: &[f64]) -> Vec<f64> {
    here.iter().zip(before.iter().zip(after)).map(|(w, (b, a))| (2.0 * w + a + b) / 4.0).collect()
}

/// The distance `|x - y|`.
pub fn distance(x: &[f64], y: &[f64]) -> f64 {
    let mut difference = x.to_vec();
    axpy(-1.0, y, &mut difference);
    norm(&difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums of small integers are exact in any order, so every entry must be there, in the last lanes as well.
    #[test]
    fn products_have_all_entries() {
        for count in 0..50_u32 {
            let x: Vec<f64> = (1..=count).map(f64::from).collect();
            let squares = f64::from(count * (count + 1) * (2 * count + 1) / 6);
            assert_eq!(dot(&x, &x), squares, "{count}");
            let mut y = x.clone();
            axpy(2.0, &x, &mut y);
            scale(0.5, &mut y);
            assert_eq!(y, x.iter().map(|x| 1.5 * x).collect::<Vec<_>>(), "{count}");
        }
    }

    #[test]
    fn norms_keep_their_digits_at_any_size() {
        for count in [1, 2, 15, 40, 1000] {
            let x: Vec<f64> = (0..count).map(|i| libm::sin(1.0 + f64::from(i))).collect();
            let expected = norm(&x);
            for exponent in [-1060, -1000, -540, -450, -300, 0, 300, 500, 520, 1000, 1015] {
                let moved: Vec<f64> = x.iter().map(|x| libm::scalbn(*x, exponent)).collect();
                let found = libm::scalbn(norm(&moved), -exponent);
                // Subnormal entries are multiples of 2^-1074.
                let rounded = libm::scalbn(1.0, -1074 - exponent) * f64::from(count);
                assert!(
                    (found - expected).abs() <= 4e-16 * expected + rounded,
                    "{count}, 2^{exponent}: {found}"
                );
            }
        }
    }

    #[test]
    fn special_norms() {
        assert_eq!((norm(&[]), norm(&[0.0, -0.0])), (0.0, 0.0));
        assert_eq!((norm(&[5e-324]), norm(&[-f64::MAX, 0.0])), (5e-324, f64::MAX));
        assert_eq!((norm(&[f64::MAX; 2]), norm(&[1.0, f64::NEG_INFINITY])), (f64::INFINITY, f64::INFINITY));
        assert!(norm(&[f64::NAN, 1e300]).is_nan() && norm(&[f64::INFINITY, f64::NAN]).is_nan());
        assert!((distance(&[3e200, 0.0], &[0.0, 4e200]) / 5e200 - 1.0).abs() <= 4e-16);
    }
}
