//! How averages of an observable over the oscillation are judged: `E f(w_t) = f(w(t)) + 1/2 <H_f, Sigma>` (G13).

use super::window::{Average, Moment, errors_allowed, truncation};
use super::{Judgement, Values};

/// The terms of a decomposition at one step.
pub(super) struct Terms<M, B, O, C, D> {
    /// The observable at the iterate, `f(w_t)`.
    pub measured: M,
    /// The observable along the central flow, `f(w(t))`.
    pub base: B,
    /// The predicted contribution of the oscillation.
    pub oscillation: O,
    /// The predicted sum along the companion flow.
    pub coarse: C,
    /// What the observable differs by between the midpoint and the flow: the drift between the two paths.
    pub drift: D,
}

/// Judges the ratio of mean `f(w_t) - f(w(t))` and the mean contribution `1/2 <H_f, Sigma>`, which is `factor`.
pub(super) fn judge(
    statement: &str,
    factor: f64,
    window: Result<Vec<Moment<'_>>, String>,
    terms: Terms<
        impl Fn(&Moment<'_>) -> f64,
        impl Fn(&Moment<'_>) -> f64,
        impl Fn(&Moment<'_>) -> f64,
        impl Fn(&Moment<'_>) -> f64,
        impl Fn(&Moment<'_>) -> f64,
    >,
) -> Judgement {
    let moments = match window {
        Ok(moments) => moments,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let series = |f: &dyn Fn(&Moment<'_>) -> f64| moments.iter().map(f).collect::<Vec<f64>>();
    let mean = |series: &[f64]| series.iter().sum::<f64>() / series.len() as f64;
    let excess = series(&|m| (terms.measured)(m) - (terms.base)(m));
    let predicted = series(&terms.oscillation);
    let ratio = Average::ratio(&excess, &predicted);
    let drift = (mean(&series(&terms.drift)) / mean(&predicted)).abs();
    let fine = mean(&series(&|m| (terms.base)(m) + (terms.oscillation)(m)));
    let coarse = mean(&series(&terms.coarse));
    let values = Values {
        predicted: factor,
        measured: ratio.mean,
        discrepancy: (ratio.mean - factor).abs(),
        tolerance: errors_allowed(1) * ratio.standard_error + truncation(&moments) + drift,
        numerical_error: ((fine - coarse) / mean(&predicted)).abs(),
    };
    let reason = "mean excess over the central flow as a multiple of 1/2 <H_f, Sigma>, the contribution of the oscillation; allowed \
                  is the 99 % interval of the batch means, the truncation of the theory, the mean of (eta S - 2)^2, and \
                  what the drift of the midpoints from the flow contributes; the numerical error is the change when the substep \
                  is doubled";
    Judgement::new(statement, values, reason)
}
