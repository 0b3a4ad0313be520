//! Before the edge the sharpness rises (Cohen et al. 2021; G2).

use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::prediction::window::edge;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{CentralSample, Kind, MidpointSample, central_flow, midpoints};

/// Progressive sharpening: `<-grad L, grad S> > 0` on average before the edge.
pub struct ProgressiveSharpening;

/// The fewest midpoints before the edge.
const FEWEST: usize = 8;

/// The smallest climb of eta S, from the start to 2, on which the claim can be tried: 5 % of 2.
const CLIMB: f64 = 0.05 * EDGE;

/// The fall of the sharpness that counts as none, as a share of the rate at which it must have climbed to the edge.
const MARGIN: f64 = 0.05;

impl Prediction for ProgressiveSharpening {
    fn name(&self) -> &'static str {
        "progressive_sharpening"
    }

    fn statement(&self) -> &'static str {
        "before the edge the gradient step raises the sharpness: the mean of <-grad L, grad S> is positive"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &central_flow::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the gradient step lowers the sharpness, <-grad L, grad S> is negative";
        Finding { claim: judge(self.statement(), record, 1.0), control: judge(control, record, -1.0) }
    }
}

/// The discrepancy is by how much the mean is on the other side of zero than `sign` says.
fn judge(statement: &str, record: &Record, sign: f64) -> Judgement {
    let Some(edge) = edge(record) else {
        return Judgement::not_reached(statement, "the central flow never entered the edge of stability");
    };
    let start = record.samples.iter().find_map(|s| s.get::<CentralSample>()?.eigenvalues.first());
    let climb = EDGE - start.copied().unwrap_or(f64::NAN);
    let before = record.samples[..edge].iter();
    let points: Vec<(&MidpointSample, f64)> =
        before.filter_map(|s| Some((s.get::<MidpointSample>()?, s.discrete.edge_step))).collect();
    if points.len() < FEWEST || climb < CLIMB {
        let reason = format!(
            "the run begins too near the edge: {} midpoints before it and eta S {climb:.3} below 2, needed are {FEWEST} \
             and {CLIMB}",
            points.len()
        );
        return Judgement::not_reached(statement, reason);
    }
    let rate = |m: &MidpointSample, h: f64| record.pace * h * h * m.sharpening;
    let over = |value: &dyn Fn(&MidpointSample, f64) -> f64| {
        points.iter().map(|&(m, h)| value(m, h)).sum::<f64>() / points.len() as f64
    };
    let mean = over(&rate);
    let error = over(&|m, h| 2.0 * angle(m) * rate(m, h).abs());
    let above_zero = |x: f64| if x <= 0.0 { 0.0 } else { x };
    let shortfall = -sign * mean;
    let values = Values {
        predicted: 0.0,
        measured: mean,
        discrepancy: above_zero(shortfall),
        tolerance: MARGIN * climb / edge as f64,
        // Of the error only that part counts that could make it a shortfall.
        numerical_error: if shortfall <= 0.0 { above_zero(shortfall + error) } else { error },
    };
    let reason = "change of eta S a step, which must be positive; a fall counts if it exceeds 5 % of the mean rate at which eta S \
                  must have climbed from its start to 2. The mean is over all steps before the edge, so it has no statistical error; \
                  numerical is what the angle of the eigenvector to the true one does to <grad L, grad S>: twice the residual over \
                  the gap";
    Judgement::new(statement, values, reason)
}

/// The angle between the top eigenvector and the true one: its residual over the gap to the next, at most a right angle.
fn angle(midpoint: &MidpointSample) -> f64 {
    let [first, second, ..] = midpoint.eigenvalues[..] else { return midpoint.residual };
    let residual = midpoint.residual * first.abs();
    if residual < first - second { residual / (first - second) } else { std::f64::consts::FRAC_PI_2 }
}
