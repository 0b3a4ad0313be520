//! Numbers for people.

/// `x` with so many significant digits, without a power of ten where that is short; "-" if there is none.
pub fn number(x: Option<f64>, digits: usize) -> String {
    let Some(x) = x else { return "-".into() };
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    let scientific = format!("{x:.*e}", digits - 1);
    let exponent: i32 = scientific.rsplit('e').next().and_then(|e| e.parse().ok()).unwrap_or(0);
    if !(-3..digits as i32).contains(&exponent) {
        return scientific;
    }
    format!("{x:.*}", (digits as i32 - 1 - exponent) as usize)
}

/// A share in per cent with two significant digits; "-" if there is none.
pub fn percent(x: Option<f64>) -> String {
    x.map_or("-".into(), |x| format!("{} %", number(Some(100.0 * x), 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits_are_kept() {
        let shown = [0.0, 2.0, -1.99951, 123.456, 0.001234567, 0.0001, 98764.0, 9.9999, f64::INFINITY];
        let expected = ["0", "2.000", "-2.000", "123.5", "0.001235", "1.000e-4", "9.876e4", "10.00", "inf"];
        assert_eq!(shown.map(|x| number(Some(x), 4)), expected);
        assert_eq!(number(None, 4), "-");
    }

    #[test]
    fn shares_are_in_per_cent() {
        let shown = [0.0, 0.03, 0.00034, 1.5, 12.0].map(|x| percent(Some(x)));
        assert_eq!(shown, ["0 %", "3.0 %", "0.034 %", "1.5e2 %", "1.2e3 %"]);
        assert_eq!(percent(None), "-");
    }
}
