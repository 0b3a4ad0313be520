//! Past a critical decay the sharpness stays below the edge (D21, the other claim; arXiv 2605.16622), where the central flow says.

use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::prediction::average::{Average, FREEDOM, errors_allowed};
use crate::prediction::window::SHORTEST;
use crate::prediction::{Finding, Judgement, Outcome, Prediction, Values};
use crate::process::{
    CentralSample, Kind, MapSample, MidpointSample, Sample, central_flow, central_map, midpoints,
};

/// Where decay lowers the sharpness as fast as the loss raises it, `gamma <w, grad S> >= <-grad L, grad S>`, Sigma vanishes, and the sharpness at
/// midpoints is what the central flow has without an oscillation.
///
/// Means over the last quarter of the run are compared, of the effective sharpness at midpoints and along the central flow from `w_0`. Premise is that
/// Sigma is zero all that time and that the flow is not on its way to the edge: at the rate of that quarter it would not come there in four
/// times as long, which is the length of the run.
///
/// *Tolerance.* Without an oscillation the flow neglects what is of first order in a step. The central map is the same recursion by whole
/// steps, and with n substeps the flow is nearer to the limit by 1/n of that order: the mean distance of their sharpnesses is `(n - 1) / n` of it. A
/// rule with momentum has more substeps than n, which makes it smaller than is allowed. Added is the 99 % interval of the mean difference
/// from the midpoints. Numerical is the eigenpairs' residual r, which changes either sharpness by `r^2` of it.
pub struct PlateauBelowTheEdge;

impl Prediction for PlateauBelowTheEdge {
    fn name(&self) -> &'static str {
        "plateau_below_the_edge"
    }

    fn statement(&self) -> &'static str {
        "past the critical decay the central flow has no oscillation, and the sharpness at midpoints stays below the edge, where it is along the flow"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND, &central_flow::KIND, &central_map::KIND]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: the sharpness is at the edge all the same, eta (S + gamma) = 2";
        let late = &record.samples[record.samples.len() - record.samples.len() / 4..];
        let plateau = points(late).and_then(|points| Plateau::new(record, &points));
        let judge = |statement: &str, predicted: fn(&Plateau) -> f64| match &plateau {
            Ok(plateau) => plateau.judge(statement, predicted(plateau)),
            Err(reason) => Judgement::not_reached(statement, reason),
        };
        let (mut claim, control) = (judge(self.statement(), |p| p.flow), judge(control, |_| EDGE));
        if claim.verdict == Outcome::Holds && control.verdict != Outcome::Violated {
            claim.verdict = Outcome::Unresolved;
            claim.reason += "; unresolved, for the plateau is not told from the edge";
        }
        Finding { claim, control }
    }
}

/// The effective sharpness at a step: at the midpoint, along the central flow and along the central map.
struct Point {
    midpoint: f64,
    flow: f64,
    map: f64,
}

/// Those of some steps, or why they are none of a plateau.
fn points(samples: &[Sample]) -> Result<Vec<Point>, String> {
    if samples.len() < SHORTEST {
        return Err(format!(
            "the last quarter of the run has {} steps; {SHORTEST} are needed",
            samples.len()
        ));
    }
    let all = |s: &Sample| {
        Some((
            s.get::<MidpointSample>()?.clone(),
            s.get::<CentralSample>()?.clone(),
            s.get::<MapSample>()?.clone(),
        ))
    };
    let parts: Option<Vec<_>> = samples.iter().map(all).collect();
    let Some(parts) = parts else {
        return Err("the flows from w_0 have not come to the end of the run: they end with the first segment, which starts at the edge of stability".into());
    };
    let acting = parts.iter().filter(|(_, flow, map)| flow.trace() != 0.0 || map.trace != 0.0).count();
    if acting > 0 {
        return Err(format!(
            "the central flow is at the edge of stability in {acting} of the last {} steps: the decay is below the critical one",
            samples.len()
        ));
    }
    let first = |values: &[f64]| values.first().copied().unwrap_or(f64::NAN);
    let point = |(midpoint, flow, map): &(MidpointSample, CentralSample, MapSample)| Point {
        midpoint: first(&midpoint.eigenvalues),
        flow: first(&flow.eigenvalues),
        map: map.sharpness,
    };
    Ok(parts.iter().map(point).collect())
}

/// Means over the plateau.
struct Plateau {
    midpoint: f64,
    flow: f64,
    interval: f64,
    order: f64,
    error: f64,
}

impl Plateau {
    /// Or why it is none.
    fn new(record: &Record, points: &[Point]) -> Result<Self, String> {
        let (start, end) = (points[0].flow, points[points.len() - 1].flow);
        if EDGE - end < 4.0 * (end - start) {
            return Err(format!(
                "the central flow is on its way to the edge: its effective sharpness goes from {start:.3} to {end:.3} in the last quarter of the run"
            ));
        }
        let mean = |of: fn(&Point) -> f64| Average::of(&points.iter().map(of).collect::<Vec<f64>>());
        let (midpoint, flow, apart) = (mean(|p| p.midpoint), mean(|p| p.flow), mean(|p| p.midpoint - p.flow));
        let n = record.substeps as f64;
        Ok(Self {
            midpoint: midpoint.mean,
            flow: flow.mean,
            interval: errors_allowed(1, FREEDOM) * apart.standard_error,
            order: n / (n - 1.0) * mean(|p| (p.map - p.flow).abs()).mean,
            error: 2.0 * EDGE * record.eigen_tolerance.powi(2),
        })
    }

    fn judge(&self, statement: &str, predicted: f64) -> Judgement {
        let values = Values {
            predicted,
            measured: self.midpoint,
            discrepancy: (self.midpoint - predicted).abs(),
            tolerance: self.interval + self.order,
            numerical_error: self.error,
        };
        let reason = "mean effective sharpness at midpoints over the last quarter of the run, predicted by that along the central flow; allowed are the \
                      99 % interval of the mean difference and what is of first order in a step, n / (n - 1) times the mean distance of the \
                      sharpness along the flow with n substeps from that along the central map; numerical is the residual of the eigenpairs";
        Judgement::new(statement, values, reason).with_parts(self.interval, self.order).resolving(predicted)
    }
}
