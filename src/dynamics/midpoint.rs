//! Second-order midpoints of a discrete trajectory.

/// `w*_t = (2 w_t + w_{t+1} + w_{t-1}) / 4`: removes an oscillation of period 2 and keeps a slow drift to second order.
pub fn midpoint(before: &[f64], here: &[f64], after: &[f64]) -> Vec<f64> {
    here.iter().zip(before.iter().zip(after)).map(|(w, (b, a))| (2.0 * w + a + b) / 4.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_period_two_and_keeps_drift() {
        let at = |t: f64, sign: f64| vec![3.0 + 0.5 * t + sign * 0.25];
        assert_eq!(midpoint(&at(1.0, -1.0), &at(2.0, 1.0), &at(3.0, -1.0)), vec![4.0]);
    }
}
