//! The sharpness equilibrates at 2/eta (Cohen et al. 2021; G4).

use super::window::{Average, Moment, at_the_edge, errors_allowed};
use super::{Finding, Judgement, Prediction, Values};
use crate::dynamics::Record;
use crate::optimizer::EDGE;

/// Past the edge the critical eigenvalues at midpoints average to 2/eta.
pub struct SharpnessEquilibrates;

impl Prediction for SharpnessEquilibrates {
    fn name(&self) -> &'static str {
        "sharpness_equilibrates"
    }

    fn statement(&self) -> &'static str {
        "past the edge the sharpness at midpoints equilibrates at 2/eta: the time average of eta S is 2"
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the sharpness equilibrates at 1/eta";
        Finding { claim: judge(self.statement(), record, EDGE), control: judge(control, record, EDGE / 2.0) }
    }
}

fn judge(statement: &str, record: &Record, predicted: f64) -> Judgement {
    let moments = match at_the_edge(record) {
        Ok(moments) => moments,
        Err(reason) => return Judgement::not_reached(statement, reason),
    };
    let sharpness: Vec<f64> = moments.iter().map(|m| m.midpoint.eigenvalues[0]).collect();
    let average = Average::of(&sharpness);
    let residual = moments.iter().map(|m| m.midpoint.residual).fold(0.0, f64::max);
    let values = Values {
        predicted,
        measured: average.mean,
        discrepancy: (average.mean - predicted).abs(),
        tolerance: errors_allowed(1) * average.standard_error + spread(&moments),
        numerical_error: residual * average.mean,
    };
    let reason = "the 99 % interval of the mean of eta S plus the spread of the critical eigenvalues around their mean: \
                  the theory locks each of them at 2 on average, the sharpness is the largest of them at each step; the \
                  numerical error is the eigenpairs' residual";
    Judgement::new(statement, values, reason)
}

/// The root mean square of `eta lambda_i - mean_i` over critical eigenvalues and time, plus the second-order
/// term `E y^2 / 2` of [`super::window`].
fn spread(moments: &[Moment<'_>]) -> f64 {
    let (mut square, mut second, mut count) = (0.0, 0.0, 0.0);
    for m in moments {
        let critical =
            m.central.sigma.iter().filter(|&&s| s > 0.0).count().max(1).min(m.midpoint.eigenvalues.len());
        let values = &m.midpoint.eigenvalues[..critical];
        let mean = values.iter().sum::<f64>() / critical as f64;
        square += (values[0] - mean).powi(2);
        second += (mean - EDGE).powi(2);
        count += 1.0;
    }
    (square / count).sqrt() + 0.5 * second / count
}
